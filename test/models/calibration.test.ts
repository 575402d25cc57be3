import { describe, expect, test } from "vitest";
import { calibrationFromEntries } from "../../models/calibration.ts";
import { calibrationFor } from "../../models/calibrationCatalogue.ts";
import type { CalibrationEntry } from "../../models/calibrationEntry.ts";
import { calibrationEntries } from "../../models/catalogue/calibrations.generated.ts";
import { gemmTimeS } from "../../models/gemm.ts";
import { gpuIds } from "../../models/gpuCatalogue.ts";
import { headGemm, routedExperts, tokenGemms } from "../../models/matrices.ts";
import { stackById, stackEntryById, stackIds } from "../../models/stackCatalogue.ts";
import { stackFromEntry } from "../../models/stacks.ts";
import { stepModel } from "../../models/stepTime.ts";
import { emptyCost } from "../../sim/ports.ts";
import { roundConstants } from "../support/roundConstants.ts";
import { decodeShape, knownGpu, knownStack, stepConfig } from "../support/stepWorld.ts";

const vllm = knownStack("vllm");
const reading = { path: "mine.yaml", gpuId: "L40S", stack: vllm };
const fitted = (value: number) => ({ value, kind: "fitted", source: "my measurements" }) as const;
const ofBf16 = (value: number) => ({ bf16: fitted(value) });
const base = { ...roundConstants, gpus: [] };

/** Round constants and a file of one GPU's own over them. */
function own(entry: Partial<CalibrationEntry>, stack = vllm) {
  const mine = { id: "mine", base: "round", gpus: ["L40S"], ...entry };
  return calibrationFromEntries([base, mine], { ...reading, stack });
}

test.each(gpuIds())("%s has constants", (id) => {
  expect(calibrationFor(knownGpu(id), vllm).numbers.size).toBeGreaterThan(40);
});

test("a file wins over its base number by number", () => {
  const read = own({ layer_start_up_us: { ...fitted(12), std_error: 0.5 } });
  expect(read.layerStartUpS).toBe(12e-6);
  expect(read.numbers.get("layer_start_up_us")?.std_error).toBe(0.5);
  const { id: _, layerStartUpS: __, numbers: ___, ...rest } = read;
  expect(calibrationFromEntries([base], reading)).toMatchObject(rest);
});

test("what was fitted on one GPU is transferred to another", () => {
  const entry = { layer_start_up_us: fitted(12), fitted_on: [run] };
  const kindFor = (gpuId: string) => {
    const mine = { id: "mine", base: "round", gpus: ["L40S"], ...entry };
    const { numbers, fittedOn } = calibrationFromEntries([base, mine], { ...reading, gpuId });
    return [numbers.get("layer_start_up_us")?.kind, fittedOn.length];
  };
  expect(kindFor("L40S")).toEqual(["fitted", 1]);
  expect(kindFor("L4")).toEqual(["transferred", 0]);
});

const run = { architecture: "a network", stack: "vllm", metric: "latency" } as const;

test("a calibration file is refused where it errs, by key", () => {
  const mine = { id: "mine", base: "round", gpus: ["L40S"] };
  const read = (entry: object) => () =>
    calibrationFromEntries([base, { ...mine, ...entry }], reading);
  expect(read({ gem: {} })).toThrow('mine.yaml: unknown key "gem"; expected gemm');
  expect(read({ gemm: { bf8: {} } })).toThrow('mine.yaml: gemm: unknown key "bf8"');
  expect(read({ gemm: { bf16: { compute_efficiency_ratio: fitted(1.1) } } })).toThrow(
    "gemm: bf16: compute_efficiency_ratio: value: expected a number from 0.001 to 1",
  );
  expect(read({ gemm: { bf16: { exponent: fitted(0.5) } } })).toThrow("from 1 to 20");
  expect(read({ layer_start_up_us: { ...fitted(1), kind: "guessed" } })).toThrow(
    "layer_start_up_us: kind: expected one of measured, fitted",
  );
  expect(read({ layer_start_up_us: { ...fitted(1), std_error: -1 } })).toThrow("std_error");
  expect(read({ stacks: { vlm: {} } })).toThrow('stacks: unknown key "vlm"; expected vllm');
  expect(read({ stacks: { sglang: { us_layer: fitted(1) } } })).toThrow(
    'stacks: sglang: unknown key "us_layer"',
  );
  expect(read({ stacks: { vllm: { launch_per_layer_us: fitted(1) } } })).toThrow("replays graphs");
  expect(read({ stacks: { vllm: { gemm_factor: fitted(2) } } })).toThrow(
    'stacks: vllm: gemm_factor: unknown key "value"; expected one of bf16, fp8',
  );
  expect(read({ stacks: { vllm: { moe_factor: { fp8: fitted(11) } } } })).toThrow(
    "moe_factor: fp8: value: expected a number from 0.1 to 10",
  );
  expect(read({ small_kernel_memory_efficiency_ratio: fitted(1.1) })).toThrow("from 0.001 to 1");
  expect(read({ fitted_on: [{ ...run, metric: "speed" }] })).toThrow("fitted_on[0]: metric");
  expect(read({ fitted_on: run })).toThrow("fitted_on: expected a list");
  expect(() => calibrationFromEntries([mine], reading)).toThrow("mine.yaml: attention");
});

