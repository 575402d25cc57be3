/** What a config.json leaves to the code of its architecture, by `model_type`. */
export interface Family {
  /** Norms of hidden_size in each layer; 0 where norms have no weights. */
  readonly normsPerLayer: number;
  readonly normBias: boolean;
  /** Norms of queries and keys: over each head, or over all heads of a token together. */
  readonly queryKeyNorm: "none" | "perHead" | "whole";
  /** The projections that get a bias, if any does. */
  readonly biased: "qkv" | "qkvo";
  /** Whether they do where neither attention_bias nor qkv_bias is given. */
  readonly biasByDefault: boolean;
  readonly mlpBias: boolean;
  readonly headBias: boolean;
  readonly mlpMatrices: 2 | 3;
  readonly experts: boolean;
  /** The router adds a learned bias for each expert. */
  readonly routerBias: boolean;
  readonly sharedExpert: "none" | "plain" | "gated";
  readonly latentAttention: boolean;
  /** One learned sink logit for each head. */
  readonly sinks: boolean;
  /** Where a window is set and no layer_types are given: each n-th layer still sees everything. */
  readonly fullAttentionEvery: number | "fromMaxWindowLayers" | undefined;
  /** Fields that must be given, since a guess at them would go unnoticed. */
  readonly required: readonly string[];
  /** Values that published configs leave to the architecture's own configuration class. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

const llama: Family = {
  normsPerLayer: 2,
  normBias: false,
  queryKeyNorm: "none",
  biased: "qkvo",
  biasByDefault: false,
  mlpBias: false,
  headBias: false,
  mlpMatrices: 3,
  experts: false,
  routerBias: false,
  sharedExpert: "none",
  latentAttention: false,
  sinks: false,
  fullAttentionEvery: undefined,
  required: [],
  defaults: {},
};
const mistral: Family = { ...llama, fullAttentionEvery: Number.POSITIVE_INFINITY };
const qwen2: Family = {
  ...llama,
  biased: "qkv",
  biasByDefault: true,
  fullAttentionEvery: "fromMaxWindowLayers",
};
const qwen3: Family = {
  ...qwen2,
  biased: "qkvo",
  biasByDefault: false,
  queryKeyNorm: "perHead",
  required: ["head_dim"],
};
const qwen3Moe: Family = {
  ...qwen3,
  experts: true,
  required: ["head_dim", "num_experts", "moe_intermediate_size"],
};
const olmo2: Family = { ...llama, queryKeyNorm: "whole" };
const gemma2: Family = {
  ...llama,
  normsPerLayer: 4,
  fullAttentionEvery: 2,
  required: ["head_dim", "sliding_window"],
  defaults: { tie_word_embeddings: true },
};
const deepseekV2: Family = {
  ...llama,
  experts: true,
  sharedExpert: "plain",
  latentAttention: true,
  required: [
    "n_routed_experts",
    "n_shared_experts",
    "moe_intermediate_size",
    "first_k_dense_replace",
  ],
};
const deepseekV3: Family = { ...deepseekV2, routerBias: true };

const gemma3Defaults = {
  tie_word_embeddings: true,
  num_attention_heads: 8,
  num_key_value_heads: 4,
  head_dim: 256,
  vocab_size: 262208,
  max_position_embeddings: 131072,
};

/**
 * Checked against published parameter counts: test/models/{llmCatalogue,huggingFace*}.test.ts. The
 * norms of step3p7, which its config does not mention, are assumed to be Qwen 3's: 11,520 weights.
 */
export const families: ReadonlyMap<string, Family> = new Map(
  Object.entries({
    llama,
    mistral,
    mixtral: { ...mistral, experts: true, required: ["num_local_experts"] },
    qwen2,
    qwen2_moe: {
      ...qwen2,
      experts: true,
      sharedExpert: "gated",
      required: ["num_experts", "moe_intermediate_size", "shared_expert_intermediate_size"],
    },
    qwen3,
    qwen3_moe: qwen3Moe,
    qwen3_vl_text: qwen3,
    qwen3_vl_moe_text: qwen3Moe,
    mimo: { ...qwen2, biasByDefault: false },
    olmo: { ...llama, normsPerLayer: 0 },
    olmo2,
    olmoe: { ...olmo2, experts: true, required: ["num_experts"] },
    gemma: { ...llama, required: ["head_dim"], defaults: { tie_word_embeddings: true } },
    gemma2,
    gemma3_text: {
      ...gemma2,
      queryKeyNorm: "perHead",
      fullAttentionEvery: 6,
      defaults: gemma3Defaults,
    },
    phi: {
      ...llama,
      normsPerLayer: 1,
      normBias: true,
      biasByDefault: true,
      mlpBias: true,
      headBias: true,
      mlpMatrices: 2,
    },
    phi3: mistral,
    deepseek_v2: deepseekV2,
    deepseek_v3: deepseekV3,
    kimi_k2: deepseekV3,
    glm4_moe: {
      ...llama,
      biased: "qkv",
      queryKeyNorm: "perHead",
      experts: true,
      routerBias: true,
      sharedExpert: "plain",
      required: ["head_dim", ...deepseekV2.required],
    },
    gpt_oss: {
      ...llama,
      biasByDefault: true,
      mlpBias: true,
      experts: true,
      routerBias: true,
      sinks: true,
      fullAttentionEvery: 2,
      required: ["head_dim", "sliding_window", "num_local_experts"],
    },
    minimax_m2: {
      ...llama,
      queryKeyNorm: "whole",
      experts: true,
      routerBias: true,
      required: ["head_dim", "num_local_experts"],
    },
    llama4_text: {
      ...llama,
      experts: true,
      sharedExpert: "plain",
      fullAttentionEvery: 4,
      required: ["num_local_experts", "interleave_moe_layer_step", "attention_chunk_size"],
    },
    step3p7: {
      ...llama,
      queryKeyNorm: "perHead",
      experts: true,
      routerBias: true,
      sharedExpert: "plain",
      required: [
        "head_dim",
        "num_experts",
        "moe_intermediate_size",
        "share_expert_dim",
        "first_k_dense_replace",
        "layer_types",
      ],
    },
  } satisfies Record<string, Family>),
);
