import type { Tokens } from "../sim/units.ts";

/** The network served, reduced to what time, memory and energy depend on. */
export interface LlmSpec {
  readonly id: string;
  readonly hiddenSize: number;
  readonly layers: number;
  readonly vocabSize: number;
  readonly maxPositionEmbeddings: Tokens;
  readonly attention: GroupedAttention | LatentAttention;
  /**
   * Layers whose attention sees only the last `tokens` tokens; undefined where all layers see all.
   * Llama 4's chunked attention is read as a window of one chunk, the most that it can see.
   */
  readonly slidingWindow: { readonly tokens: Tokens; readonly layers: number } | undefined;
  /** The MLP of the layers without experts; undefined where every layer has experts. */
  readonly mlp: Mlp | undefined;
  readonly moe: Moe | undefined;
  /** Hidden states that a product joins into one before the layers: EAGLE heads have it. */
  readonly fusedStates?: number | undefined;
  readonly parameters: ParameterCounts;
  readonly checkpoint: Checkpoint;
}

/** MHA, GQA and MQA: kvHeads equals heads, divides it, or is 1. */
export interface GroupedAttention {
  readonly kind: "grouped";
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/** MLA: keys and values are cached as one latent vector of kvLoraRank + ropeHeadDim per token. */
export interface LatentAttention {
  readonly kind: "latent";
  readonly heads: number;
  readonly kvLoraRank: number;
  readonly qLoraRank: number | undefined;
  readonly ropeHeadDim: number;
  readonly nopeHeadDim: number;
  readonly valueHeadDim: number;
}

export interface Mlp {
  readonly layers: number;
  readonly intermediateSize: number;
  /** 3 where a gate multiplies (SwiGLU), else 2. */
  readonly matrices: 2 | 3;
}

export interface Moe {
  readonly layers: number;
  readonly experts: number;
  readonly expertsPerToken: number;
  readonly intermediateSize: number;
  /** Width of the expert that every token passes; 0 where there is none. */
  readonly sharedIntermediateSize: number;
  readonly matrices: 2 | 3;
}

/** Counts of parameters; the parts sum to `total`. */
export interface ParameterCounts {
  readonly total: number;
  /** Parameters that one token passes, embedding and output head included. */
  readonly activePerToken: number;
  readonly embedding: number;
  /** 0 where the output head shares the embedding's weights. */
  readonly lmHead: number;
  readonly attention: number;
  readonly denseMlp: number;
  readonly experts: number;
  readonly sharedExperts: number;
  /** Norms, routers, sinks and whatever else stays in the checkpoint's dtype. */
  readonly other: number;
}

export type Quantization = "none" | "fp8" | "int8" | "int4" | "mxfp4" | "nvfp4";

/** How the published weights are stored. */
export interface Checkpoint {
  readonly dtype: "bfloat16" | "float16" | "float32";
  readonly quantization: Quantization;
  /**
   * Which matrices the quantisation covers: routed experts; mlp, these and the shared experts and
   * dense MLPs; linear, these and attention. Embeddings, head, norms and routers never are.
   */
  readonly quantized: "none" | "experts" | "mlp" | "linear";
  /** Weights that share one scale, where the config says so. */
  readonly groupSize: number | undefined;
}
