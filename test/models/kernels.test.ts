import fc from "fast-check";
import { expect, test } from "vitest";
import { allReduces, allReduceTimeS } from "../../models/collectives.ts";
import type { Gemm } from "../../models/gemm.ts";
import { gemmTimeS } from "../../models/gemm.ts";
import { headGemm, routedExperts, tokenGemms } from "../../models/matrices.ts";
import { expectedDistinctExperts } from "../../models/moe.ts";
import { powerCurve, uncappedPowerW } from "../../models/power.ts";
import { stepPlan } from "../../models/stepPlan.ts";
import { weightBytes } from "../../models/weights.ts";
import { knownGpu, stepConfig } from "../support/stepWorld.ts";

const gemm: Gemm = {
  name: "1 GFLOP a token, 1 GB",
  layers: 1,
  flopPerToken: 1e9,
  weightBytes: 1e9,
  activationBytesPerToken: 0,
  peakFlopPerS: 1e15,
  flopPerS: 1e15,
  bytesPerS: 1e12,
  exponent: 1,
  startUpS: 0,
};

test("an exponent of 1 sums compute and memory time, a large one takes the longer", () => {
  // 1 ms to compute 1000 tokens, 1 ms to read the weights.
  expect(gemmTimeS(gemm, 1000)).toBeCloseTo(2e-3, 12);
  expect(gemmTimeS({ ...gemm, exponent: 2 }, 1000)).toBeCloseTo(Math.SQRT2 * 1e-3, 12);
  expect(gemmTimeS({ ...gemm, exponent: 20 }, 10)).toBeCloseTo(1e-3, 12);
  expect(gemmTimeS(gemm, 0)).toBe(0);
});

