import type { LlmSpec, Mlp } from "./llm.ts";

/** Hidden states that the fusion joins: the target's and the embedding of the word that followed. */
const fusedStates = 2;

/**
 * An EAGLE head as a network of its own: one layer of the target's shape behind a product that joins
 * two hidden states into one (arXiv 2401.15077). Embedding and output head are the target's, so that
 * they take time but no memory. Its weights are in 16 bits, as published heads are, and its MLP is
 * dense: of a target with experts alone, as wide as those that one token meets (assumed).
 */
export function eagleHead(target: LlmSpec): LlmSpec {
  const { id, hiddenSize, layers, vocabSize, maxPositionEmbeddings, attention } = target;
  const mlp = layerMlp(target);
  const attentionWeights = target.parameters.attention / layers;
  const mlpWeights = mlp.matrices * hiddenSize * mlp.intermediateSize;
  const fusionWeights = fusedStates * hiddenSize * hiddenSize;
  const total = attentionWeights + mlpWeights + fusionWeights;
  return {
    id: `EAGLE head of ${id}`,
    hiddenSize,
    layers: 1,
    vocabSize,
    maxPositionEmbeddings,
    attention,
    slidingWindow: undefined,
    mlp,
    moe: undefined,
    fusedStates,
    parameters: {
      total,
      activePerToken: total,
      embedding: 0,
      lmHead: 0,
      attention: attentionWeights,
      denseMlp: mlpWeights,
      experts: 0,
      sharedExperts: 0,
      other: fusionWeights,
    },
    checkpoint: {
      dtype: "bfloat16",
      quantization: "none",
      quantized: "none",
      groupSize: undefined,
    },
  };
}

function layerMlp({ id, mlp, moe }: LlmSpec): Mlp {
  if (mlp !== undefined) return { ...mlp, layers: 1 };
  if (moe === undefined) throw new Error(`${id}: a network without MLP has no EAGLE head`);
  const { expertsPerToken, intermediateSize, sharedIntermediateSize, matrices } = moe;
  const width = expertsPerToken * intermediateSize + sharedIntermediateSize;
  return { layers: 1, intermediateSize: width, matrices };
}
