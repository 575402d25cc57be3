import type { Bytes, BytesPerSecond, FlopPerSecond, Seconds, Tokens } from "../sim/units.ts";

/** A matrix product of one layer on one GPU, and how many layers have it. */
export interface Gemm {
  readonly name: string;
  readonly layers: number;
  readonly flopPerToken: number;
  readonly weightBytes: Bytes;
  readonly activationBytesPerToken: Bytes;
  readonly peakFlopPerS: FlopPerSecond;
  /** Rates that its kernel reaches: efficiency times peak. */
  readonly flopPerS: FlopPerSecond;
  readonly bytesPerS: BytesPerSecond;
  readonly exponent: number;
  readonly startUpS: Seconds;
}

/** Seconds on all layers: the p-norm of compute and memory time, which is never below either. */
export function gemmTimeS(gemm: Gemm, tokens: Tokens): Seconds {
  if (tokens === 0) return 0;
  const computeS = (tokens * gemm.flopPerToken) / gemm.flopPerS;
  const memoryS = (gemm.weightBytes + tokens * gemm.activationBytesPerToken) / gemm.bytesPerS;
  return gemm.layers * (pNorm(computeS, memoryS, gemm.exponent) + gemm.startUpS);
}

export function gemmFlop(gemm: Gemm, tokens: Tokens): number {
  return gemm.layers * tokens * gemm.flopPerToken;
}

export function gemmBytes(gemm: Gemm, tokens: Tokens): Bytes {
  if (tokens === 0) return 0;
  return gemm.layers * (gemm.weightBytes + tokens * gemm.activationBytesPerToken);
}

/** (a^p + b^p)^(1/p), scaled so that powers neither vanish nor overflow. */
function pNorm(a: number, b: number, p: number): number {
  const larger = Math.max(a, b);
  return larger * (1 + (Math.min(a, b) / larger) ** p) ** (1 / p);
}
