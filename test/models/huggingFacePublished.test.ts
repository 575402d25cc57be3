import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { llmFromConfig } from "../../models/huggingFace.ts";
import type { LlmSpec } from "../../models/llm.ts";
import { llmById, llmEntryById } from "../../models/llmCatalogue.ts";
import { weightBytesByPart } from "../../models/weights.ts";

const folder = "../shared/data/hf_configs";
const present = existsSync(folder);

interface Published {
  readonly name: RegExp;
  readonly total: number;
  readonly active?: number;
}

/** Billions of parameters where the name holds none, truncates, or counts a vision tower too. */
const published: readonly Published[] = [
  { name: /DeepSeek-(R1|V3)/, total: 671, active: 37 },
  { name: /Kimi-K2/, total: 1030, active: 32 },
  { name: /MiniMax-M2/, total: 230, active: 10 },
  { name: /Mixtral-8x7B/, total: 46.7, active: 12.9 },
  { name: /Mixtral-8x22B/, total: 141, active: 39 },
  { name: /Qwen3-(VL-)?30B/, total: 30.5, active: 3.3 },
  { name: /Qwen3-(VL-)?32B/, total: 32.8 },
  { name: /gpt-oss-120b/, total: 116.8, active: 5.1 },
  { name: /gpt-oss-20b/, total: 20.9, active: 3.6 },
  // 7.83 with the layer for multi-token prediction.
  { name: /MiMo-7B/, total: 7.6 },
  // 109 with the vision tower of 0.9.
  { name: /Llama-4-Scout/, total: 108, active: 17 },
  { name: /Llama-4-Maverick/, total: 400, active: 17 },
  // Of Step-3.5-Flash, whose layers are as wide and as many.
  { name: /Step-3.7-Flash/, total: 196, active: 11 },
];

/** Hybrids, sparse attention, and layers that differ from each other in more than their window. */
const refusals = [
  { name: /GLM-5.2-NVFP4/, field: "layer_types" },
  { name: /DeepSeek-V(3.2|4)|GLM-5/, field: "index_topk" },
  { name: /MiniMax-M3/, field: "sparse_attention_config" },
  { name: /Qwen3\.[56]/, field: "text_config.layer_types" },
  { name: /Kimi-K3/, field: "text_config.linear_attn_config" },
  { name: /Nemotron-(H|3-Nano|3-Super)/, field: "hybrid_override_pattern" },
  { name: /Nemotron-(3-Ultra|3.5)/, field: "layers_block_type" },
  { name: /Nemotron-Super-49B/, field: "block_configs" },
  { name: /MiMo-V2/, field: "hybrid_layer_pattern" },
  { name: /[Gg]emma-4/, field: "text_config.global_head_dim" },
];

describe.skipIf(!present)("published configs (needs shared data)", () => {
  const ids = present ? readIds() : [];

  test("each is understood, or refused with the field that is not modelled", () => {
    expect(ids).toHaveLength(85);
    for (const id of ids) {
      const spec = readSpec(id);
      const field = refusals.find(({ name }) => name.test(id))?.field;
      const said =
        typeof spec === "string" ? /^\S+: (\S+): .* not modelled/.exec(spec)?.[1] : undefined;
      expect.soft(said, `${id}: ${typeof spec === "string" ? spec : "understood"}`).toBe(field);
    }
  });

  test.each(ids)("%s, where understood, has the parameters that its makers state", (id) => {
    const spec = readSpec(id);
    if (typeof spec === "string") return;
    const { total, active } = published.find(({ name }) => name.test(id)) ?? fromName(id);
    const counted = spec.parameters;
    const slack = tolerance(total);
    expect(counted.total / 1e9).toBeGreaterThan(total - slack);
    expect(counted.total / 1e9).toBeLessThan(total + slack);
    if (active === undefined) return;
    // Makers leave the embedding and the head out of the active count, or one of them, or none.
    const least = counted.activePerToken - counted.embedding - counted.lmHead;
    expect(least / 1e9).toBeLessThan(active + tolerance(active));
    expect(counted.activePerToken / 1e9).toBeGreaterThan(active - tolerance(active));
  });

  test("a config of the catalogue and the file it was taken from give the same network", () => {
    const shared = ids.filter((id) => llmEntryById(id)?.id === id);
    expect(shared.length).toBeGreaterThan(5);
    for (const id of shared) {
      expect(llmFromConfig(id, llmEntryById(id)?.config), id).toEqual(readSpec(id));
    }
  });

  test.each([
    ["nvidia/Kimi-K2.5-NVFP4", "nvfp4", "mlp"],
    ["nvidia/Kimi-K2.6-NVFP4", "nvfp4", "experts"],
    ["moonshotai/Kimi-K2.5", "int4", "experts"],
    ["nvidia/MiniMax-M2.5-NVFP4", "nvfp4", "experts"],
    ["nvidia/DeepSeek-V3.1-NVFP4", "nvfp4", "mlp"],
    ["nvidia/Qwen3-235B-A22B-NVFP4", "nvfp4", "linear"],
    ["nvidia/Llama-3.1-70B-Instruct-FP8", "fp8", "linear"],
    ["Qwen/Qwen3-235B-A22B-FP8", "fp8", "linear"],
    ["MiniMaxAI/MiniMax-M2.5", "fp8", "linear"],
    ["Qwen/Qwen3-32B", "none", "none"],
  ])("%s is stored in %s: %s", (id, quantization, quantized) => {
    expect(readSpec(id)).toMatchObject({ checkpoint: { quantization, quantized } });
  });

  test.each([
    ["deepseek-ai/DeepSeek-V3", "nvidia/DeepSeek-V3.1-NVFP4"],
    ["MiniMaxAI/MiniMax-M2.5", "nvidia/MiniMax-M2.5-NVFP4"],
    ["moonshotai/Kimi-K2.5", "nvidia/Kimi-K2.5-NVFP4"],
  ])("%s re-quantised to nvfp4 weighs what %s does, part by part", (id, requantized) => {
    const [base, published] = [llmById(id), readSpec(requantized)];
    if (base === undefined || typeof published === "string") throw new Error(`${id}: ${published}`);
    expect(weightBytesByPart(base, "nvfp4")).toEqual(weightBytesByPart(published, "nvfp4"));
  });
});

function readIds(): string[] {
  return readdirSync(folder)
    .filter((file) => !file.endsWith("_hf_quant_config.json"))
    .map((file) => file.replace("_config.json", "").replace("--", "/"))
    .sort();
}

/** The network, or why it is refused. */
function readSpec(id: string): LlmSpec | string {
  const path = `${folder}/${id.replace("/", "--")}`;
  const quant = `${path}_hf_quant_config.json`;
  try {
    const hfQuantConfig = existsSync(quant) ? readJson(quant) : undefined;
    return llmFromConfig(id, readJson(`${path}_config.json`), hfQuantConfig);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Python writes Infinity, which JSON does not know. */
function readJson(path: string): unknown {
  return JSON.parse(readFileSync(path, "utf8").replaceAll("Infinity", "1e308"));
}

function fromName(id: string): Omit<Published, "name"> {
  const [, total, , active] = /-(\d+(\.\d+)?)B(?:-A(\d+)B)?/.exec(id) ?? [];
  if (total === undefined) throw new Error(`${id}: no published count to compare with`);
  return active === undefined
    ? { total: Number(total) }
    : { total: Number(total), active: Number(active) };
}

/** 1 %, or half a unit of the last printed digit. */
function tolerance(printed: number): number {
  const decimals = String(printed).split(".")[1]?.length ?? 0;
  return Math.max(printed / 100, 0.5 * 10 ** -decimals);
}
