import type { Seconds, Watts } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import type { PowerIntegral } from "./powerIntegral.ts";
import { powerIntegral } from "./powerIntegral.ts";
import type { GpuSamples, PowerLog } from "./powerSamples.ts";
import { type Window, windowOf } from "./powerWindow.ts";

/** What the GPUs drew while the benchmark ran. */
export interface MeasuredPower {
  readonly perGpuW: Watts;
  /** Which of the log. */
  readonly gpus: readonly string[];
  readonly window: Window | null;
  /** Share of the benchmark in which there are samples. */
  readonly coverageRatio: number;
  readonly notes: readonly string[];
}

/** Below this nobody knows what was drawn. */
const leastCoverage = 0.5;

/** @throws UserError where the log and the benchmark have too little in common. */
export function measuredPower(
  log: PowerLog,
  bench: { durationS: Seconds; endS: Seconds | undefined },
  wanted: { gpus: number; chosen?: readonly string[] | undefined; startS?: Seconds | undefined },
): MeasuredPower {
  const fail = (message: string) => new UserError({ place: { file: log.file }, message });
  const { durationS } = bench;
  if (log.whole !== undefined) {
    const { gpuW, gpus, durationS: spanS } = log.whole;
    const isLonger = Math.abs(spanS / durationS - 1) > 0.1;
    const note = `its span of ${spanS.toFixed(1)} s is not the benchmark's, ${durationS.toFixed(1)} s`;
    const notes = [...log.notes, ...(isLonger ? [note] : [])];
    return { perGpuW: gpuW / gpus, gpus: [], window: null, coverageRatio: 1, notes };
  }
  const { selected, notes: about } = selectedGpus(log, wanted, fail);
  const integrals = selected.map((samples) => powerIntegral(samples));
  // A gap must not be moved out of the way.
  const bridged = selected.map((samples) => powerIntegral(samples, { bridged: true }));
  const aligned = windowOf(bridged, { ...bench, hasClock: log.hasClock, startS: wanted.startS });
  const { fromS, toS } = aligned;
  const parts = integrals.map((integral) => integral.between(fromS, toS));
  const coveredS = parts.reduce((sum, part) => sum + part.coveredS, 0) / parts.length;
  const coverageRatio = coveredS / durationS;
  if (coverageRatio < leastCoverage) {
    throw fail(
      `has samples of ${(coverageRatio * 100).toFixed(0)} % of the benchmark's ` +
        `${durationS.toFixed(1)} s; --power-start S tells where in the log it began`,
    );
  }
  const means = parts.flatMap(({ energyJ, coveredS: s }) => (s > 0 ? [energyJ / s] : []));
  const perGpuW = means.reduce((sum, watts) => sum + watts, 0) / means.length;
  const notes = [...log.notes, ...about, ...aligned.notes, ...uncovered(integrals, aligned)];
  const window = { fromS, toS };
  return { perGpuW, gpus: selected.map(({ gpu }) => gpu), window, coverageRatio, notes };
}

function uncovered(integrals: readonly PowerIntegral[], { fromS, toS }: Window): string[] {
  const [first] = integrals;
  if (first === undefined) return [];
  const missingS = toS - fromS - first.between(fromS, toS).coveredS;
  const beforeS = Math.max(0, first.fromS - fromS);
  const afterS = Math.max(0, toS - first.toS);
  const gapsS = missingS - beforeS - afterS;
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  return [
    ...(beforeS > first.gapS ? [`begins ${seconds(beforeS)} after the benchmark`] : []),
    ...(afterS > first.gapS ? [`ends ${seconds(afterS)} before the benchmark`] : []),
    ...(gapsS > first.gapS ? [`has gaps of ${seconds(gapsS)} in it; its mean is of the rest`] : []),
  ];
}

function selectedGpus(
  { gpus, file }: PowerLog,
  wanted: { gpus: number; chosen?: readonly string[] | undefined },
  fail: (message: string) => UserError,
): { selected: readonly GpuSamples[]; notes: string[] } {
  const names = gpus.map(({ gpu }) => gpu).join(", ");
  if (wanted.chosen !== undefined) {
    const selected = wanted.chosen.map((name) => {
      const found = gpus.find(({ gpu }) => gpu === name);
      if (found === undefined) throw fail(`has no GPU ${name}; it has ${names}`);
      return found;
    });
    return { selected, notes: [] };
  }
  if (gpus.length < wanted.gpus) {
    const few = `is of ${gpus.length} GPU${gpus.length === 1 ? "" : "s"} of ${wanted.gpus}: taken as what each of them draws`;
    return { selected: gpus, notes: [few] };
  }
  if (gpus.length === wanted.gpus) return { selected: gpus, notes: [] };
  const selected = gpus
    .toSorted((a, b) => meanW(b) - meanW(a))
    .slice(0, wanted.gpus)
    .toSorted((a, b) => a.gpu.localeCompare(b.gpu, "en", { numeric: true }));
  const taken = selected.map(({ gpu }) => gpu).join(", ");
  return {
    selected,
    notes: [`${file} is of GPUs ${names}; those that drew most are taken: ${taken}`],
  };
}

function meanW({ powerW }: GpuSamples): Watts {
  return powerW.reduce((sum, watts) => sum + watts, 0) / powerW.length;
}
