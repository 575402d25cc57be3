import { describe, expect, test } from "vitest";
import { architectureOf } from "../../models/architecture.ts";
import { calibrationFor } from "../../models/calibrationCatalogue.ts";
import type { CalibrationEntry } from "../../models/calibrationEntry.ts";
import { evidenceOf, evidenceOfGpu } from "../../models/evidence.ts";
import { gpuIds } from "../../models/gpuCatalogue.ts";
import { roundConstants } from "../support/roundConstants.ts";
import { knownGpu, knownLlm, knownStack, stepConfig } from "../support/stepWorld.ts";

const number = (value: number, kind: "measured" | "fitted" = "fitted") => ({
  value,
  kind,
  source: "my measurements",
});
const efficiencies = {
  compute_efficiency_ratio: number(0.7),
  memory_efficiency_ratio: number(0.8, "measured"),
};
const base = { ...roundConstants, gpus: [] };
const kernels: CalibrationEntry = {
  id: "mine",
  base: "round",
  gpus: ["H100-SXM"],
  gemm: { bf16: efficiencies },
  attention: {
    prefill_compute_efficiency_ratio: number(0.6),
    decode_memory_efficiency_ratio: number(0.8),
  },
  small_kernel_memory_efficiency_ratio: number(0.7),
  layer_start_up_us: number(30),
};
const endToEnd: CalibrationEntry = {
  ...kernels,
  stacks: { vllm: { host_per_step_us: number(900) } },
  power: {
    busy_tdp_ratio: number(0.3),
    compute_tdp_ratio: number(0.9),
    memory_tdp_ratio: number(0.2),
  },
  fitted_on: [
    {
      architecture: architectureOf(knownLlm("meta-llama/Llama-3.1-8B")),
      stack: "vllm",
      metric: "latency",
    },
  ],
};

type Names = Parameters<typeof stepConfig>[0];

function evidence(entry: CalibrationEntry, names: Names = {}) {
  const config = stepConfig(names);
  const calibration = calibrationFor(config.gpu, config.stack, { entries: [base, entry] });
  return evidenceOf({ ...config, calibration });
}

describe("latency rests on", () => {
  test("the data sheet where all that is used is assumed", () => {
    expect(evidenceOf(stepConfig()).latency).toEqual({
      basis: "datasheet",
      support: "operators_only",
      hasOwnKernels: false,
    });
  });

  test("transferred numbers where kernels are fitted and the stack is not", () => {
    expect(evidence(kernels).latency.basis).toBe("transferred");
    expect(evidence(endToEnd, { stack: "sglang" }).latency).toEqual({
      basis: "transferred",
      support: "operators_only",
      hasOwnKernels: true,
    });
  });

  test("fitted ones where both are", () => {
    expect(evidence(endToEnd).latency).toMatchObject({ basis: "fitted", support: "interpolated" });
    expect(evidence(endToEnd, { llm: "Qwen/Qwen3-32B" }).latency.support).toBe("new_architecture");
  });

  test("kernels that are not its own where a file lends another card's, whatever their start-up", () => {
    const lent = { id: "like mine", base: "mine", gpus: ["H100-PCIe"] };
    const own = { ...lent, gemm: { bf16: { compute_efficiency_ratio: number(0.5, "measured") } } };
    const hasOwnKernels = (entry: CalibrationEntry) => {
      const config = stepConfig({ gpu: "H100-PCIe" });
      const entries = [base, kernels, entry];
      const calibration = calibrationFor(config.gpu, config.stack, { entries });
      return evidenceOf({ ...config, calibration }).latency.hasOwnKernels;
    };
    expect(hasOwnKernels(lent)).toBe(false);
    expect(hasOwnKernels({ ...lent, layer_start_up_us: number(40) })).toBe(false);
    expect(hasOwnKernels(own)).toBe(true);
    expect(evidence(kernels).latency.hasOwnKernels).toBe(true);
  });

  test("what a network and its quantisation use, and no more", () => {
    expect(evidence(endToEnd, { llm: "Qwen/Qwen3-30B-A3B" }).latency.basis).toBe("transferred");
    expect(evidence(endToEnd, { tensorParallel: 2 }).latency.basis).toBe("transferred");
    const fp8 = { dtype: "auto", quantization: "fp8", kvCacheDtype: "auto" } as const;
    expect(evidence(endToEnd, { request: fp8 }).latency.basis).toBe("transferred");
    const narrowCache = { dtype: "auto", quantization: "none", kvCacheDtype: "fp8" } as const;
    expect(evidence(endToEnd, { request: narrowCache }).latency.basis).toBe("transferred");
    const { small_kernel_memory_efficiency_ratio: _, ...unknownSmall } = endToEnd;
    expect(evidence(unknownSmall).latency.basis).toBe("transferred");
    const { sources } = evidence(endToEnd);
    expect(sources).toEqual(["my measurements"]);
  });

  test("the stack's numbers of the kernels that run, not of others", () => {
    const assumed = { value: 2, kind: "assumed", source: "a guess" } as const;
    const basis = (scalars: object) => {
      const vllm = { host_per_step_us: number(900), ...scalars };
      return evidence({ ...endToEnd, stacks: { vllm } }).latency.basis;
    };
    expect(basis({ gemm_factor: { bf16: assumed } })).toBe("transferred");
    expect(basis({ gemm_factor: { fp8: assumed }, moe_factor: { bf16: assumed } })).toBe("fitted");
    expect(basis({ gemm_start_up_us: { bf16: assumed, fp8: number(9) } })).toBe("transferred");
  });

  test("transferred ones under a power cap, which no fit has seen", () => {
    const governor = { powerCapW: 400, clockRatio: undefined };
    const { latency, power } = evidence(endToEnd, { governor });
    expect([latency.basis, power.basis]).toEqual(["transferred", "transferred"]);
    expect([latency.support, power.support]).toEqual(["operators_only", "operators_only"]);
  });
});

