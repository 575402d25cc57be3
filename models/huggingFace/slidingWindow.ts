import type { LlmSpec } from "../llm.ts";
import type { Family } from "./families.ts";
import type { Fields } from "./fields.ts";

/** The window and how many layers have it; undefined where every layer sees everything. */
export function slidingWindowOf(fields: Fields, family: Family): LlmSpec["slidingWindow"] {
  const layers = fields.count("num_hidden_layers");
  const types = fields.list("layer_types");
  if (types !== undefined) return listedWindow(fields, types, layers);
  if (fields.flag("use_sliding_window") === false) return undefined;
  const name = fields.says("attention_chunk_size") ? "attention_chunk_size" : "sliding_window";
  const windowed = fields.says(name) ? windowedLayers(fields, family, layers) : 0;
  return windowed > 0 ? { tokens: fields.count(name), layers: windowed } : undefined;
}

function listedWindow(
  fields: Fields,
  types: readonly unknown[],
  layers: number,
): LlmSpec["slidingWindow"] {
  if (types.length !== layers) {
    throw fields.error("layer_types", `expected ${layers} layers, found ${types.length}`);
  }
  const chunked = types.filter((type) => type === "chunked_attention").length;
  const sliding = types.filter((type) => type === "sliding_attention").length;
  if (chunked > 0 && sliding > 0) {
    throw fields.error("layer_types", "sliding and chunked attention together are not modelled");
  }
  if (chunked > 0) return { tokens: fields.count("attention_chunk_size"), layers: chunked };
  return sliding > 0 ? { tokens: fields.count("sliding_window"), layers: sliding } : undefined;
}

/** How many layers have the window that a config sets without saying which. */
function windowedLayers(fields: Fields, family: Family, layers: number): number {
  const usesRope = fields.list("no_rope_layers") ?? [];
  if (usesRope.length > 0) return usesRope.filter((flag) => flag !== 0).length;
  const every = family.fullAttentionEvery;
  if (every === undefined) return 0;
  if (every === "fromMaxWindowLayers") {
    if (fields.flag("use_sliding_window") !== true) return 0;
    return Math.max(0, layers - fields.count("max_window_layers"));
  }
  const stride = fields.optionalCount("sliding_window_pattern") || every;
  return layers - Math.floor(layers / stride);
}
