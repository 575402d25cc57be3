import { expect, test } from "vitest";
import {
  energyCost,
  facilityEnergyJ,
  gpuCost,
  hostEnergyJ,
  hostFromEntry,
  operationalCarbonG,
} from "../../models/facility.ts";
import { gpuIds } from "../../models/gpuCatalogue.ts";
import { hostByGpuId } from "../../models/hostCatalogue.ts";

test("a host draws idle watts for each idle GPU second and active ones for each busy one", () => {
  const host = { idleW: 200, activeW: 300 };
  expect(hostEnergyJ(host, { gpuS: 80, busyGpuS: 30 })).toBe(50 * 200 + 30 * 300);
});

test("a kilowatt-hour at the GPUs costs PUE times its carbon and price", () => {
  const facilityJ = facilityEnergyJ(3.6e6, 1.5);
  expect(operationalCarbonG(facilityJ, 400)).toBe(600);
  expect(energyCost(facilityJ, 0.1)).toBeCloseTo(0.15, 12);
});

test("GPUs are rented by the hour", () => {
  expect(gpuCost(7200, 2.5)).toBe(5);
});

test("what is not known stays unknown, and is never 0", () => {
  const hostJ = hostEnergyJ(hostByGpuId("RTX-4090"), { gpuS: 1, busyGpuS: 1 });
  expect(hostJ).toBeUndefined();
  expect(facilityEnergyJ(hostJ, 1.2)).toBeUndefined();
  expect(operationalCarbonG(undefined, 380)).toBeUndefined();
  expect(energyCost(undefined, 0.12)).toBeUndefined();
  expect(gpuCost(3600, undefined)).toBeUndefined();
});

test("hosts are known where a node was measured, and leave an 8-GPU H100 node below its rating", () => {
  expect(gpuIds().filter((id) => hostByGpuId(id) !== undefined)).toEqual([
    "B200-SXM",
    "H100-SXM",
    "H200-SXM",
  ]);
  expect(8 * (700 + (hostByGpuId("H100-SXM")?.activeW ?? 0))).toBeLessThan(10_200);
});

test("a host that draws less when active is refused", () => {
  const watts = (value: number) => ({ value, kind: "measured", source: "a wall meter" });
  const entry = { id: "X", idle_w_per_gpu: watts(300), active_w_per_gpu: watts(200) };
  expect(() => hostFromEntry(entry, "hosts.yaml: X")).toThrow(
    "hosts.yaml: X: active_w_per_gpu: expected at least idle_w_per_gpu (300)",
  );
});
