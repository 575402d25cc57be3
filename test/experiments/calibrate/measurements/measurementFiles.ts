import { calibratedGpu } from "../../../../experiments/calibrate/measurements/calibratedGpu.ts";
import { readMeasurements } from "../../../../experiments/calibrate/measurements/readMeasurements.ts";
import { inFolder } from "../../measured/tables.ts";

export const header = "model,concurrency,input_tokens,output_tokens,tpot_ms,power_w";
const llama = "meta-llama/Llama-3.1-8B";
export const goodRow = `${llama},16,512,128,9.5,480`;

/** Reads the lines of mine.csv as measured on an H100. */
export function measurementsReader() {
  const file = inFolder();
  return (...lines: readonly string[]) => {
    const path = file("mine.csv", lines.map((line) => `${line}\n`).join(""));
    return readMeasurements(path, calibratedGpu("H100-SXM"));
  };
}

/** A file of one row that has these columns beside the model and the lengths. */
export function oneRow(cells: Readonly<Record<string, string | number>>): readonly string[] {
  const all = { model: llama, input_tokens: 512, output_tokens: 128, ...cells };
  return [Object.keys(all).join(","), Object.values(all).join(",")];
}