describe("a power curve", () => {
  const entries = [base, endToEnd, { id: "ada", base: "round", gpus: ["L40S", "RTX-6000-Ada"] }];
  const curve = (id: string) => calibrationFor(knownGpu(id), knownStack("vllm"), { entries }).power;

  test("is fitted on its own GPU and transferred to every other", () => {
    expect(evidence(endToEnd).power.basis).toBe("fitted");
    const config = stepConfig({ gpu: "L40S" });
    const calibration = calibrationFor(config.gpu, config.stack, { entries });
    expect(evidenceOf({ ...config, calibration }).power.basis).toBe("transferred");
    expect(calibration.numbers.get("power.busy_tdp_ratio")?.source).toContain("from H100-SXM");
  });

  test("goes with the range between idle and TDP, that of memory also with the bandwidth", () => {
    const [from, to] = [knownGpu("H100-SXM"), knownGpu("L40S")];
    const range = (to.tdpW - to.idleContextHeldW) / (from.tdpW - from.idleContextHeldW);
    const bandwidth = to.bandwidthBytesPerS / from.bandwidthBytesPerS;
    const { busyTdpRatio, computeTdpRatio, memoryTdpRatio } = curve("L40S");
    expect(busyTdpRatio * to.tdpW).toBeCloseTo(range * 0.3 * from.tdpW, 9);
    expect(computeTdpRatio * to.tdpW).toBeCloseTo(range * 0.9 * from.tdpW, 9);
    expect(memoryTdpRatio * to.tdpW).toBeCloseTo(Math.sqrt(range * bandwidth) * 0.2 * from.tdpW, 9);
    // Fully busy computing on either card is the same share of its range.
    expect(busyTdpRatio + computeTdpRatio).toBeCloseTo((range * 1.2 * 700) / to.tdpW, 9);
  });

  test("comes from the nearest of those that were fitted", () => {
    const small = { ...endToEnd, id: "small", gpus: ["RTX-A6000"] };
    const both = [...entries, small];
    const source = (id: string) =>
      calibrationFor(knownGpu(id), knownStack("vllm"), { entries: both }).numbers.get(
        "power.busy_tdp_ratio",
      )?.source;
    expect(source("L40S")).toContain("from RTX-A6000");
    const named = [...both, { id: "h200", base: "round", gpus: ["H200-SXM"] }];
    const h200 = calibrationFor(knownGpu("H200-SXM"), knownStack("vllm"), { entries: named });
    expect(h200.numbers.get("power.busy_tdp_ratio")?.source).toContain("from H100-SXM");
  });

  test("with a scale of its own is fitted, whatever it scales", () => {
    const scaled = {
      id: "ada",
      base: "round",
      gpus: ["L40S"],
      power: { dynamic_scale_ratio: number(0.8) },
    };
    const config = stepConfig({ gpu: "L40S" });
    const calibration = calibrationFor(config.gpu, config.stack, {
      entries: [base, endToEnd, scaled],
    });
    expect(evidenceOf({ ...config, calibration }).power.basis).toBe("fitted");
    expect(calibration.power.busyTdpRatio).toBeCloseTo(0.8 * curve("L40S").busyTdpRatio, 12);
  });
});

test("releases of one shape are one architecture, whatever their precision", () => {
  const of = (id: string) => architectureOf(knownLlm(id));
  expect(of("meta-llama/Meta-Llama-3-70B")).toBe(of("meta-llama/Llama-3.1-70B"));
  expect(of("meta-llama/Llama-3.1-8B")).not.toBe(of("meta-llama/Llama-3.1-70B"));
  expect(of("openai/gpt-oss-20b")).toBe(
    "24 layers x 2880, 64/8 heads of 64, 4 of 32 experts of 2880",
  );
});

test.each(gpuIds())("%s says what its time and its watts rest on", (id) => {
  const { latency, power, sources } = evidenceOfGpu(knownGpu(id));
  const bases = ["measured", "fitted", "transferred", "datasheet"];
  expect(bases).toContain(latency.basis);
  expect(bases).toContain(power.basis);
  expect(sources.length).toBeGreaterThan(0);
});
