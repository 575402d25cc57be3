import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { llmFromConfig } from "../../models/huggingFace.ts";
import { llmEntryById } from "../../models/llmCatalogue.ts";

type Config = Readonly<Record<string, unknown>>;

/** Two layers of four heads: small enough to count by hand. */
const tiny: Config = {
  model_type: "llama",
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 16,
  vocab_size: 10,
  max_position_embeddings: 64,
};
const read = (changes: Config, hfQuantConfig?: unknown) =>
  llmFromConfig("tiny", { ...tiny, ...changes }, hfQuantConfig);

describe("the shape of a network", () => {
  test("a dense network is counted matrix by matrix", () => {
    const { parameters, attention } = read({});
    expect(attention).toEqual({ kind: "grouped", heads: 4, kvHeads: 2, headDim: 2 });
    // Query and output 8 x 8, key and value 8 x 4; three matrices 8 x 16; 5 norms of 8.
    expect(parameters).toEqual({
      total: 80 + 80 + 2 * 192 + 2 * 384 + 40,
      activePerToken: 80 + 80 + 2 * 192 + 2 * 384 + 40,
      embedding: 80,
      lmHead: 80,
      attention: 2 * 192,
      denseMlp: 2 * 384,
      experts: 0,
      sharedExperts: 0,
      other: 40,
    });
  });

  test("without num_key_value_heads every head has its own keys and values", () => {
    for (const absent of [undefined, null]) {
      expect(read({ num_key_value_heads: absent }).attention).toMatchObject({ kvHeads: 4 });
    }
  });

  test("a stated head_dim beats hidden_size over heads", () => {
    expect(read({ head_dim: 6 }).attention).toMatchObject({ headDim: 6 });
  });

  test("tied embeddings are counted once, and Gemma ties them unless it says otherwise", () => {
    expect(read({ tie_word_embeddings: true }).parameters.lmHead).toBe(0);
    const gemma = { model_type: "gemma", head_dim: 2 };
    expect(read(gemma).parameters.lmHead).toBe(0);
    expect(read({ ...gemma, tie_word_embeddings: false }).parameters.lmHead).toBe(80);
  });

  test("multi-token prediction layers stay out", () => {
    expect(read({ num_nextn_predict_layers: 3 })).toEqual(read({}));
  });
});

describe("networks outside the catalogue", () => {
  test("Gemma-7B has the 8,537,680,896 parameters of its model card (config recalled)", () => {
    const { parameters } = llmFromConfig("google/gemma-7b", {
      model_type: "gemma",
      hidden_size: 3072,
      num_hidden_layers: 28,
      num_attention_heads: 16,
      num_key_value_heads: 16,
      head_dim: 256,
      intermediate_size: 24576,
      vocab_size: 256000,
      max_position_embeddings: 8192,
    });
    expect(parameters.total).toBe(8537680896);
  });

  test("GLM-4.5 has 355 B parameters, 32 B of them active (config recalled)", () => {
    const { parameters } = llmFromConfig("zai-org/GLM-4.5", {
      model_type: "glm4_moe",
      attention_bias: true,
      use_qk_norm: true,
      hidden_size: 5120,
      num_hidden_layers: 92,
      num_attention_heads: 96,
      num_key_value_heads: 8,
      head_dim: 128,
      intermediate_size: 12288,
      moe_intermediate_size: 1536,
      n_routed_experts: 160,
      n_shared_experts: 1,
      num_experts_per_tok: 8,
      first_k_dense_replace: 3,
      vocab_size: 151552,
      max_position_embeddings: 131072,
    });
    expect(Math.abs(parameters.total / 355e9 - 1)).toBeLessThan(0.01);
    expect((parameters.activePerToken - 2 * parameters.embedding) / 1e9).toBeCloseTo(32, 0);
  });

  test("Gemma-3's text part is read from text_config, its class defaults included", () => {
    const spec = llmFromConfig("google/gemma-3-4b-it", {
      model_type: "gemma3",
      torch_dtype: "bfloat16",
      vision_config: { hidden_size: 1152 },
      text_config: {
        model_type: "gemma3_text",
        hidden_size: 2560,
        intermediate_size: 10240,
        num_hidden_layers: 34,
        sliding_window: 1024,
      },
    });
    const entry = llmEntryById("google/gemma-3-4b-it");
    expect(spec).toEqual(llmFromConfig(spec.id, entry?.config));
  });

  test("dense layers are those that the placement fields leave without experts", () => {
    const moe = { ...llmEntryById("Qwen/Qwen3-30B-A3B")?.config, num_hidden_layers: 12 };
    const layersWith = (changes: Config) =>
      llmFromConfig("moe", { ...moe, ...changes }).moe?.layers;
    expect(layersWith({})).toBe(12);
    expect(layersWith({ decoder_sparse_step: 3 })).toBe(4);
    expect(layersWith({ mlp_only_layers: [0, 5] })).toBe(10);
  });
});

