import type { Bytes, BytesPerSecond, FlopPerSecond, Seconds, Tokens } from "../sim/units.ts";

/** The routed experts of one layer on one GPU, and how many layers have them. */
export interface Experts {
  readonly layers: number;
  readonly experts: number;
  readonly expertsPerToken: number;
  /** Through all the experts that one token meets. */
  readonly flopPerToken: number;
  readonly weightBytesPerExpert: Bytes;
  readonly activationBytesPerToken: Bytes;
  readonly peakFlopPerS: FlopPerSecond;
  readonly flopPerS: FlopPerSecond;
  readonly bytesPerS: BytesPerSecond;
  readonly startUpS: Seconds;
}

/** Experts of a layer that `tokens` meet where each draws its experts evenly: E(1 - (1 - k/E)^n). */
export function expectedDistinctExperts(
  { experts, expertsPerToken }: Pick<Experts, "experts" | "expertsPerToken">,
  tokens: Tokens,
): number {
  return experts * (1 - (1 - expertsPerToken / experts) ** tokens);
}

/** Seconds on all layers. Ragged products of single experts hide nothing: compute and memory add up. */
export function expertsTimeS(moe: Experts, tokens: Tokens): Seconds {
  const computeS = expertsFlop(moe, tokens) / moe.flopPerS;
  return computeS + expertsBytes(moe, tokens) / moe.bytesPerS + moe.layers * moe.startUpS;
}

export function expertsFlop(moe: Experts, tokens: Tokens): number {
  return moe.layers * tokens * moe.flopPerToken;
}

export function expertsBytes(moe: Experts, tokens: Tokens): Bytes {
  const weightBytes = expectedDistinctExperts(moe, tokens) * moe.weightBytesPerExpert;
  return moe.layers * (weightBytes + tokens * moe.activationBytesPerToken);
}
