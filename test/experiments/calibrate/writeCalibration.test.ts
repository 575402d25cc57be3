import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { CalibratedNumber } from "../../../experiments/calibrate/writeCalibration.ts";
import {
  calibrationEntryOf,
  calibrationYaml,
  writeCalibration,
} from "../../../experiments/calibrate/writeCalibration.ts";
import { calibrationFor } from "../../../models/calibrationCatalogue.ts";
import { calibrationEntries } from "../../../models/catalogue/calibrations.generated.ts";
import { knownGpu, knownStack } from "../../support/stepWorld.ts";

function fitted(path: string, value: number, standardError?: number): CalibratedNumber {
  const source = 'a table: 12 rows, "held out"';
  return { path: path.split("."), value, kind: "fitted", source, standardError };
}

const draft = {
  id: "t4",
  base: "turing",
  gpus: ["T4"],
  numbers: [
    fitted("gemm.bf16.compute_efficiency_ratio", 0.123456, 0.0234),
    fitted("layer_start_up_us", 41.00049),
    fitted("all_reduce.pcie.link_efficiency_ratio_by_gpus.2", 0.5),
    fitted("layer_start_up_us", 42.00049),
  ],
};

test("a calibration file has four digits, its standard errors two, and each source once", () => {
  expect(calibrationYaml(draft)).toBe(`# Written by calibrate: rerun it rather than edit this.
id: t4
base: turing
gpus: [T4]
gemm:
  bf16:
    compute_efficiency_ratio: { value: 0.1235, kind: fitted, source: &source1 "a table: 12 rows, \\"held out\\"", std_error: 0.023 }
layer_start_up_us: { value: 42, kind: fitted, source: *source1 }
all_reduce:
  pcie:
    link_efficiency_ratio_by_gpus:
      "2": { value: 0.5, kind: fitted, source: *source1 }
`);
});

test("an id that YAML takes for something else is quoted, and read as it was", () => {
  const odd = { ...draft, id: "my: card", gpus: ["4090", "H100, mine #2", "T4"] };
  expect(calibrationYaml(odd)).toContain('id: "my: card"');
  expect(calibrationYaml(odd)).toContain('gpus: ["4090", "H100, mine #2", T4]');
  expect(calibrationEntryOf(odd)).toMatchObject({ id: odd.id, gpus: odd.gpus });
});

test("the names of the catalogue's files are written as they stand", () => {
  for (const { id, base, gpus } of calibrationEntries) {
    const yaml = calibrationYaml({ id, base, gpus, numbers: [] });
    expect(yaml).toContain(`id: ${id}\nbase: ${base}\ngpus: [${gpus.join(", ")}]\n`);
  }
});

test("what is written is what the catalogue reads, and the base keeps the rest", () => {
  const others = calibrationEntries.map((entry) => ({
    ...entry,
    gpus: entry.gpus.filter((id) => id !== "T4"),
  }));
  const entries = [...others, calibrationEntryOf(draft)];
  const gpu = knownGpu("T4");
  const stack = knownStack("ideal");
  const before = calibrationFor(gpu, stack);
  const after = calibrationFor(gpu, stack, { entries });
  expect(after.gemm.bf16.computeEfficiencyRatio).toBe(0.1235);
  expect(after.numbers.get("gemm.bf16.compute_efficiency_ratio")).toEqual({
    value: 0.1235,
    kind: "fitted",
    source: 'a table: 12 rows, "held out"',
    std_error: 0.023,
  });
  expect(after.gemm.bf16.memoryEfficiencyRatio).toBe(before.gemm.bf16.memoryEfficiencyRatio);
  expect(after.moe).toEqual(before.moe);
});

test("the file on disk holds these bytes under the calibration's name", () => {
  const folder = mkdtempSync(join(tmpdir(), "calibration-"));
  try {
    writeCalibration(folder, draft);
    expect(readFileSync(join(folder, "t4.yaml"), "utf8")).toBe(calibrationYaml(draft));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a number can't stand where a section does", () => {
  const numbers = [fitted("gemm.bf16", 1), fitted("gemm.bf16.exponent", 2)];
  expect(() => calibrationYaml({ ...draft, numbers })).toThrow("bf16 holds a number");
});