describe("sliding windows", () => {
  const windowOf = (changes: Config) => read(changes).slidingWindow;

  test.each([
    ["Llama ignores sliding_window", { sliding_window: 32 }, undefined],
    ["Mistral has it in every layer", { model_type: "mistral", sliding_window: 32 }, 2],
    ["Mistral with null has none", { model_type: "mistral", sliding_window: null }, undefined],
    [
      "Gemma 2 has it in every other layer",
      { model_type: "gemma2", head_dim: 2, sliding_window: 32, num_hidden_layers: 7 },
      4,
    ],
    [
      "Gemma 3 has it in five of six layers",
      { model_type: "gemma3_text", sliding_window: 32, num_hidden_layers: 13 },
      11,
    ],
    [
      "Qwen 2 has none unless use_sliding_window says so",
      { model_type: "qwen2", sliding_window: 32, use_sliding_window: false, max_window_layers: 1 },
      undefined,
    ],
    [
      "Qwen 2 has it in the layers after max_window_layers",
      { model_type: "qwen2", sliding_window: 32, use_sliding_window: true, max_window_layers: 1 },
      1,
    ],
    [
      "layer_types decides where it is given",
      { sliding_window: 32, layer_types: ["full_attention", "sliding_attention"] },
      1,
    ],
  ])("%s", (_name, changes, layers) => {
    expect(windowOf(changes)).toEqual(layers && { tokens: 32, layers });
  });

  test("layer_types has to name each layer", () => {
    expect(() => windowOf({ layer_types: ["full_attention"] })).toThrow(
      "tiny: layer_types: expected 2 layers, found 1",
    );
  });
});

describe("a config that is wrong", () => {
  const needed = Object.keys(tiny).filter((name) => name !== "num_key_value_heads");

  test("an error names the field that is missing or of a wrong type", () => {
    const wrong = fc.constantFrom(undefined, null, 0, -1, 1.5, "8", [8], { value: 8 }, true);
    fc.assert(
      fc.property(fc.constantFrom(...needed), wrong, (name, value) => {
        expect(() => read({ [name]: value })).toThrow(new RegExp(`^tiny: ${name}: `));
      }),
    );
  });

  test.each([
    "Qwen/Qwen3-30B-A3B",
    "deepseek-ai/DeepSeek-V3",
    "openai/gpt-oss-20b",
    "mistralai/Mixtral-8x7B-v0.1",
    "Qwen/Qwen1.5-MoE-A2.7B",
  ])("%s does not do without a field that sizes its experts", (id) => {
    const config = llmEntryById(id)?.config ?? {};
    const sizing = Object.keys(config).filter((name) =>
      /expert|moe_int|rank|first_k|head_dim/.test(name),
    );
    expect(sizing.length).toBeGreaterThan(1);
    for (const name of sizing) {
      const { [name]: _, ...rest } = config;
      if (name === "q_lora_rank") continue;
      expect(() => llmFromConfig(id, rest), name).toThrow(`${id}: ${name}: `);
    }
  });

  test.each([
    [[], "tiny: expected a JSON object, found []"],
    [null, "tiny: expected a JSON object, found null"],
  ])("%j is not a config", (config, message) => {
    expect(() => llmFromConfig("tiny", config)).toThrow(message);
  });

  test.each([
    [{ num_key_value_heads: 3 }, "num_key_value_heads: expected a divisor of 4, found 3"],
    [{ num_attention_heads: 3, num_key_value_heads: 3 }, "head_dim: missing, and hidden_size 8"],
    [{ model_type: "lama" }, 'model_type: "lama" is not modelled; the nearest that is: "llama"'],
    [{ num_local_experts: 8 }, "num_local_experts: experts are not modelled for this model_type"],
    [{ kv_lora_rank: 512 }, "kv_lora_rank: latent attention is not modelled"],
    [{ torch_dtype: "int8" }, 'torch_dtype: expected bfloat16, float16 or float32, found "int8"'],
    [{ layer_types: ["linear_attention"] }, 'layer_types: "linear_attention" is not modelled'],
    [{ hybrid_override_pattern: "M*" }, "hybrid_override_pattern: Mamba layers are not modelled"],
  ])("%j is refused", (changes, message) => {
    expect(() => read(changes)).toThrow(`tiny: ${message}`);
  });
});

