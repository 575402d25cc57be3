import { existsSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import {
  calibrateOperators,
  operatorDrafts,
} from "../../../experiments/calibrate/calibrateOperators.ts";
import type { OperatorCalibration } from "../../../experiments/calibrate/operators/operatorCalibration.ts";
import { calibrationEntryOf } from "../../../experiments/calibrate/writeCalibration.ts";
import { calibrationFor } from "../../../models/calibrationCatalogue.ts";
import { calibrationEntries } from "../../../models/catalogue/calibrations.generated.ts";
import { knownGpu, knownStack } from "../../support/stepWorld.ts";

const folder = new URL("../../../../shared/data", import.meta.url).pathname;
const present = existsSync(folder);

/** Plain least squares on the same rows, rounded. */
const roughFits = [
  ["small_kernel_memory_efficiency_ratio", "A100-SXM", 0.69],
  ["small_kernel_memory_efficiency_ratio", "H100-SXM", 0.77],
  ["small_kernel_memory_efficiency_ratio", "H200-SXM", 0.77],
  ["small_kernel_memory_efficiency_ratio", "A40", 1],
  ["attention.fp8_decode_memory_efficiency_ratio", "A100-SXM", undefined],
  ["attention.fp8_decode_memory_efficiency_ratio", "H100-SXM", 0.745],
  ["attention.fp8_decode_memory_efficiency_ratio", "H200-SXM", 0.573],
  ["attention.fp8_decode_memory_efficiency_ratio", "B200-SXM", 0.847],
  ["attention.fp8_decode_memory_efficiency_ratio", "L40S", 0.874],
] as const;

describe.skipIf(!present)("published operator tables, where ../shared/data holds them", () => {
  let calibrations: ReadonlyMap<string, OperatorCalibration> = new Map();
  beforeAll(() => {
    calibrations = calibrateOperators(folder);
  });

  const number = (gpu: string, path: string) =>
    calibrations.get(gpu)?.numbers.find((candidate) => candidate.path.join(".") === path)?.value;

  // From this project's survey of latency data, fitted to the same tables with other code.
  test.each([
    ["A100-SXM", 0.84, 0.77, 0.62],
    ["H100-SXM", 0.81, 0.88, 0.81],
    ["H200-SXM", 0.77, 0.84, 0.75],
    ["B200-SXM", 0.73, 0.81, 0.82],
    ["L40S", 0.66, 0.77, 0.88],
  ])("the rates of %s are those of an independent fit within an eighth", (gpu, ...others) => {
    const paths = [
      "gemm.bf16.compute_efficiency_ratio",
      "gemm.bf16.memory_efficiency_ratio",
      "attention.decode_memory_efficiency_ratio",
    ];
    for (const [index, path] of paths.entries()) {
      const ratio = (number(gpu, path) ?? 0) / (others[index] ?? 1);
      expect(Math.abs(ratio - 1), path).toBeLessThan(1 / 8);
    }
  });

  test.each(roughFits)("%s of %s is near a rough fit, if it was timed", (path, gpu, rough) => {
    const found = number(gpu, path);
    if (rough === undefined) expect(found).toBeUndefined();
    else expect(Math.abs((found ?? 0) / rough - 1)).toBeLessThan(1 / 8);
  });

  test("small kernels that Vidur timed are predicted within 20 % at the median on held-out networks", () => {
    for (const id of ["A100-SXM", "H100-SXM", "A40"]) {
      const small = calibrations.get(id)?.reports.find(({ what }) => what === "small kernels");
      expect(small?.heldOut.medianRatio, id).toBeLessThan(0.2);
    }
  });

  test("16-bit products are predicted within 9 % at the median and 23 % at P90 on held-out shapes", () => {
    for (const { reports } of calibrations.values()) {
      const product = reports.find(({ what }) => what === "gemm bf16");
      expect(product?.heldOut.medianRatio).toBeLessThan(0.09);
      expect(product?.heldOut.p90Ratio).toBeLessThan(0.23);
    }
  });

  test("held-out errors are hardly above those in sample where shapes are many", () => {
    const fits = [...calibrations.values()].flatMap(({ reports }) => reports);
    for (const { what, source, inSample, heldOut } of fits) {
      expect(heldOut.rows, source).toBe(inSample.rows);
      const few = what === "all-reduce" || inSample.rows < 300;
      const most = few ? 2 : 1.2;
      expect(heldOut.medianRatio, source).toBeLessThan(most * inSample.medianRatio);
    }
  });

  test("the catalogue can read the files, and no efficiency reaches 1", () => {
    const drafts = operatorDrafts(calibrations);
    const fitted = new Set(drafts.flatMap(({ gpus }) => gpus));
    const ids = new Set(drafts.map(({ id }) => id));
    const others = calibrationEntries
      .filter(({ id }) => !ids.has(id))
      .map((entry) => ({ ...entry, gpus: entry.gpus.filter((id) => !fitted.has(id)) }));
    const entries = [...others, ...drafts.map(calibrationEntryOf)];
    expect(fitted.size).toBeGreaterThan(15);
    for (const id of fitted) {
      const { numbers, layerStartUpS } = calibrationFor(knownGpu(id), knownStack("vllm"), {
        entries,
      });
      const ratios = [...numbers].filter(([path]) => path.endsWith("efficiency_ratio"));
      for (const [path, { value }] of ratios) expect(value, `${id} ${path}`).toBeLessThan(1);
      expect(layerStartUpS).toBeGreaterThan(20e-6);
      expect(layerStartUpS).toBeLessThan(80e-6);
    }
  });
});
