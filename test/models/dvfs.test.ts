import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clockRatioAt,
  clockSteps,
  dynamicPowerRatio,
  isGoverned,
  lowestCapW,
} from "../../models/dvfs.ts";
import type { StepConfig } from "../../models/matrices.ts";
import { stepTerms } from "../../models/stepTerms.ts";
import { regimes, stepModel } from "../../models/stepTime.ts";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import { type BatchShape, emptyCost } from "../../sim/ports.ts";

import { Simulation } from "../../sim/simulation.ts";
import { anyStep, decodeShape, prefillShape, stepConfig } from "../support/stepWorld.ts";
import { replica, world } from "../support/world.ts";

function priceOf(config: StepConfig, shape: Readonly<BatchShape>) {
  const cost = emptyCost();
  stepModel(config).price(shape, cost);
  return { ...cost, powerW: cost.energyJ / cost.durationS / config.tensorParallel };
}

function cappedAt(config: StepConfig, powerCapW: number): StepConfig {
  return { ...config, governor: { powerCapW, clockRatio: undefined } };
}

function lockedAt(config: StepConfig, clockRatio: number): StepConfig {
  return { ...config, governor: { powerCapW: undefined, clockRatio } };
}

const aShare = fc.double({ min: 0, max: 1, noNaN: true });

/** A step, and a cap between the lowest that its GPU keeps and its own. */
const cappedStep = fc.tuple(anyStep, aShare).map(([{ config, shape }, share]) => {
  const lowestW = lowestCapW(config);
  const ownW = config.calibration.power.capTdpRatio * config.gpu.tdpW;
  return { config, shape, capW: lowestW + share * Math.max(0, ownW - lowestW) };
});

test("no step draws more than its power cap", () => {
  fc.assert(
    fc.property(cappedStep, ({ config, shape, capW }) => {
      expect(priceOf(cappedAt(config, capW), shape).powerW).toBeLessThanOrEqual(capW + 1e-9);
    }),
  );
});

test("a cap never shortens a step, and lengthens it where compute takes its time", () => {
  fc.assert(
    fc.property(cappedStep, ({ config, shape, capW }) => {
      const free = priceOf(config, shape);
      const capped = priceOf(cappedAt(config, capW), shape);
      expect(capped.durationS).toBeGreaterThanOrEqual(free.durationS * (1 - 1e-12));
      expect(capped.powerW).toBeLessThanOrEqual(free.powerW * (1 + 1e-12));
    }),
  );
  const prefill = prefillShape(4096);
  const free = priceOf(stepConfig(), prefill);
  const capped = priceOf(cappedAt(stepConfig(), 500), prefill);
  // A bare minimum of the watts would save 26 % of the joules in no more time.
  expect(capped.durationS / free.durationS).toBeGreaterThan(1.1);
  expect(capped.energyJ / free.energyJ).toBeGreaterThan(1.08 * (500 / 679));
});

test("a step that its clock slows draws what the cap allows, to one step of the clock", () => {
  fc.assert(
    fc.property(cappedStep, ({ config, shape, capW }) => {
      const { regime, powerW } = priceOf(cappedAt(config, capW), shape);
      const clockStep = clockSteps - Math.floor(regime / regimes.clockStep);
      fc.pre(clockStep < clockSteps && clockStep > clockSteps / 2);
      // Power above idle goes with the cube of the clock at most.
      const idleW = config.gpu.idleContextHeldW;
      expect(powerW - idleW).toBeGreaterThan((capW - idleW) * (1 - 1 / clockStep) ** 3 * 0.999);
    }),
  );
});

test("a lower clock never shortens a step, and never draws more", () => {
  fc.assert(
    fc.property(anyStep, fc.double({ min: 0.11, max: 1, noNaN: true }), ({ config, shape }, r) => {
      const free = priceOf(config, shape);
      const locked = priceOf(lockedAt(config, r), shape);
      expect(locked.durationS).toBeGreaterThanOrEqual(free.durationS * (1 - 1e-12));
      expect(locked.powerW).toBeLessThanOrEqual(free.powerW * (1 + 1e-12));
    }),
  );
});

test("the terms of a slowed step add up to its price", () => {
  fc.assert(
    fc.property(cappedStep, aShare, ({ config, shape, capW }, share) => {
      const governor = { powerCapW: capW, clockRatio: 0.2 + 0.8 * share };
      const governed = { ...config, governor };
      const cost = priceOf(governed, shape);
      const terms = stepTerms(governed, shape);
      for (const key of ["durationS", "gpuBusyS", "energyJ", "mfu", "mbu"] as const) {
        expect(terms[key] / cost[key]).toBeCloseTo(1, 11);
      }
    }),
    { numRuns: 50 },
  );
});

