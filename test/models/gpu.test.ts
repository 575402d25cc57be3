import { expect, test } from "vitest";
import { calibrationFor } from "../../models/calibrationCatalogue.ts";
import { engineDefaults } from "../../models/engineDefaults.ts";
import { gpuFromEntry } from "../../models/gpu.ts";
import { gpuById, gpuEntryById, gpuIds } from "../../models/gpuCatalogue.ts";
import { knownGpu, knownStack } from "../support/stepWorld.ts";

const promised =
  "V100-SXM2-32GB T4 A10 A40 RTX-A6000 RTX-6000-Ada RTX-3090 RTX-4090 RTX-PRO-6000 L4 L40S " +
  "A100-PCIe-40GB A100-PCIe-80GB A100-SXM-40GB A100-SXM H100-PCIe H100-NVL H100-SXM H200-SXM " +
  "B200-SXM MI300X";

test("the catalogue has the GPUs that the interface promises", () => {
  expect([...gpuIds()].sort()).toEqual(promised.split(" ").sort());
  expect(gpuById("H100-SXM5")).toBeUndefined();
});

test.each(gpuIds())("%s is physically plausible", (id) => {
  const gpu = knownGpu(id);
  const { bf16, fp16, fp8, fp4 } = gpu.peakFlopPerS;
  const sixteenBit = bf16 ?? fp16 ?? 0;
  // Dense peaks: each halving of the format doubles the rate; figures with sparsity would not.
  for (const [peak, factor] of [
    [fp8, 2],
    [fp4, 4],
  ] as const) {
    if (peak !== undefined) expect(peak / sixteenBit).toBeCloseTo(factor, 1);
  }
  // FLOPs for each byte of memory traffic: known parts lie between 75 and 420.
  expect(sixteenBit / gpu.bandwidthBytesPerS).toBeGreaterThan(75);
  expect(sixteenBit / gpu.bandwidthBytesPerS).toBeLessThan(420);
  expect(gpu.idleContextHeldW).toBeLessThan(0.45 * gpu.tdpW);
  const nominal = gpuEntryById(id)?.memory_nominal_gb.value ?? 0;
  const usableRatio = gpu.memoryBytes / 2 ** 30 / nominal;
  expect(usableRatio).toBeGreaterThan(0.9);
  expect(usableRatio).toBeLessThan(1);
});

test("V100 and T4 compute no bfloat16; only Blackwell computes FP4", () => {
  const without = (type: "bf16" | "fp4") =>
    gpuIds().filter((id) => knownGpu(id).peakFlopPerS[type] === undefined);
  expect(without("bf16")).toEqual(["T4", "V100-SXM2-32GB"]);
  expect(without("fp4")).not.toContain("B200-SXM");
  expect(without("fp4")).toHaveLength(gpuIds().length - 2);
});

test("links count one way", () => {
  expect(knownGpu("H100-SXM").interconnect).toEqual({ kind: "nvlink", oneWayBytesPerS: 450e9 });
  expect(knownGpu("L40S").interconnect).toEqual({ kind: "pcie", oneWayBytesPerS: 31.5e9 });
});

test("a user's own GPU file is read as strictly as the catalogue's", () => {
  const own = { ...gpuEntryById("L40S"), id: "MyCard" };
  expect(gpuFromEntry(own, "my.yaml")).toEqual({ ...knownGpu("L40S"), id: "MyCard" });
  const refusals: [object, string][] = [
    [{ ...own, tdp: own.tdp_w }, 'my.yaml: unknown key "tdp"; expected tdp_w'],
    [{ ...own, tdp_w: 350 }, "my.yaml: tdp_w: expected a mapping, found 350"],
    [{ ...own, tdp_w: { value: 350 } }, "my.yaml: tdp_w: kind: expected a text, found nothing"],
    [
      { ...own, tdp_w: { value: -1, kind: "measured", source: "me" } },
      "a number above 0, found -1",
    ],
    [
      { ...own, tdp_w: { value: 350, kind: "guess", source: "me" } },
      "tdp_w: kind: expected one of",
    ],
    [{ ...own, tdp_w: { value: 99, kind: "measured", source: "me" } }, "idle_context_held_w"],
    [{ ...own, memory_usable_gib: null }, "my.yaml: memory_usable_gib: expected a mapping"],
    [{ ...own, interconnect: { ...own.interconnect, kind: "nvlnk" } }, 'found "nvlnk"'],
    [{ ...own, peak_dense_tflop_per_s: { fp8: null } }, "expected bf16 or fp16 at least"],
  ];
  for (const [entry, message] of refusals) {
    expect(() => gpuFromEntry(entry, "my.yaml")).toThrow(message);
  }
  expect(() => gpuFromEntry([], "my.yaml")).toThrow("my.yaml: expected a mapping, found []");
});

test("a user's own GPU takes the constants of its architecture", () => {
  const own = { ...knownGpu("H100-SXM"), id: "MyCard" };
  const vllm = knownStack("vllm");
  expect(calibrationFor(own, vllm).id).toBe("hopper");
  expect(() => calibrationFor({ ...own, architecture: "kepler" }, vllm)).toThrow(
    'MyCard: architecture: no calibration for "kepler"',
  );
});

test("vLLM's batch limits are large on 70 GiB and more, but for A100", () => {
  const limits = (id: string) => Object.values(engineDefaults(knownGpu(id)));
  expect(limits("H100-SXM")).toEqual([1024, 8192]);
  expect(limits("MI300X")).toEqual([1024, 8192]);
  expect(limits("RTX-PRO-6000")).toEqual([1024, 8192]);
  expect(limits("A100-SXM")).toEqual([256, 2048]);
  expect(limits("A100-PCIe-80GB")).toEqual([256, 2048]);
  expect(limits("L40S")).toEqual([256, 2048]);
});
