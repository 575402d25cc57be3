import type { Fields } from "./fields.ts";

/** Fields that, where they say anything, describe what the models of time and memory leave out. */
const unmodelled: Readonly<Record<string, string>> = {
  hybrid_override_pattern: "Mamba layers are not modelled",
  linear_attn_config: "linear attention is not modelled",
  linear_num_key_heads: "linear attention is not modelled",
  index_topk: "sparse attention with an indexer is not modelled",
  sparse_attention_config: "sparse attention is not modelled",
  compress_ratios: "a compressed KV cache is not modelled",
  block_configs: "layers that differ from each other are not modelled",
  hybrid_layer_pattern: "sliding-window layers with heads of their own are not modelled",
  swa_num_key_value_heads: "sliding-window layers with heads of their own are not modelled",
  attention_other_setting: "sliding-window layers with heads of their own are not modelled",
  global_head_dim: "full-attention layers with a head size of their own are not modelled",
  attention_k_eq_v: "values that equal keys are not modelled",
  attn_output_gate: "an output gate on attention is not modelled",
  num_kv_shared_layers: "layers that share a KV cache are not modelled",
  hidden_size_per_layer_input: "embeddings for each layer are not modelled",
  moe_latent_size: "experts behind a latent projection are not modelled",
  routed_expert_hidden_size: "experts behind a latent projection are not modelled",
  cross_attention_layers: "cross-attention is not modelled",
  is_encoder_decoder: "an encoder is not modelled",
};

/** Fields that list what each layer is, with the words that are modelled. */
const layerWords: Readonly<Record<string, readonly unknown[]>> = {
  layer_types: ["full_attention", "sliding_attention", "chunked_attention"],
  layers_block_type: ["attention"],
  mlp_layer_types: ["dense", "sparse"],
  attn_type_list: [1],
};

/** Throws, naming the field, where a config describes what is not modelled. */
export function refuseUnmodelled(fields: Fields): void {
  for (const [name, words] of Object.entries(layerWords)) {
    for (const word of fields.list(name) ?? []) {
      if (words.includes(word)) continue;
      throw fields.error(name, `${JSON.stringify(word)} is not modelled`);
    }
  }
  for (const [name, complaint] of Object.entries(unmodelled)) {
    if (fields.says(name)) throw fields.error(name, complaint);
  }
}
