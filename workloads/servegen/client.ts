import type { Seconds } from "../../sim/units.ts";
import { TraceError } from "../importers/traceError.ts";
import { type LengthChances, lengthChances } from "./pythonDict.ts";

/** How one client of ServeGen's asks in a span of ten minutes. */
export interface RateWindow {
  readonly startS: Seconds;
  readonly ratePerS: number;
  readonly pattern: "Gamma" | "Weibull";
  /** Of the law of the gaps; its scale is the rate's to say. */
  readonly shape: number;
}

/** How long its requests are from some time on. */
export interface LengthWindow {
  readonly startS: Seconds;
  readonly input: LengthChances;
  readonly output: LengthChances;
}

export interface ServegenClient {
  /** Those in which it asks at all, in order. */
  readonly rates: readonly RateWindow[];
  /** In order; none where its lengths are not at hand. */
  readonly lengths: readonly LengthWindow[];
}

const number = /^\d+(\.\d*)?([eE][+-]?\d{1,3})?$/;
const expectedRow = "timestamp,rate,cv,Gamma or Weibull,shape,scale, or a rate of 0";

/** Of a chunk-N-trace.csv, which has no header. */
export function rateWindows(lines: Iterable<string>): readonly RateWindow[] {
  const windows: RateWindow[] = [];
  let row = 0;
  let latestS = -1;
  for (const line of lines) {
    row++;
    const text = line.trim();
    if (text === "") continue;
    const window = rateWindow(text, row);
    if (window.startS <= latestS) {
      throw new TraceError({ row, text, expected: `a time after ${latestS} s` });
    }
    latestS = window.startS;
    if (window.ratePerS > 0) windows.push(window);
  }
  return windows;
}

function rateWindow(text: string, row: number): RateWindow {
  const [start = "", rate = "", , pattern = "", shape = ""] = text.split(",");
  const [startS, ratePerS] = [start, rate].map(decimal);
  const isIdle = ratePerS === 0;
  const isLaw = pattern === "Gamma" || pattern === "Weibull";
  const isRow = startS !== undefined && ratePerS !== undefined && (isIdle || isLaw);
  if (!isRow) throw new TraceError({ row, text, expected: expectedRow });
  const known = decimal(shape) ?? 0;
  if (!isIdle && known === 0) throw new TraceError({ row, text, expected: "a shape above 0" });
  return { startS, ratePerS, pattern: isLaw ? pattern : "Gamma", shape: known };
}

function decimal(text: string): number | undefined {
  return number.test(text) && Number(text) < Infinity ? Number(text) : undefined;
}

/** Of a chunk-N-dataset.json, whose texts are Python's; idle windows have none. */
export function lengthWindows(text: string): readonly LengthWindow[] {
  const windows = Object.entries(blockOf(parsed(text))).map(([start, value]) => {
    const wrong = (found: unknown, expected: string) =>
      new TraceError({ row: 1, text: JSON.stringify(found) ?? "", expected });
    if (!number.test(start)) throw wrong(start, "a time in seconds as key");
    const chances = (key: string): LengthChances => {
      const found = blockOf(value)[key];
      const read = typeof found === "string" ? lengthChances(found) : undefined;
      if (read !== undefined) return read;
      throw wrong(found, `"{length: chance, …}" as ${key} of ${start}`);
    };
    return {
      startS: Number(start),
      input: chances("input_tokens"),
      output: chances("output_tokens"),
    };
  });
  return windows
    .filter(({ input, output }) => input.tokens.length > 0 && output.tokens.length > 0)
    .sort((a, b) => a.startS - b.startS);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TraceError({ row: 1, text, expected: "a JSON object" });
  }
}

function blockOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return { ...value };
  throw new TraceError({ row: 1, text: JSON.stringify(value) ?? "", expected: "a JSON object" });
}
