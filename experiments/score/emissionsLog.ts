import type { CsvLine } from "../csvTable.ts";
import { UserError } from "../errors.ts";
import type { PowerLog } from "./powerSamples.ts";

const joulesPerKwh = 3.6e6;

/** CodeCarbon's emissions.csv has a row for each run, no samples. */
export function isEmissions(header: readonly string[]): boolean {
  return header.includes("gpu_energy") && header.includes("duration");
}

export function emissionsLog(header: CsvLine, lines: readonly CsvLine[], file: string): PowerLog {
  const last = lines.at(-1);
  if (last === undefined) {
    throw new UserError({ place: { file, line: header.line }, message: "has no row" });
  }
  const number = (name: string): number => {
    const column = header.fields.indexOf(name);
    const text = last.fields[column]?.trim() ?? "";
    const value = Number(text);
    if (text !== "" && Number.isFinite(value) && value >= 0) return value;
    const place = { file, line: last.line, column: last.columns[column] };
    throw new UserError({ place, key: name, message: `expected a number, found "${text}"` });
  };
  const durationS = number("duration");
  if (durationS <= 0) {
    throw new UserError({ place: { file, line: last.line }, key: "duration", message: "is 0" });
  }
  const gpuW = (number("gpu_energy") * joulesPerKwh) / durationS;
  const count = header.fields.includes("gpu_count") ? number("gpu_count") : 1;
  const notes = [
    ...(lines.length > 1 ? [`has ${lines.length} rows; the last is compared`] : []),
    "CodeCarbon gives the energy of its whole span, not of the benchmark alone",
  ];
  return { file, gpus: [], whole: { gpuW, durationS, gpus: count }, hasClock: false, notes };
}
