import type { BatchShape } from "../sim/ports.ts";
import type { Bytes, FlopPerSecond, Seconds } from "../sim/units.ts";
import type { Attention } from "./attention.ts";
import {
  decodeAttentionBytes,
  decodeAttentionFlop,
  decodeAttentionTimeS,
  prefillAttentionBytes,
  prefillAttentionFlop,
  prefillAttentionTimeS,
} from "./attention.ts";
import type { AllReduces } from "./collectives.ts";
import { allReduceTimeS } from "./collectives.ts";
import type { Gemm } from "./gemm.ts";
import { gemmBytes, gemmFlop, gemmTimeS } from "./gemm.ts";
import type { Experts } from "./moe.ts";
import { busiestGpu, expertsBytes, expertsFlop, expertsTimeS } from "./moe.ts";
import type { Sampling } from "./sampling.ts";
import { samplingTimeS } from "./sampling.ts";
import type { SmallKernels } from "./smallKernels.ts";
import { smallKernelsTimeS } from "./smallKernels.ts";

/** One part of a step on one GPU, all layers together. */
export interface StepTerm {
  readonly name: string;
  readonly timeS: Seconds;
  readonly flop: number;
  /** Dense peak of the format that the term computes in; undefined where it computes nothing. */
  readonly peakFlopPerS: FlopPerSecond | undefined;
  readonly bytes: Bytes;
  /** The formula with its numbers, which evaluates to timeS in seconds. */
  readonly formula: string;
}

export function gemmTerm(gemm: Gemm, tokens: number): StepTerm {
  const p = shown(gemm.exponent);
  const computeS = `(${tokens} x ${shown(gemm.flopPerToken)} / ${shown(gemm.flopPerS)})^${p}`;
  const moved = `(${shown(gemm.weightBytes)} + ${tokens} x ${shown(gemm.activationBytesPerToken)})`;
  const memoryS = `(${moved} / ${shown(gemm.bytesPerS)})^${p}`;
  const startUp = gemm.startUpS > 0 ? ` + ${shown(gemm.startUpS)}` : "";
  return {
    name: gemm.name,
    timeS: gemmTimeS(gemm, tokens),
    flop: gemmFlop(gemm, tokens),
    peakFlopPerS: gemm.peakFlopPerS,
    bytes: gemmBytes(gemm, tokens),
    formula: `${gemm.layers} x ((${computeS} + ${memoryS})^(1/${p})${startUp})`,
  };
}

export function expertsTerm(moe: Experts, tokens: number): StepTerm {
  const busiest = busiestGpu(moe, tokens * moe.tokensPerToken);
  const each = tokens * moe.tokensPerToken * busiest.workRatio;
  const computeS = `${shown(each)} x ${shown(moe.flopPerToken)} / ${shown(moe.flopPerS)}`;
  const weights = `${shown(busiest.experts)} x ${shown(moe.weightBytesPerExpert)}`;
  const moved = `(${weights} + ${shown(each)} x ${shown(moe.activationBytesPerToken)})`;
  const memoryS = `${moved} / ${shown(moe.bytesPerS)}`;
  return {
    name: moe.expertGpus === 1 ? "routed experts" : "routed experts, busiest GPU",
    timeS: expertsTimeS(moe, tokens),
    flop: expertsFlop(moe, tokens),
    peakFlopPerS: moe.peakFlopPerS,
    bytes: expertsBytes(moe, tokens),
    formula: `${moe.layers} x (${computeS} + ${memoryS} + ${shown(moe.startUpS)})`,
  };
}

export function smallTerm(small: SmallKernels, tokens: number): StepTerm {
  return {
    name: "norm, rotary, activation",
    timeS: smallKernelsTimeS(small, tokens),
    flop: 0,
    peakFlopPerS: undefined,
    bytes: tokens * small.bytesPerToken,
    formula: `${tokens} x ${shown(small.bytesPerToken)} / ${shown(small.bytesPerS)}`,
  };
}

export function samplingTerm(sampling: Sampling, rows: number): StepTerm {
  const { bytesPerRow, bytesPerS, startUpS } = sampling;
  return {
    name: "sampling",
    timeS: samplingTimeS(sampling, rows),
    flop: 0,
    peakFlopPerS: undefined,
    bytes: rows * bytesPerRow,
    formula: `${rows} x ${shown(bytesPerRow)} / ${shown(bytesPerS)} + ${shown(startUpS)}`,
  };
}

export function prefillTerm(attention: Attention, shape: Readonly<BatchShape>): StepTerm {
  const { prefill } = attention;
  const flop = prefillAttentionFlop(attention, shape);
  const bytes = prefillAttentionBytes(attention, shape);
  return {
    name: "prefill attention",
    timeS: prefillAttentionTimeS(attention, shape),
    flop,
    peakFlopPerS: attention.peakFlopPerS,
    bytes,
    formula: `${shown(flop)} / ${shown(prefill.flopPerS)} + ${shown(bytes)} / ${shown(prefill.bytesPerS)}`,
  };
}

export function decodeTerm(
  attention: Attention,
  shape: Readonly<BatchShape>,
  mixedFactor: number,
): StepTerm {
  const flop = decodeAttentionFlop(attention, shape);
  const bytes = decodeAttentionBytes(attention, shape);
  const memoryS = `${shown(bytes)} / ${shown(attention.decode.bytesPerS)}`;
  const computeS = `${shown(flop)} / ${shown(attention.decode.flopPerS)}`;
  const factor = mixedFactor === 1 ? "" : `${shown(mixedFactor)} x `;
  return {
    name: "decode attention",
    timeS: mixedFactor * decodeAttentionTimeS(attention, shape),
    flop,
    peakFlopPerS: attention.peakFlopPerS,
    bytes,
    formula: `${factor}max(${memoryS}, ${computeS})`,
  };
}

export function allReduceTerm(reduces: AllReduces, tokens: number): StepTerm {
  const message = `${tokens} x ${shown(reduces.bytesPerToken)}`;
  const each = `${shown(reduces.startUpS)} + ${message} / ${shown(reduces.messageBytesPerS)}`;
  return overhead(reduces.kind, {
    timeS: allReduceTimeS(reduces, tokens),
    formula: `${reduces.count} x (${each})`,
  });
}

/** A term that neither computes nor moves memory. */
export function overhead(
  name: string,
  time: { readonly timeS: Seconds; readonly formula: string },
) {
  return { name, ...time, flop: 0, peakFlopPerS: undefined, bytes: 0 } satisfies StepTerm;
}

/** Four digits are enough to check by hand. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
