import type { Seconds } from "../sim/units.ts";

/** From `fromS` until before `toS`, counted from the first request of a trace. */
export interface Span {
  readonly fromS: Seconds;
  readonly toS: Seconds;
  /** Of a whole trace: the time in the file from which times count in place of the first request's. */
  readonly originS?: Seconds | undefined;
}

/**
 * Tells times in order from the first that is in the span on; undefined for those outside. Whole ticks
 * are subtracted before they are divided, as in the columns of a trace.
 */
export function spanClock({
  fromS,
  toS,
  originS: chosenS,
}: Span): (ticks: number, ticksPerS: number) => number | undefined {
  const isWhole = fromS <= 0 && toS === Infinity;
  let firstTicks: number | undefined;
  let originS: Seconds | undefined = isWhole ? 0 : undefined;
  return (ticks, ticksPerS) => {
    firstTicks ??= chosenS === undefined ? ticks : chosenS * ticksPerS;
    const timeS = (ticks - firstTicks) / ticksPerS;
    if (timeS < fromS || timeS >= toS) return undefined;
    originS ??= timeS;
    return timeS - originS;
  };
}
