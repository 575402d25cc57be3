import type { LlmSpec, ParameterCounts } from "./llm.ts";

type Shape = Pick<LlmSpec, "hiddenSize" | "layers" | "vocabSize" | "attention" | "mlp" | "moe">;

/** What adds weights without changing the shape of the computation. */
export interface WeightTraits {
  readonly tiedEmbeddings: boolean;
  /** Norms of hiddenSize in each layer; 0 where norms have no weights. */
  readonly normsPerLayer: number;
  readonly normBias: boolean;
  readonly queryKeyNorm: "none" | "perHead" | "whole";
  readonly attentionBias: "none" | "qkv" | "qkvo";
  readonly mlpBias: boolean;
  readonly headBias: boolean;
  readonly routerBias: boolean;
  readonly sharedExpertGate: boolean;
  readonly sinks: boolean;
}

/**
 * Exact counts of a network's parameters. A bias counts with its matrix. One token passes all of
 * them but the experts that its router did not choose.
 */
export function parameterCounts(shape: Shape, traits: WeightTraits): ParameterCounts {
  const { hiddenSize, layers, vocabSize, mlp, moe } = shape;
  const embedding = vocabSize * hiddenSize;
  const lmHead = traits.tiedEmbeddings ? 0 : embedding + (traits.headBias ? vocabSize : 0);
  const attention = layers * attentionWeights(shape, traits);
  const denseMlp = mlp === undefined ? 0 : mlp.layers * mlpWeights(shape, traits, mlp);
  const expert = moe === undefined ? 0 : mlpWeights(shape, traits, moe);
  const experts = moe === undefined ? 0 : moe.layers * moe.experts * expert;
  const sharedExperts = moe === undefined ? 0 : moe.layers * sharedWeights(shape, moe);
  const other = otherWeights(shape, traits);
  const total = embedding + lmHead + attention + denseMlp + experts + sharedExperts + other;
  const idle = moe === undefined ? 0 : moe.layers * (moe.experts - moe.expertsPerToken) * expert;
  return {
    total,
    activePerToken: total - idle,
    embedding,
    lmHead,
    attention,
    denseMlp,
    experts,
    sharedExperts,
    other,
  };
}

/** The projections of one layer. */
function attentionWeights({ hiddenSize, attention }: Shape, traits: WeightTraits): number {
  const { heads } = attention;
  if (attention.kind === "grouped") {
    const queries = heads * attention.headDim;
    const keysAndValues = 2 * attention.kvHeads * attention.headDim;
    const matrices = hiddenSize * (2 * queries + keysAndValues);
    if (traits.attentionBias === "none") return matrices;
    const outputBias = traits.attentionBias === "qkvo" ? hiddenSize : 0;
    return matrices + queries + keysAndValues + outputBias;
  }
  const { kvLoraRank, qLoraRank, ropeHeadDim, nopeHeadDim, valueHeadDim } = attention;
  const queries = heads * (nopeHeadDim + ropeHeadDim);
  const query = qLoraRank === undefined ? hiddenSize * queries : qLoraRank * (hiddenSize + queries);
  const down = hiddenSize * (kvLoraRank + ropeHeadDim);
  const up = kvLoraRank * heads * (nopeHeadDim + valueHeadDim);
  return query + down + up + heads * valueHeadDim * hiddenSize;
}

/** One MLP: a dense layer's, or one expert. */
function mlpWeights(
  { hiddenSize }: Shape,
  { mlpBias }: WeightTraits,
  { matrices, intermediateSize }: { matrices: 2 | 3; intermediateSize: number },
): number {
  const bias = mlpBias ? (matrices - 1) * intermediateSize + hiddenSize : 0;
  return matrices * hiddenSize * intermediateSize + bias;
}

function sharedWeights({ hiddenSize }: Shape, moe: NonNullable<Shape["moe"]>): number {
  return moe.matrices * hiddenSize * moe.sharedIntermediateSize;
}

/** Norms, routers, gates and sinks. */
function otherWeights(shape: Shape, traits: WeightTraits): number {
  const { hiddenSize, layers, attention, moe } = shape;
  const norm = hiddenSize * (traits.normBias ? 2 : 1);
  const finalNorm = traits.normsPerLayer === 0 ? 0 : norm;
  const sinks = traits.sinks ? attention.heads : 0;
  const perLayer = traits.normsPerLayer * norm + innerNorms(shape, traits) + sinks;
  const router = moe === undefined ? 0 : moe.experts * (hiddenSize + (traits.routerBias ? 1 : 0));
  const gate = traits.sharedExpertGate ? hiddenSize : 0;
  return finalNorm + layers * perLayer + (moe === undefined ? 0 : moe.layers * (router + gate));
}

/** The norms inside attention, of one layer. */
function innerNorms({ attention }: Shape, { queryKeyNorm }: WeightTraits): number {
  if (attention.kind === "latent") return attention.kvLoraRank + (attention.qLoraRank ?? 0);
  if (queryKeyNorm === "none") return 0;
  const { heads, kvHeads, headDim } = attention;
  return queryKeyNorm === "perHead" ? 2 * headDim : (heads + kvHeads) * headDim;
}
