import type { Joules, Seconds } from "../../sim/units.ts";
import type { GpuSamples } from "./powerSamples.ts";

/** Joules of one GPU between any two times, straight lines between its samples; gaps are not bridged. */
export interface PowerIntegral {
  readonly fromS: Seconds;
  readonly toS: Seconds;
  /** Of what lies between; `coveredS` of it was sampled. */
  between(fromS: Seconds, toS: Seconds): { energyJ: Joules; coveredS: Seconds };
  /** Longer spans without a sample. */
  readonly gapS: Seconds;
}

/** So many usual periods without a sample are a gap, and 2 s always may be. */
const gapPeriods = 5;
const shortestGapS = 2;

/** With `bridged`, gaps count as if straight lines led over them. */
export function powerIntegral(
  { timesS, powerW }: GpuSamples,
  { bridged = false } = {},
): PowerIntegral {
  const periods = timesS.slice(1).map((timeS, index) => timeS - (timesS[index] ?? timeS));
  const median = periods.toSorted((a, b) => a - b)[Math.floor(periods.length / 2)] ?? 0;
  const gapS = bridged ? Number.POSITIVE_INFINITY : Math.max(gapPeriods * median, shortestGapS);
  const totalJ = new Float64Array(timesS.length);
  const totalS = new Float64Array(timesS.length);
  for (const [index, spanS] of periods.entries()) {
    const isGap = spanS > gapS;
    const meanW = ((powerW[index] ?? 0) + (powerW[index + 1] ?? 0)) / 2;
    totalJ[index + 1] = (totalJ[index] ?? 0) + (isGap ? 0 : meanW * spanS);
    totalS[index + 1] = (totalS[index] ?? 0) + (isGap ? 0 : spanS);
  }
  const upTo = (timeS: Seconds) => {
    const after = firstAfter(timesS, timeS);
    const last = Math.max(0, after - 1);
    const startS = timesS[last] ?? 0;
    const spanS = (timesS[after] ?? startS) - startS;
    const insideS = after === 0 || spanS > gapS ? 0 : Math.min(spanS, timeS - startS);
    const startW = powerW[last] ?? 0;
    const slopeW = spanS === 0 ? 0 : ((powerW[after] ?? startW) - startW) / spanS;
    return {
      energyJ: (totalJ[last] ?? 0) + insideS * (startW + (slopeW * insideS) / 2),
      coveredS: (totalS[last] ?? 0) + insideS,
    };
  };
  return {
    fromS: timesS[0] ?? 0,
    toS: timesS.at(-1) ?? 0,
    gapS,
    between(fromS, toS) {
      const from = upTo(fromS);
      const to = upTo(toS);
      return { energyJ: to.energyJ - from.energyJ, coveredS: to.coveredS - from.coveredS };
    },
  };
}

/** The first index whose time is later; the length where none is. */
function firstAfter(timesS: readonly Seconds[], timeS: Seconds): number {
  let low = 0;
  let high = timesS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timesS[middle] ?? 0) > timeS) high = middle;
    else low = middle + 1;
  }
  return low;
}