test("at one step of the clock a decode step stays affine in its context", () => {
  const config = cappedAt(stepConfig({ llm: "meta-llama/Llama-2-7b-hf" }), 380);
  const costs = [1000, 1010, 1020].map((context) => priceOf(config, decodeShape(48, context)));
  const [first, middle, last] = costs;
  expect(new Set(costs.map(({ regime }) => regime)).size).toBe(1);
  expect(first?.regime).toBeGreaterThan(regimes.clockStep);
  expect(middle?.durationS).toBeCloseTo(((first?.durationS ?? 0) + (last?.durationS ?? 0)) / 2, 14);
});

test("a capped deployment runs alike in one step or many", () => {
  const config = cappedAt(stepConfig({ tensorParallel: 2 }), 330);
  const requests = Array.from({ length: 60 }, (_, i) => ({
    arrivalS: i * 0.03,
    promptTokens: 100 + ((i * 397) % 3000),
    outputTokens: 20 + ((i * 131) % 500),
  }));
  const oneReplica = replica({
    stepModel: stepModel(config),
    batcher: chunkedPrefill({ maxSeqs: 64, maxBatchedTokens: 2048 }),
    maxModelLen: 8192,
    kvBlocks: 10_000,
    gpus: 2,
    idleW: 240,
  });
  const run = (macroSteps: boolean) =>
    new Simulation({ ...world(requests, { replicas: [oneReplica] }), macroSteps }).run();
  const [macro, single] = [run(true), run(false)];
  expect(macro.steps).toBe(single.steps);
  expect(macro.durationS / single.durationS).toBeCloseTo(1, 9);
  expect(macro.energy.gpuJ / single.energy.gpuJ).toBeCloseTo(1, 6);
  expect(macro.peakGpuW).toBeLessThanOrEqual(2 * 330);
});

describe("a clock", () => {
  const { clock } = stepConfig().calibration;

  test("leaves its cube of power until the voltage bottoms out, then its own share", () => {
    expect(dynamicPowerRatio(clock, 1)).toBe(1);
    expect(dynamicPowerRatio(clock, 0.8)).toBeCloseTo(0.512, 12);
    expect(dynamicPowerRatio(clock, 0.3)).toBeCloseTo(dynamicPowerRatio(clock, 0.6) / 2, 12);
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 1, noNaN: true }), (ratio) => {
        expect(clockRatioAt(clock, dynamicPowerRatio(clock, ratio))).toBeCloseTo(ratio, 12);
      }),
    );
  });

  test("locked a little below the highest leaves a step alone that the GPU's cap already slows", () => {
    const config = stepConfig();
    const shape = prefillShape(4096);
    expect(priceOf(lockedAt(config, 0.95), shape)).toEqual(priceOf(config, shape));
    expect(priceOf(lockedAt(config, 0.6), shape).durationS).toBeGreaterThan(
      1.4 * priceOf(config, shape).durationS,
    );
  });
});

test("a cap at the GPU's own limit or above changes nothing", () => {
  const config = stepConfig();
  for (const capW of [679, 700]) expect(isGoverned(cappedAt(config, capW))).toBe(false);
  expect(isGoverned(cappedAt(config, 678))).toBe(true);
  expect(isGoverned(lockedAt(config, 1))).toBe(false);
});

describe("what the constants were set by", () => {
  // Splitwise's capped H100: each GPU at half its watts; prompts take 1.3 times as long, tokens 1.
  test("under half the TDP prefill slows by about a third, decode of an eager stack not at all", () => {
    for (const [tensorParallel, low, high] of [
      [2, 1.25, 1.45],
      [8, 1.1, 1.35],
    ] as const) {
      const llm = "meta-llama/Llama-2-70b-hf";
      const config = stepConfig({ llm, tensorParallel, stack: "vllm-eager" });
      const slowdown = (shape: BatchShape) =>
        priceOf(cappedAt(config, 350), shape).durationS / priceOf(config, shape).durationS;
      expect(slowdown(prefillShape(2048))).toBeGreaterThan(low);
      expect(slowdown(prefillShape(2048))).toBeLessThan(high);
      expect(slowdown(decodeShape(1, 512))).toBe(1);
      expect(slowdown(decodeShape(16, 512))).toBe(1);
    }
  });

  // arXiv 2310.03003, LLaMA-65B on A100, as reported: -23 % energy and 6-7 % more latency.
  test("from 250 to 175 W decode on A100 saves about a quarter of its joules for 4-11 % more time", () => {
    for (const tensorParallel of [4, 8]) {
      const config = stepConfig({
        gpu: "A100-SXM",
        llm: "meta-llama/Llama-2-70b-hf",
        tensorParallel,
      });
      for (const seqs of [1, 32]) {
        const [high, low] = [250, 175].map((capW) =>
          priceOf(cappedAt(config, capW), decodeShape(seqs, 512)),
        );
        const energyRatio = (low?.energyJ ?? 0) / (high?.energyJ ?? 1);
        const timeRatio = (low?.durationS ?? 0) / (high?.durationS ?? 1);
        expect(energyRatio).toBeGreaterThan(0.7);
        expect(energyRatio).toBeLessThan(0.82);
        expect(timeRatio).toBeGreaterThan(1.03);
        expect(timeRatio).toBeLessThan(1.12);
      }
    }
  });
});