describe("what was fitted end to end", () => {
  const scalars = {
    layer_us: fitted(30),
    moe_layer_us: fitted(20),
    prefill_launch_per_layer_us: fitted(60),
    host_per_step_us: fitted(700),
    host_per_sequence_us: fitted(50),
    front_end_ms: fitted(20),
    mixed_decode_attention_factor: fitted(2),
  };

  test("stands in place of the profile and of the layer's start-up, for that stack alone", () => {
    const entry = { stacks: { vllm: scalars } };
    expect(own(entry)).toMatchObject({
      layerStartUpS: 30e-6,
      moeStartUpS: 20e-6,
      launchPerLayerS: 0,
      prefillLaunchPerLayerS: 60e-6,
      hostPerStepS: 700e-6,
      hostPerSequenceS: 50e-6,
      frontEndS: 0.02,
      mixedDecodeAttentionFactor: 2,
    });
    const sglang = knownStack("sglang");
    expect(own(entry, sglang)).toMatchObject({
      layerStartUpS: 40e-6,
      hostPerStepS: sglang.hostPerStepS,
      hostPerSequenceS: sglang.hostPerSequenceS,
    });
    const eager = { stacks: { "vllm-eager": { launch_per_layer_us: fitted(100) } } };
    expect(own(eager, knownStack("vllm-eager"))).toMatchObject({
      launchPerLayerS: 100e-6,
      prefillLaunchPerLayerS: 500e-6,
    });
  });

  test("stands in place of the start-up of a product's kernel", () => {
    const { gemm } = own({ stacks: { vllm: { gemm_start_up_us: { fp8: fitted(9) } } } });
    expect([gemm.bf16.startUpS, gemm.fp8.startUpS, gemm.int8.startUpS]).toEqual([0, 9e-6, 6e-6]);
    const none = own({ stacks: { vllm: { gemm_start_up_us: { fp8: fitted(0) } } } });
    expect(none.gemm.fp8).toEqual({ ...gemm.fp8, startUpS: 0 });
    const elsewhere = { stacks: { sglang: { gemm_start_up_us: { fp8: fitted(9) } } } };
    expect(own(elsewhere).gemm.fp8.startUpS).toBe(6e-6);
  });
});

describe("a stack's factor", () => {
  test("multiplies the time of its kernels, which never beat the peaks", () => {
    const config = stepConfig({ gpu: "L40S" });
    const times = (factor: number) => {
      const calibration = own({ stacks: { vllm: { gemm_factor: ofBf16(factor) } } });
      return tokenGemms({ ...config, calibration }).map((gemm) => gemmTimeS(gemm, 64));
    };
    const [plain = 0] = times(1);
    expect(times(1.5)[0]).toBeCloseTo(1.5 * plain, 12);
    const atPeak = tokenGemms({ ...config, calibration: own({}) }).map((gemm) =>
      gemmTimeS({ ...gemm, flopPerS: gemm.peakFlopPerS, bytesPerS: 864e9 }, 64),
    );
    expect(times(0.1)).toEqual(atPeak);
  });

  test("of one kernel family touches no other", () => {
    const request = { dtype: "auto", quantization: "fp8", kvCacheDtype: "auto" } as const;
    const config = stepConfig({ gpu: "L40S", llm: "Qwen/Qwen3-30B-A3B", request });
    const parts = (scalars: object) => {
      const priced = { ...config, calibration: own({ stacks: { vllm: scalars } }) };
      const products = tokenGemms(priced);
      return {
        fp8: products.filter(({ name }) => name !== "router"),
        bf16: [...products.filter(({ name }) => name === "router"), headGemm(priced)],
        experts: routedExperts(priced),
      };
    };
    const plain = parts({});
    const slowed = parts({ gemm_factor: { fp8: fitted(2), int8: fitted(3) } });
    expect(slowed).toMatchObject({ bf16: plain.bf16, experts: plain.experts });
    expect(slowed.fp8.map(({ bytesPerS }) => bytesPerS)).toEqual(
      plain.fp8.map(({ bytesPerS }) => bytesPerS / 2),
    );
    const slowExperts = parts({ moe_factor: { fp8: fitted(2), bf16: fitted(3) } });
    expect(slowExperts).toMatchObject({ bf16: plain.bf16, fp8: plain.fp8 });
    expect(slowExperts.experts?.flopPerS).toBe((plain.experts?.flopPerS ?? 0) / 2);
    expect(parts({ moe_factor: { bf16: fitted(3) } })).toEqual(plain);
  });

  test.each([
    ["kv_factor", fitted],
    ["prefill_attention_factor", fitted],
    ["all_reduce_factor", fitted],
    ["gemm_factor", ofBf16],
    ["moe_factor", ofBf16],
  ])("%s slows a step that has such kernels", (key, entryOf) => {
    const config = stepConfig({ gpu: "L40S", llm: "Qwen/Qwen3-30B-A3B", tensorParallel: 2 });
    const seconds = (factor: number) => {
      const calibration = own({ stacks: { vllm: { [key]: entryOf(factor) } } });
      const cost = emptyCost();
      const prompt = { prefillSeqs: 1, prefillTokens: 64, prefillPairs: 2080 };
      stepModel({ ...config, calibration }).price({ ...decodeShape(8, 900), ...prompt }, cost);
      return cost.durationS;
    };
    expect(seconds(2)).toBeGreaterThan(seconds(1));
    expect(seconds(4) - seconds(2)).toBeCloseTo(2 * (seconds(2) - seconds(1)), 9);
  });
});

