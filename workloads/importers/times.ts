import { nanosecondsPerS, wallClock } from "./wallClock.ts";

/** Reads times of one kind as numbers of ticks. */
export interface TimeReader {
  readonly ticksPerS: number;
  /** What a time must be, for a message. */
  readonly expected: string;
  /** Undefined where the text is no such time. */
  ticks(text: string): number | undefined;
}

export function decimalTimes(unit: "seconds" | "milliseconds" | "nanoseconds"): TimeReader {
  const ticksPerS = { seconds: 1, milliseconds: 1000, nanoseconds: nanosecondsPerS }[unit];
  return { ticksPerS, expected: `a time in ${unit}`, ticks: decimalNumber };
}

/** Wall times like "2023-11-16 18:17:03.9799600". */
export function wallTimes(): TimeReader {
  const ticks = wallClock();
  return { ticksPerS: nanosecondsPerS, expected: "a time like 2023-11-16 18:17:03.97", ticks };
}

/** Wall times, or seconds since any moment: as the first of them is. */
export function timestampsLike(first: string): TimeReader {
  return decimalNumber(first) === undefined ? wallTimes() : decimalTimes("seconds");
}

const decimal = /^[+-]?\d+(\.\d*)?([eE][+-]?\d{1,3})?$/;
/** Of nanoseconds since 1970 the last digits are not told apart; beyond this, nothing is a time. */
const largestTime = 2 ** 63;

function decimalNumber(text: string): number | undefined {
  const value = decimal.test(text) ? Number(text) : Number.NaN;
  return Math.abs(value) <= largestTime ? value : undefined;
}
