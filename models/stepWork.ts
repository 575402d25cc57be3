import type { BatchShape } from "../sim/ports.ts";
import type { Bytes, Seconds, Tokens } from "../sim/units.ts";
import {
  decodeAttentionBytes,
  decodeAttentionFlop,
  decodeAttentionTimeS,
  prefillAttentionBytes,
  prefillAttentionFlop,
  prefillAttentionTimeS,
} from "./attention.ts";
import { allReduceTimeS } from "./collectives.ts";
import type { Gemm } from "./gemm.ts";
import { gemmBytes, gemmFlop, gemmTimeS } from "./gemm.ts";
import { expertsBytes, expertsFlop, expertsTimeS } from "./moe.ts";
import { samplingTimeS } from "./sampling.ts";
import { smallKernelsTimeS } from "./smallKernels.ts";
import type { StepPlan } from "./stepPlan.ts";
import { headRows } from "./stepPlan.ts";

/** What one GPU does in a step. */
export interface StepWork {
  busyS: Seconds;
  /** Part of busyS: decode attention. */
  kvReadS: Seconds;
  /** Seconds that the FLOPs would take at the dense peak of the format each computes in. */
  atPeakS: Seconds;
  movedBytes: Bytes;
}

/**
 * Fills in the work of a step. What depends on the number of tokens alone is tabled as it is asked
 * for; what depends on context is linear.
 */
export function stepWork(plan: StepPlan) {
  const { attention, gemms, experts, smallKernels, head, sampling, allReduces, startUpS } = plan;
  const mixedFactor = plan.mixedDecodeAttentionFactor;
  const tokensS = tabled((tokens) => {
    const gemmsS = gemms.reduce((sum, gemm) => sum + gemmTimeS(gemm, tokens), 0);
    const reducesS = allReduces.reduce((sum, reduces) => sum + allReduceTimeS(reduces, tokens), 0);
    const expertsS = experts ? expertsTimeS(experts, tokens) : 0;
    return startUpS + gemmsS + expertsS + smallKernelsTimeS(smallKernels, tokens) + reducesS;
  });
  const tokensBytes = tabled((tokens) => {
    const bytes = gemms.reduce((sum, gemm) => sum + gemmBytes(gemm, tokens), 0);
    const expertBytes = experts ? expertsBytes(experts, tokens) : 0;
    return bytes + expertBytes + tokens * smallKernels.bytesPerToken;
  });
  const headS = tabled((rows) => gemmTimeS(head, rows));
  const expertsAtPeakS = experts ? expertsFlop(experts, 1) / experts.peakFlopPerS : 0;
  const atPeakSPerToken = gemms.reduce((sum, gemm) => sum + atPeakS(gemm), expertsAtPeakS);
  const atPeakSPerRow = atPeakS(head);

  return (shape: Readonly<BatchShape>, work: StepWork): void => {
    const tokens = shape.prefillTokens + shape.decodeTokens;
    if (!(tokens > 0)) throw new Error("invariant broken: a step without tokens is priced");
    const mixed = shape.prefillTokens > 0 && shape.decodeTokens > 0;
    const rows = headRows(plan, shape);
    work.kvReadS = decodeAttentionTimeS(attention, shape) * (mixed ? mixedFactor : 1);
    work.busyS =
      tokensS(tokens) + headS(rows) + prefillAttentionTimeS(attention, shape) + work.kvReadS;
    work.atPeakS =
      tokens * atPeakSPerToken +
      rows * atPeakSPerRow +
      (prefillAttentionFlop(attention, shape) + decodeAttentionFlop(attention, shape)) /
        attention.peakFlopPerS;
    work.movedBytes =
      tokensBytes(tokens) +
      gemmBytes(head, rows) +
      prefillAttentionBytes(attention, shape) +
      decodeAttentionBytes(attention, shape);
    if (sampling !== undefined) {
      work.busyS += samplingTimeS(sampling, shape.sampledSeqs);
      work.movedBytes += shape.sampledSeqs * sampling.bytesPerRow;
    }
  };
}

function atPeakS(gemm: Gemm): Seconds {
  return gemmFlop(gemm, 1) / gemm.peakFlopPerS;
}

const tabledTokens = 16_384;

/** The same function, remembering its values: its powers cost more than all the rest of a price. */
export function tabled(quantityOf: (tokens: Tokens) => number): (tokens: Tokens) => number {
  const unknown = -1;
  const table = new Float64Array(tabledTokens).fill(unknown);
  return (tokens) => {
    const known = table[tokens];
    if (known !== undefined && known !== unknown) return known;
    const quantity = quantityOf(tokens);
    if (tokens < tabledTokens) table[tokens] = quantity;
    return quantity;
  };
}