test("experts may draw more or less than the rest, and a scale multiplies all but idle", () => {
  const { power, moePower } = own({
    power: { dynamic_scale_ratio: fitted(1.5), moe: { busy_tdp_ratio: fitted(0.4) } },
  });
  expect(power.busyTdpRatio).toBeCloseTo(0.45, 12);
  expect(power.computeTdpRatio).toBeCloseTo(1.275, 12);
  expect(moePower).toEqual({ ...power, busyTdpRatio: expect.closeTo(0.6, 12) });
  expect(power.capTdpRatio).toBe(0.97);
});

test("no two files of the catalogue speak for one GPU, but one may stand over the other", () => {
  const named = calibrationEntries.flatMap(({ gpus, fitted_on: runs }) => (runs ? [] : gpus));
  expect(new Set(named).size).toBe(named.length);
  const served = calibrationEntries.flatMap(({ gpus, fitted_on: runs }) => (runs ? gpus : []));
  expect(new Set(served).size).toBe(served.length);
});

test("a whole curve of experts has its own scale", () => {
  const ratio = { dynamic_scale_ratio: fitted(1.5) };
  const moe = {
    busy_tdp_ratio: fitted(0.1),
    compute_tdp_ratio: fitted(0.2),
    memory_tdp_ratio: fitted(0.3),
  };
  const { moePower } = own({ power: { ...ratio, moe } });
  expect(moePower.computeTdpRatio).toBeCloseTo(0.2, 12);
});

test("the catalogue has the stacks that the interface promises", () => {
  expect(stackIds()).toEqual([
    "vllm",
    "vllm-eager",
    "vllm-v0",
    "sglang",
    "trtllm",
    "hf-eager",
    "hf-compile",
    "ideal",
  ]);
  expect(stackById("vlm")).toBeUndefined();
});

test("Transformers runs static batches and holds the logits of every prompt position", () => {
  for (const id of ["hf-eager", "hf-compile"]) {
    expect(knownStack(id)).toMatchObject({ scheduler: "static", promptLogitBytes: 2 });
  }
  expect(vllm).toMatchObject({
    scheduler: "chunked_prefill",
    promptLogitBytes: 0,
    frontEndS: 0.0156,
  });
});

test("all but the ideal stack launch what they prefill; eager ones as what they decode", () => {
  for (const id of stackIds()) {
    const { launchPerLayerS, prefillLaunchPerLayerS } = knownStack(id);
    if (id === "ideal") expect(prefillLaunchPerLayerS).toBe(0);
    else expect(prefillLaunchPerLayerS).toBeGreaterThan(0);
    if (launchPerLayerS > 0) expect(prefillLaunchPerLayerS).toBe(launchPerLayerS);
  }
});

test("only eager stacks launch what they decode, and they must say how long it takes", () => {
  const launching = stackIds().filter((id) => knownStack(id).launchPerLayerS > 0);
  expect(launching).toEqual(["vllm-eager", "hf-eager"]);
  const eager = stackEntryById("vllm-eager");
  expect(() => stackFromEntry({ ...eager, launch_per_layer_us: null }, "s")).toThrow(
    "s: launch_per_layer_us: expected a mapping, found null",
  );
  expect(() => stackFromEntry({ ...eager, launch: "graph" }, "s")).toThrow("expected null");
});
