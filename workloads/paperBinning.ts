import { assert } from "../sim/assert.ts";
import type { Blocks, Joules, Tokens } from "../sim/units.ts";
import { at } from "./at.ts";
import { powerOfTwoAbove } from "./jointHistogram.ts";

/** Requests that one class stands for: each counts as if it had the class's own lengths. */
export interface LengthBin {
  readonly inputTokens: Tokens;
  readonly outputTokens: Tokens;
  readonly requests: number;
}

interface Lengths {
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
}

/** I* = min{I in bins : I >= i}, O* likewise, over powers of two (arXiv 2504.17674). */
export function ceilingBins({ promptTokens, outputTokens }: Lengths): LengthBin[] {
  const counts = new Map<string, LengthBin>();
  for (let request = 0; request < promptTokens.length; request++) {
    const inputTokens = powerOfTwoAbove(at(promptTokens, request));
    const ofOutput = powerOfTwoAbove(at(outputTokens, request));
    const key = `${inputTokens} ${ofOutput}`;
    const requests = (counts.get(key)?.requests ?? 0) + 1;
    counts.set(key, { inputTokens, outputTokens: ofOutput, requests });
  }
  const bins = [...counts.values()];
  return bins.sort((a, b) => a.inputTokens - b.inputTokens || a.outputTokens - b.outputTokens);
}

interface CacheLimits {
  readonly kvBlocks: Blocks;
  readonly blockSize: Tokens;
  /** What the backend batches at most, whatever fits. */
  readonly mostSeqs: number;
}

/** B(I*, O*): the largest batch whose KV cache fits to its last token; 0 where not one request does. */
export function largestBatch(
  { inputTokens, outputTokens }: Omit<LengthBin, "requests">,
  { kvBlocks, blockSize, mostSeqs }: CacheLimits,
): number {
  // The last output token is never computed on: it takes no slot.
  const blocksPerSeq = Math.ceil((inputTokens + outputTokens - 1) / blockSize);
  return Math.min(mostSeqs, Math.floor(kvBlocks / blocksPerSeq));
}

interface Batches {
  /** B(I*, O*). */
  readonly batch: (bin: LengthBin) => number;
  /** Of one full batch of so many requests, all with exactly the lengths of the bin. */
  readonly batchEnergyJ: (bin: LengthBin, requests: number) => Joules;
}

interface BinnedEnergy {
  readonly totalJ: Joules;
  /** Requests of bins that do not fit, and whose joules are not in the total. */
  readonly unfitRequests: number;
}

/** E_total = sum over (I*, O*) of N / B(I*, O*) x E_batch(I*, O*); N / B is not rounded up. */
export function binnedEnergyJ(
  bins: readonly LengthBin[],
  { batch, batchEnergyJ }: Batches,
): BinnedEnergy {
  let totalJ = 0;
  let unfitRequests = 0;
  for (const bin of bins) {
    const requests = batch(bin);
    assert(requests >= 0, `a batch of ${requests}`);
    if (requests === 0) unfitRequests += bin.requests;
    else totalJ += (bin.requests / requests) * batchEnergyJ(bin, requests);
  }
  return { totalJ, unfitRequests };
}