describe("how the checkpoint is stored", () => {
  const stored = (quantization_config: Config) => read({ quantization_config }).checkpoint;
  const packed = (bits: number, type: string, group_size: number | null) => ({
    quant_method: "compressed-tensors",
    config_groups: {
      group_0: { weights: { num_bits: bits, type, group_size }, input_activations: {} },
    },
  });

  test.each([
    [{ quant_method: "fp8" }, "fp8", undefined],
    [{ quant_method: "gptq", bits: 4, group_size: 128 }, "int4", 128],
    [{ quant_method: "awq", bits: 4, group_size: 64 }, "int4", 64],
    [{ quant_method: "modelopt", quant_algo: "NVFP4", group_size: 16 }, "nvfp4", 16],
    [packed(8, "float", null), "fp8", undefined],
    [packed(4, "int", 32), "int4", 32],
    [packed(4, "float", 16), "nvfp4", 16],
    [packed(4, "float", 32), "mxfp4", 32],
  ])("%j", (config, quantization, groupSize) => {
    expect(stored(config)).toEqual({
      dtype: "bfloat16",
      quantization,
      quantized: "linear",
      groupSize,
    });
  });

  test.each([
    [{ quant_method: "gptq", bits: 3 }, "bits: 3 is not modelled"],
    [{ quant_method: "bitsandbytes" }, 'quant_method: "bitsandbytes" is not modelled'],
    [{ quant_algo: "MIXED_PRECISION" }, 'quant_algo: "MIXED_PRECISION" is not modelled'],
    [{}, "quant_method: missing"],
  ])("%j is refused", (config, message) => {
    expect(() => stored(config)).toThrow(`tiny: quantization_config.${message}`);
  });

  test("hf_quant_config.json counts where the config itself says nothing", () => {
    const beside = { quantization: { quant_algo: "FP8", exclude_modules: ["lm_head"] } };
    expect(read({}, beside).checkpoint).toMatchObject({ quantization: "fp8" });
    const own = { quantization_config: { quant_method: "mxfp4" } };
    expect(read(own, beside).checkpoint).toMatchObject({ quantization: "mxfp4" });
  });

  test.each([
    [["lm_head", "model.layers.0.mlp.gate", "model.layers.1.mlp.gate"], "linear"],
    [["model.layers.*.self_attn", "lm_head"], "mlp"],
    [["language_model.model.layers.0.self_attn*", "model.layers.1.self_attn*"], "mlp"],
    [["re:.*self_attn.*"], "mlp"],
    [["model.layers.2*"], "linear"],
  ])("%j leaves the quantised part: %s", (modules_to_not_convert, quantized) => {
    expect(stored({ quant_method: "fp8", modules_to_not_convert }).quantized).toBe(quantized);
  });

  test("gpt-oss quantises its experts alone", () => {
    const gptOss = llmEntryById("openai/gpt-oss-20b");
    expect(llmFromConfig("gpt-oss", gptOss?.config).checkpoint.quantized).toBe("experts");
  });
});
