import type { LlmSpec } from "./llm.ts";

/**
 * The shape of a network in one word: releases that differ in nothing but their weights share it,
 * whatever they are called and however they are quantised. "80 layers x 8192, 64/8 heads of 128".
 */
export function architectureOf({ layers, hiddenSize, attention, mlp, moe }: LlmSpec): string {
  const { heads } = attention;
  const parts = [
    `${layers} layers x ${hiddenSize}`,
    attention.kind === "grouped"
      ? `${heads}/${attention.kvHeads} heads of ${attention.headDim}`
      : `${heads} heads on ${attention.kvLoraRank} latents`,
  ];
  if (mlp !== undefined) parts.push(`MLP ${mlp.intermediateSize}`);
  if (moe !== undefined) {
    parts.push(`${moe.expertsPerToken} of ${moe.experts} experts of ${moe.intermediateSize}`);
  }
  return parts.join(", ");
}

/** By its name, which is all that a record of a fit has. */
export function hasExperts(architecture: string): boolean {
  return /\d+ of \d+ experts/.test(architecture);
}
