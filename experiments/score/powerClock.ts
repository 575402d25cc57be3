import type { Seconds } from "../../sim/units.ts";
import { timeOf } from "./measuredBench.ts";

/** Reads the times of a log: a date, or seconds, or milliseconds since 1970. */
export function secondsOf(text: string): Seconds | undefined {
  const date = timeOf(text);
  if (date !== undefined) return date;
  const value = Number(text.trim());
  if (text.trim() === "" || !Number.isFinite(value)) return undefined;
  // In seconds, this is the year 5138.
  return value > 1e11 ? value / 1000 : value;
}
