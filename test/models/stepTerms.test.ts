import fc from "fast-check";
import { expect, test } from "vitest";
import type { StepConfig } from "../../models/matrices.ts";
import { stepTerms } from "../../models/stepTerms.ts";
import { stepModel } from "../../models/stepTime.ts";
import { type BatchShape, emptyCost, emptyShape } from "../../sim/ports.ts";

import { anyStep, decodeShape, prefillShape, stepConfig } from "../support/stepWorld.ts";

test("the terms add up to the price of the step", () => {
  fc.assert(fc.property(anyStep, ({ config, shape }) => expectTermsToAddUp(config, shape)));
});

test("so they do where launches bound a step that prefills, over a cache in 8 bits", () => {
  const request = { dtype: "auto", quantization: "fp8", kvCacheDtype: "fp8" } as const;
  const config = stepConfig({ tensorParallel: 8, request });
  const mixed = { ...prefillShape(16), ...decodeOf(4) };
  for (const shape of [prefillShape(16), mixed]) {
    expectTermsToAddUp(config, shape);
    const { gpuBusyS, hostTerms } = stepTerms(config, shape);
    const launches = hostTerms.find(({ name }) => name.startsWith("launches"));
    expect(launches?.timeS).toBeCloseTo(32 * 100e-6 - gpuBusyS, 12);
    expect(launches?.timeS).toBeGreaterThan(0);
  }
  const decode = { ...emptyShape(), ...decodeOf(4), sampledSeqs: 4 };
  expectTermsToAddUp(config, decode);
  expect(stepTerms(config, decode).hostTerms.map(({ timeS }) => timeS)).toEqual([1e-3, 12e-5, 0]);
});

test("no term is faster than dense peak or peak bandwidth allow", () => {
  fc.assert(
    fc.property(anyStep, ({ config, shape }) => {
      for (const { timeS, flop, peakFlopPerS, bytes } of stepTerms(config, shape).gpuTerms) {
        expect(timeS).toBeGreaterThanOrEqual(peakFlopPerS ? flop / peakFlopPerS : 0);
        expect(timeS).toBeGreaterThanOrEqual(bytes / config.gpu.bandwidthBytesPerS);
      }
    }),
  );
});

test("each formula evaluates to its term", () => {
  for (const shape of [
    decodeShape(8, 1024),
    prefillShape(512),
    { ...prefillShape(512), ...decodeOf(4) },
  ]) {
    for (const names of [
      {},
      { llm: "openai/gpt-oss-20b", tensorParallel: 2 },
      { stack: "hf-eager" },
      { stack: "vllm-eager", tensorParallel: 8 },
    ]) {
      const { gpuTerms, hostTerms } = stepTerms(stepConfig(names), shape);
      for (const { formula, timeS } of [...gpuTerms, ...hostTerms]) {
        // Four digits are shown, and powers up to 2.5 of them.
        expect(Math.abs(evaluated(formula) - timeS)).toBeLessThanOrEqual(2e-3 * timeS);
      }
    }
  }
});

test("a decode step of 8 sequences at 1024 tokens on an H100 takes 8.2 ms", () => {
  const { gpuTerms, durationS, mbu } = stepTerms(stepConfig(), decodeShape(8, 1024));
  const bytes = gpuTerms.reduce((sum, term) => sum + term.bytes, 0);
  // 6.98e9 weights of the layers and 0.525e9 of the head at 2 bytes; 8 x 1024 x 128 KiB of KV.
  const weightsAndKv = 2 * (6.9793e9 + 0.5253e9) + 8 * 1024 * 131_072;
  expect(bytes / weightsAndKv).toBeGreaterThan(1);
  expect(bytes / weightsAndKv).toBeLessThan(1.01);
  // 15.01 GB / (0.85 x 3.35 TB/s) + 1.07 GB / (0.8 x 3.35 TB/s) + 44 MB / (0.65 x 3.35 TB/s)
  // + 32 x 40 us + 1 ms + 8 x 30 us
  expect(durationS).toBeCloseTo(5.271e-3 + 0.401e-3 + 0.02e-3 + 1.28e-3 + 1.24e-3, 4);
  expect(mbu).toBeCloseTo(bytes / 3.35e12 / durationS, 9);
});

function expectTermsToAddUp(config: StepConfig, shape: BatchShape) {
  const cost = emptyCost();
  stepModel(config).price(shape, cost);
  const terms = stepTerms(config, shape);
  for (const key of ["durationS", "gpuBusyS", "energyJ", "mfu", "mbu"] as const) {
    expect(terms[key] / cost[key]).toBeCloseTo(1, 11);
  }
  expect(terms.gpuBusyS + terms.exposedHostS).toBeCloseTo(terms.durationS, 12);
}

function decodeOf(seqs: number) {
  return { decodeSeqs: seqs, decodeTokens: seqs, decodeContextTokens: seqs * 1000 };
}

/** Reads a formula as arithmetic: x, / and ^ in the usual order, max of two. */
function evaluated(formula: string): number {
  const script = formula
    .replaceAll(" x ", " * ")
    .replaceAll("^", "**")
    .replaceAll("max", "Math.max");
  expect(script).toMatch(/^[-+*/().,\deMathmx ]+$/);
  const evaluate: unknown = new Function(`return ${script}`)();
  return Number(evaluate);
}
