import type { Seconds } from "../../sim/units.ts";
import type { PowerIntegral } from "./powerIntegral.ts";

/** A span of the log's clock. */
export interface Window {
  readonly fromS: Seconds;
  readonly toS: Seconds;
}

interface Asked {
  readonly durationS: Seconds;
  /** When the benchmark ended, by its machine's clock. */
  readonly endS: Seconds | undefined;
  readonly hasClock: boolean;
  /** From the first sample on, where the user says so. */
  readonly startS: Seconds | undefined;
}

type Aligned = Window & { readonly notes: readonly string[] };

/** Clocks of two zones differ by such steps, up to so many. */
const zoneS = 900;
const mostZones = 56;
/** A result is dated in whole seconds, some time after the last answer. */
const nearbyS = 10;
/** Noise moves the mean by less: only an edge of the load is worth a shift. */
const worthRatio = 1.01;

/**
 * When the benchmark ran, by the clock of the log: as its date says, whole quarters of an hour aside; where
 * there is no date, where most is drawn.
 */
export function windowOf(integrals: readonly PowerIntegral[], asked: Asked): Aligned {
  const { durationS, endS, startS } = asked;
  const from = Math.min(...integrals.map(({ fromS }) => fromS));
  const at = (fromS: Seconds, notes: readonly string[]): Aligned => ({
    fromS,
    toS: fromS + durationS,
    notes,
  });
  if (startS !== undefined) return at(from + startS, []);
  const sums = (fromS: Seconds) => {
    const parts = integrals.map((integral) => integral.between(fromS, fromS + durationS));
    return {
      energyJ: parts.reduce((sum, part) => sum + part.energyJ, 0),
      coveredS: parts.reduce((sum, part) => sum + part.coveredS, 0) / parts.length,
    };
  };
  if (endS === undefined || !asked.hasClock) return at(...byLoad(integrals, durationS, sums));
  const zones = Array.from({ length: 2 * mostZones + 1 }, (_, index) => index - mostZones)
    .toSorted((a, b) => Math.abs(a) - Math.abs(b))
    .find((count) => sums(endS - durationS + count * zoneS).coveredS >= durationS / 2);
  if (zones === undefined) {
    const [fromS, notes] = byLoad(integrals, durationS, sums);
    return at(fromS, ["has no samples of when the benchmark is dated", ...notes]);
  }
  const dated = endS - durationS + zones * zoneS;
  const best = bestOf(steps(dated - nearbyS, dated + nearbyS, 0.1), (fromS) => sums(fromS).energyJ);
  const isWorth = sums(best).energyJ > worthRatio * sums(dated).energyJ;
  const shiftS = isWorth ? best - dated : 0;
  return at(dated + shiftS, [
    ...(zones === 0 ? [] : [`its clock is ${zones / 4} h from the benchmark's`]),
    ...(isWorth ? [`aligned by its load, ${shiftS.toFixed(1)} s from the benchmark's date`] : []),
  ]);
}

function byLoad(
  integrals: readonly PowerIntegral[],
  durationS: Seconds,
  sums: (fromS: Seconds) => { energyJ: number },
): [Seconds, string[]] {
  const from = Math.min(...integrals.map(({ fromS }) => fromS));
  const to = Math.max(...integrals.map(({ toS }) => toS));
  const latest = to - durationS;
  if (latest <= from) return [from, ["aligned at its first sample, for want of a common clock"]];
  const stepS = Math.max(0.1, (latest - from) / 5000);
  const fromS = bestOf(steps(from, latest, stepS), (start) => sums(start).energyJ);
  const note = `aligned where most is drawn, ${(fromS - from).toFixed(1)} s into it, for want of a common clock`;
  return [fromS, [note]];
}

function steps(from: Seconds, to: Seconds, stepS: Seconds): Seconds[] {
  return Array.from({ length: Math.floor((to - from) / stepS) + 1 }, (_, i) => from + i * stepS);
}

/** The first of the best. */
function bestOf(starts: readonly Seconds[], of: (startS: Seconds) => number): Seconds {
  let best = starts[0] ?? 0;
  let most = Number.NEGATIVE_INFINITY;
  for (const start of starts) {
    const value = of(start);
    if (value > most) {
      most = value;
      best = start;
    }
  }
  return best;
}
