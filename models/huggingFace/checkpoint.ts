import type { Checkpoint, LlmSpec, Quantization } from "../llm.ts";
import { excludedRatio } from "./exclusions.ts";
import type { Fields } from "./fields.ts";

type Shape = Pick<LlmSpec, "layers" | "mlp" | "moe">;

interface Scheme {
  readonly quantization: Quantization;
  readonly groupSize: number | undefined;
}

/** How the weights are stored; `beside` is ModelOpt's hf_quant_config.json, if there is one. */
export function checkpointOf(fields: Fields, beside: Fields | undefined, shape: Shape): Checkpoint {
  const dtype = dtypeOf(fields);
  const settings = fields.object("quantization_config") ?? beside?.object("quantization");
  if (settings === undefined) {
    return { dtype, quantization: "none", quantized: "none", groupSize: undefined };
  }
  return { dtype, ...schemeOf(settings), quantized: quantizedPart(settings, shape) };
}

/** Checkpoints that leave it out are newer than float32 ones: bfloat16. */
function dtypeOf(fields: Fields): Checkpoint["dtype"] {
  const name = fields.says("dtype") ? "dtype" : "torch_dtype";
  const dtype = fields.word(name) ?? "bfloat16";
  if (dtype === "bfloat16" || dtype === "float16" || dtype === "float32") return dtype;
  throw fields.error(name, `expected bfloat16, float16 or float32, found "${dtype}"`);
}

const algorithms: Readonly<Record<string, Quantization>> = {
  FP8: "fp8",
  FP8_PB_WO: "fp8",
  FP8_PER_CHANNEL_PER_TOKEN: "fp8",
  NVFP4: "nvfp4",
  INT4_AWQ: "int4",
  W4A16_AWQ: "int4",
  W8A8_SQ_PER_CHANNEL: "int8",
};

function schemeOf(settings: Fields): Scheme {
  const algorithm = settings.word("quant_algo");
  if (algorithm !== undefined) {
    const quantization = algorithms[algorithm];
    if (quantization === undefined) throw notModelled(settings, "quant_algo", algorithm);
    return { quantization, groupSize: settings.optionalCount("group_size") };
  }
  const method = settings.word("quant_method");
  switch (method) {
    case "fp8":
    case "fbgemm_fp8":
      return { quantization: "fp8", groupSize: undefined };
    case "mxfp4":
      return { quantization: "mxfp4", groupSize: undefined };
    case "gptq":
    case "awq":
      if (settings.count("bits") !== 4) throw notModelled(settings, "bits", settings.count("bits"));
      return { quantization: "int4", groupSize: settings.count("group_size") };
    case "compressed-tensors":
      return compressedScheme(settings);
    case undefined:
      throw settings.error("quant_method", "missing, expected the name of a quantisation");
    default:
      throw notModelled(settings, "quant_method", method);
  }
}

function compressedScheme(settings: Fields): Scheme {
  const weights = settings.object("config_groups")?.object("group_0")?.object("weights");
  if (weights === undefined) throw settings.error("config_groups", "expected group_0.weights");
  if (settings.object("config_groups")?.says("group_1")) {
    throw settings.error("config_groups", "several schemes in one checkpoint are not modelled");
  }
  const groupSize = weights.optionalCount("group_size");
  const scheme = `${weights.count("num_bits")}-bit ${weights.word("type")}`;
  const activations = settings
    .object("config_groups")
    ?.object("group_0")
    ?.says("input_activations");
  if (scheme === "8-bit float") return { quantization: "fp8", groupSize };
  if (scheme === "8-bit int" && activations) return { quantization: "int8", groupSize };
  if (scheme === "4-bit int") return { quantization: "int4", groupSize };
  if (scheme === "4-bit float" && groupSize === 16) return { quantization: "nvfp4", groupSize };
  if (scheme === "4-bit float" && groupSize === 32) return { quantization: "mxfp4", groupSize };
  throw weights.error(
    "num_bits",
    `${scheme} in groups of ${groupSize ?? "any size"} is not modelled`,
  );
}

function notModelled(settings: Fields, name: string, value: string | number): Error {
  return settings.error(name, `${JSON.stringify(value)} is not modelled`);
}

/**
 * Attention counts as left out where one of its projections is (ModelOpt's DeepSeek checkpoints
 * quantise o_proj alone): the weights then come out at most 3 % too large, never too small.
 */
function quantizedPart(settings: Fields, { layers, mlp, moe }: Shape): Checkpoint["quantized"] {
  const patterns = ["modules_to_not_convert", "ignore", "exclude_modules"].flatMap(
    (name) => settings.list(name) ?? [],
  );
  const left = (modules: readonly string[]): boolean =>
    modules.some((module) => excludedRatio(patterns, module, layers) > 0.5);
  if (left(["mlp.experts.0.down_proj", "block_sparse_moe.experts.0.w2"]) && moe !== undefined) {
    throw settings.error("ignore", "experts left out of a quantisation are not modelled");
  }
  if (
    !left(["q_proj", "q_a_proj", "q_b_proj", "kv_b_proj", "o_proj"].map((p) => `self_attn.${p}`))
  ) {
    return "linear";
  }
  const others = [
    ...(mlp === undefined ? [] : ["mlp.down_proj"]),
    ...(moe?.sharedIntermediateSize
      ? ["mlp.shared_experts.down_proj", "mlp.shared_expert.down_proj"]
      : []),
  ];
  const onlyExperts = moe !== undefined && (others.length === 0 || left(others));
  return onlyExperts ? "experts" : "mlp";
}
