import type { BatchShape, StepCost, StepModel } from "../sim/ports.ts";
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
import type { StepConfig } from "./matrices.ts";
import { expertsBytes, expertsFlop, expertsTimeS } from "./moe.ts";
import { uncappedPowerW } from "./power.ts";
import type { StepPlan } from "./stepPlan.ts";
import { stepPlan } from "./stepPlan.ts";

/** The branches of a step's cost, as bits of `regime`. */
export const regimes = { launchBound: 1, powerCapped: 2, prefill: 4, decode: 8 } as const;

/**
 * Prices steps of one replica: the hybrid form of docs/models.md. What depends on the number of
 * tokens alone is tabled as it is asked for; what depends on context is linear.
 */
export function stepModel(config: StepConfig): StepModel {
  const plan = stepPlan(config);
  const doWork = workload(config, plan);
  const work: Work = { busyS: 0, kvReadS: 0, atPeakS: 0, movedBytes: 0 };
  const { stack, gpu, tensorParallel } = config;
  const { launchS, power } = plan;
  const activity = { dutyRatio: 0, mfu: 0, mbu: 0 };

  function price(shape: Readonly<BatchShape>, cost: StepCost): void {
    doWork(shape, work);
    const sequences = shape.prefillSeqs + shape.decodeSeqs;
    const hostS = stack.hostPerStepS + stack.hostPerSequenceS * sequences;
    const durationS = Math.max(work.busyS, launchS) + hostS;
    activity.dutyRatio = work.busyS / durationS;
    activity.mfu = work.atPeakS / durationS;
    activity.mbu = work.movedBytes / (gpu.bandwidthBytesPerS * durationS);
    const uncappedW = uncappedPowerW(power, activity);
    cost.durationS = durationS;
    cost.gpuBusyS = work.busyS;
    cost.energyJ = Math.min(uncappedW, power.capW) * durationS * tensorParallel;
    cost.mfu = activity.mfu;
    cost.mbu = activity.mbu;
    cost.regime =
      (launchS > work.busyS ? regimes.launchBound : 0) +
      (uncappedW > power.capW ? regimes.powerCapped : 0) +
      (shape.prefillTokens > 0 ? regimes.prefill : 0) +
      (shape.decodeTokens > 0 ? regimes.decode : 0);
    shareDecode(shape, work.kvReadS, cost);
  }

  return {
    price,
    prefillFlop: prefillFlop(config, plan),
    windowTokens: plan.attention.windowTokens,
  };
}

/** What one GPU does in a step. */
interface Work {
  busyS: Seconds;
  /** Part of busyS: decode attention. */
  kvReadS: Seconds;
  /** Seconds that the FLOPs would take at the dense peak of the format each computes in. */
  atPeakS: Seconds;
  movedBytes: Bytes;
}

function workload(config: StepConfig, plan: StepPlan) {
  const { attention, gemms, experts, head, allReduces, startUpS } = plan;
  const mixedFactor = config.stack.mixedDecodeAttentionFactor;
  const tokensS = tabled((tokens) => {
    const gemmsS = gemms.reduce((sum, gemm) => sum + gemmTimeS(gemm, tokens), 0);
    return startUpS + gemmsS + (experts ? expertsTimeS(experts, tokens) : 0);
  });
  const tokensBytes = tabled((tokens) => {
    const bytes = gemms.reduce((sum, gemm) => sum + gemmBytes(gemm, tokens), 0);
    return bytes + (experts ? expertsBytes(experts, tokens) : 0);
  });
  const headS = tabled((rows) => gemmTimeS(head, rows));
  const expertsAtPeakS = experts ? expertsFlop(experts, 1) / experts.peakFlopPerS : 0;
  const atPeakSPerToken = gemms.reduce((sum, gemm) => sum + atPeakS(gemm), expertsAtPeakS);
  const atPeakSPerRow = atPeakS(head);

  return (shape: Readonly<BatchShape>, work: Work): void => {
    const tokens = shape.prefillTokens + shape.decodeTokens;
    if (!(tokens > 0)) throw new Error("invariant broken: a step without tokens is priced");
    const mixed = shape.prefillTokens > 0 && shape.decodeTokens > 0;
    work.kvReadS = decodeAttentionTimeS(attention, shape) * (mixed ? mixedFactor : 1);
    work.busyS =
      tokensS(tokens) +
      headS(shape.sampledSeqs) +
      allReduceTimeS(allReduces, tokens) +
      prefillAttentionTimeS(attention, shape) +
      work.kvReadS;
    work.atPeakS =
      tokens * atPeakSPerToken +
      shape.sampledSeqs * atPeakSPerRow +
      (prefillAttentionFlop(attention, shape) + decodeAttentionFlop(attention, shape)) /
        attention.peakFlopPerS;
    work.movedBytes =
      tokensBytes(tokens) +
      gemmBytes(head, shape.sampledSeqs) +
      prefillAttentionBytes(attention, shape) +
      decodeAttentionBytes(attention, shape);
  };
}

function atPeakS(gemm: Gemm): Seconds {
  return gemmFlop(gemm, 1) / gemm.peakFlopPerS;
}

/** Reading KV goes with the context, the rest with the sequences; a mixed step is split elsewhere. */
function shareDecode(shape: Readonly<BatchShape>, kvReadS: Seconds, cost: StepCost): void {
  const decodes = shape.prefillTokens === 0 && shape.decodeSeqs > 0;
  const contextTokens = decodes ? shape.decodeContextTokens : 0;
  const contextJ = contextTokens > 0 ? cost.energyJ * (kvReadS / cost.durationS) : 0;
  cost.energyPerContextTokenJ = contextTokens > 0 ? contextJ / contextTokens : 0;
  cost.energyPerSeqJ = decodes ? (cost.energyJ - contextJ) / shape.decodeSeqs : 0;
}

/** FLOPs of prefill on all GPUs; the output head is not part of a prompt token. */
function prefillFlop({ tensorParallel }: StepConfig, plan: StepPlan): StepModel["prefillFlop"] {
  const { gemms, experts, attention } = plan;
  const gemmsFlop = gemms.reduce((sum, gemm) => sum + gemmFlop(gemm, 1), 0);
  return {
    perToken: tensorParallel * (gemmsFlop + (experts ? expertsFlop(experts, 1) : 0)),
    perPair: tensorParallel * attention.full.flopPerPair,
    perWindowPair: tensorParallel * attention.window.flopPerPair,
  };
}

const tabledTokens = 16_384;

/** The same function, remembering its values: its powers cost more than all the rest of a price. */
function tabled(quantityOf: (tokens: Tokens) => number): (tokens: Tokens) => number {
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