test("the expected distinct experts lie between those of one token and all", () => {
  const moe = fc
    .record({
      experts: fc.integer({ min: 2, max: 512 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ experts, share }) => ({
      experts,
      expertsPerToken: Math.max(1, Math.floor(share * experts)),
    }));
  fc.assert(
    fc.property(moe, fc.integer({ min: 1, max: 10_000 }), (shape, tokens) => {
      const met = expectedDistinctExperts(shape, tokens);
      expect(expectedDistinctExperts(shape, 1)).toBeCloseTo(shape.expertsPerToken, 9);
      expect(met).toBeGreaterThanOrEqual(shape.expertsPerToken - 1e-9);
      expect(met).toBeLessThanOrEqual(
        Math.min(shape.experts, tokens * shape.expertsPerToken) + 1e-9,
      );
    }),
  );
  expect(expectedDistinctExperts({ experts: 8, expertsPerToken: 2 }, 2)).toBe(3.5);
});

test.each([
  "meta-llama/Llama-3.1-8B",
  "Qwen/Qwen3-30B-A3B",
  "deepseek-ai/DeepSeek-V3",
  "openai/gpt-oss-20b",
])("the matrices of %s hold its weights but embedding, norms and biases", (llm) => {
  const config = stepConfig({ llm });
  const { parameters } = config.llm;
  const experts = routedExperts(config);
  const matrices = tokenGemms(config).reduce(
    (sum, { layers, weightBytes: b }) => sum + layers * b,
    0,
  );
  const expertBytes = experts ? experts.layers * experts.experts * experts.weightBytesPerExpert : 0;
  const headBytes = parameters.lmHead > 0 ? headGemm(config).weightBytes : 0;
  const heldBytes = matrices + expertBytes + headBytes;
  const allBytes = weightBytes(config.llm, config.precision.weights) - 2 * parameters.embedding;
  expect(heldBytes / allBytes).toBeGreaterThan(0.999);
  expect(heldBytes / allBytes).toBeLessThan(1.0001);
});

test("quantised matrices have narrow weights, and the head stays wide", () => {
  const fp8 = stepConfig({
    request: { dtype: "auto", quantization: "fp8", kvCacheDtype: "auto" },
  });
  const wide = stepConfig();
  for (const [index, narrow] of tokenGemms(fp8).entries()) {
    expect(narrow.weightBytes).toBe((tokenGemms(wide)[index]?.weightBytes ?? 0) / 2);
    expect(narrow.peakFlopPerS).toBe(1979e12);
    expect(narrow.startUpS).toBe(6e-6);
  }
  expect(headGemm(fp8)).toEqual(headGemm(wide));
});

test("GPUs share the output head", () => {
  const [one, four] = [1, 4].map((tensorParallel) => headGemm(stepConfig({ tensorParallel })));
  expect(four?.flopPerToken).toBe((one?.flopPerToken ?? 0) / 4);
});

test("the plan charges the link that the GPU has, and the ideal stack no start-up at all", () => {
  const names = { llm: "openai/gpt-oss-20b", tensorParallel: 2 };
  const [pcie] = stepPlan(stepConfig({ ...names, gpu: "L40S" })).allReduces;
  expect(pcie?.startUpS).toBe(5e-6 * 1.6);
  expect(pcie?.messageBytesPerS).toBe(0.6 * 31.5e9);
  const plan = stepPlan(stepConfig(names));
  expect(plan.allReduces[0]?.startUpS).toBe(4e-6 * 1.06);
  expect(plan.startUpS).toBe(24 * 40e-6);
  expect(plan.experts?.startUpS).toBe(45e-6);
  const ideal = stepPlan(stepConfig({ ...names, stack: "ideal" }));
  const startUps = [ideal.allReduces[0]?.startUpS, ideal.startUpS, ideal.experts?.startUpS];
  expect(startUps).toEqual([0, 0, 0]);
});

test("gpt-oss quantises its experts alone", () => {
  const config = stepConfig({ llm: "openai/gpt-oss-20b", gpu: "B200-SXM" });
  expect(routedExperts(config)?.peakFlopPerS).toBe(4500e12);
  for (const { peakFlopPerS } of tokenGemms(config)) expect(peakFlopPerS).toBe(2250e12);
});

test("each of many GPUs holds a whole key-value head at least", () => {
  const rows = (tensorParallel: number) =>
    tokenGemms(stepConfig({ tensorParallel })).find(({ name }) => name.startsWith("query"));
  // 32 query heads and 8 key-value heads of 128, over 16 GPUs: (2 + 2 x 1) heads each.
  expect(rows(16)?.flopPerToken).toBe(2 * 4096 * 4 * 128);
  expect(rows(8)?.flopPerToken).toBe(2 * 4096 * 6 * 128);
});

test("an all-reduce moves 2(N - 1)/N of the message at the link's share for N", () => {
  const { fabric, pcie } = stepConfig().calibration.allReduce;
  const group = { count: 20, bytesPerToken: 8192, factor: 1 };
  const nvlink = allReduces(fabric, { gpu: knownGpu("H100-SXM"), gpus: 4, ...group });
  const startUpS = 4e-6 * (1 + 0.06 * 3);
  const moveS = (1.5 * 1000 * 8192) / (0.55 * 450e9);
  expect(allReduceTimeS(nvlink, 1000)).toBeCloseTo(20 * (startUpS + moveS), 12);
  const alone = allReduces(fabric, { gpu: knownGpu("H100-SXM"), gpus: 1, ...group });
  expect(allReduceTimeS(alone, 1000)).toBe(0);
  const bridge = (gpus: number) =>
    allReduceTimeS(allReduces(pcie, { gpu: knownGpu("L40S"), gpus, ...group }), 4096);
  expect(bridge(4)).toBeGreaterThan(3 * bridge(2));
  expect(bridge(8)).toBeGreaterThan(2 * bridge(4));
  expect(() => bridge(32)).toThrow("tensor_parallel_size");
});

test("a GPU at rest draws its loaded idle", () => {
  const gpu = knownGpu("H100-SXM");
  const curve = powerCurve(gpu, stepConfig().calibration.power);
  expect(uncappedPowerW(curve, { dutyRatio: 0, mfu: 0, mbu: 0 })).toBe(120);
  const shares = { busyW: 210, computeW: 595, computeExponent: 1, memoryW: 140 };
  expect(curve).toEqual({ idleW: 120, ...shares, capW: 679 });
});
