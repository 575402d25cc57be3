import type { Bytes, BytesPerSecond, FlopPerSecond, Seconds, Tokens } from "../sim/units.ts";

/** The routed experts of one layer on one GPU, and how many layers have them. */
export interface Experts {
  readonly layers: number;
  readonly experts: number;
  readonly expertsPerToken: number;
  /** Standard deviation over mean of how often a layer's experts are chosen; 0: all as often. */
  readonly skewRatio: number;
  /** GPUs over which whole experts are spread; 1 where every GPU holds a part of each. */
  readonly expertGpus: number;
  /** Tokens that meet these experts for each token of the replica: of all data-parallel ranks. */
  readonly tokensPerToken: number;
  /** On the mean GPU, for each token that meets the experts. */
  readonly flopPerToken: number;
  readonly activationBytesPerToken: Bytes;
  /** What a GPU holds of an expert that it has. */
  readonly weightBytesPerExpert: Bytes;
  readonly peakFlopPerS: FlopPerSecond;
  readonly flopPerS: FlopPerSecond;
  readonly bytesPerS: BytesPerSecond;
  readonly startUpS: Seconds;
}

type Routing = Pick<Experts, "experts" | "expertsPerToken">;

/** Experts of a layer that `tokens` meet where each draws its experts evenly: E(1 - (1 - k/E)^n). */
export function expectedDistinctExperts(
  { experts, expertsPerToken }: Routing,
  tokens: Tokens,
): number {
  return experts * (1 - (1 - expertsPerToken / experts) ** tokens);
}

/** Seconds on all layers. Ragged products of single experts hide nothing: compute and memory add up. */
export function expertsTimeS(moe: Experts, tokens: Tokens): Seconds {
  const busiest = busiestGpu(moe, tokens * moe.tokensPerToken);
  const computeS = (busiest.workRatio * expertsFlop(moe, tokens)) / moe.flopPerS;
  const activationBytes = busiest.workRatio * activationBytesOf(moe, tokens);
  const weightBytes = moe.layers * busiest.experts * moe.weightBytesPerExpert;
  return computeS + (weightBytes + activationBytes) / moe.bytesPerS + moe.layers * moe.startUpS;
}

/** Of the mean GPU. */
export function expertsFlop(moe: Experts, tokens: Tokens): number {
  return moe.layers * tokens * moe.tokensPerToken * moe.flopPerToken;
}

/** Of the mean GPU. */
export function expertsBytes(moe: Experts, tokens: Tokens): Bytes {
  const met = expectedDistinctExperts(moe, tokens * moe.tokensPerToken) / moe.expertGpus;
  return moe.layers * met * moe.weightBytesPerExpert + activationBytesOf(moe, tokens);
}

function activationBytesOf(moe: Experts, tokens: Tokens): Bytes {
  return moe.layers * tokens * moe.tokensPerToken * moe.activationBytesPerToken;
}

/**
 * The experts that are met on the busiest of N GPUs, and its work over the mean: all wait for it.
 * The largest of N sums of many draws lies about sqrt(2 ln N) standard deviations above the mean;
 * the spread is that of draws without replacement, and of the popularity of E/N experts out of E.
 */
export function busiestGpu(
  moe: Routing & Pick<Experts, "expertGpus" | "skewRatio">,
  tokens: Tokens,
): { readonly experts: number; readonly workRatio: number } {
  const { experts, expertsPerToken, expertGpus, skewRatio } = moe;
  const met = expectedDistinctExperts(moe, tokens);
  if (expertGpus === 1) return { experts: met, workRatio: 1 };
  const deviations = Math.sqrt(2 * Math.log(expertGpus));
  const mean = met / expertGpus;
  const spread = Math.sqrt(mean * (1 - met / experts));
  const unevenness = Math.sqrt(
    ((expertGpus - 1) * (experts - expertsPerToken)) / ((experts - 1) * tokens * expertsPerToken) +
      (skewRatio ** 2 * (expertGpus - 1)) / (experts - 1),
  );
  return {
    experts: Math.min(experts / expertGpus, mean + deviations * spread),
    workRatio: Math.min(expertGpus, 1 + deviations * unevenness),
  };
}
