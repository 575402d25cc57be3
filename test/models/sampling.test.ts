import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evidenceOf } from "../../models/evidence.ts";
import { type SamplingMethod, samplingMethods } from "../../models/samplingMethod.ts";
import { stepTerms } from "../../models/stepTerms.ts";
import { stepModel } from "../../models/stepTime.ts";
import { type BatchShape, emptyCost } from "../../sim/ports.ts";

import { anyStep, decodeShape, stepConfig } from "../support/stepWorld.ts";

type Config = Parameters<typeof stepModel>[0];

function priceOf(config: Config, shape: Readonly<BatchShape>) {
  const cost = emptyCost();
  stepModel(config).price(shape, cost);
  return cost;
}

const methods = fc.constantFrom(...samplingMethods.filter((method) => method !== "greedy"));

test("greedy sampling costs what no choice costs, to the bit", () => {
  fc.assert(
    fc.property(anyStep, ({ config, shape }) => {
      expect(priceOf({ ...config, sampling: "greedy" }, shape)).toEqual(priceOf(config, shape));
    }),
  );
});

test("every other method takes longer, moves more and keeps the terms' sum", () => {
  fc.assert(
    fc.property(anyStep, methods, ({ config, shape }, sampling) => {
      const greedy = priceOf(config, shape);
      const cost = priceOf({ ...config, sampling }, shape);
      expect(cost.gpuBusyS).toBeGreaterThan(greedy.gpuBusyS);
      expect(Math.max(cost.mfu, cost.mbu)).toBeLessThanOrEqual(1);
      const terms = stepTerms({ ...config, sampling }, shape);
      for (const key of ["durationS", "gpuBusyS", "energyJ", "mfu", "mbu"] as const) {
        expect(terms[key] / cost[key]).toBeCloseTo(1, 11);
      }
    }),
  );
});

test("a row of top-p passes 48 times over 128,256 words of 4 bytes, after 17 launches", () => {
  const config = stepConfig();
  const extraS = (rows: number) =>
    priceOf({ ...config, sampling: "top_p" }, decodeShape(rows, 512)).durationS -
    priceOf(config, decodeShape(rows, 512)).durationS;
  const rowS = (48 * 128_256 * 4) / (0.65 * 3.35e12);
  expect(extraS(1)).toBeCloseTo(rowS + 17 * 8e-6, 9);
  expect(extraS(64)).toBeCloseTo(64 * rowS + 17 * 8e-6, 9);
});

test("every GPU chooses from the whole vocabulary, so that dividing the network does not help", () => {
  const extraS = (tensorParallel: number) => {
    const config = stepConfig({ tensorParallel });
    const shape = decodeShape(16, 512);
    const chosen = priceOf({ ...config, sampling: "temperature" }, shape);
    return chosen.durationS - priceOf(config, shape).durationS;
  };
  expect(extraS(4) / extraS(1)).toBeCloseTo(1, 9);
});

test("a fitted latency is no longer that where sampling is assumed", () => {
  const config = stepConfig({ constants: "catalogue" });
  const basisOf = (sampling: SamplingMethod) => evidenceOf({ ...config, sampling }).latency.basis;
  expect(evidenceOf(config).latency.basis).toBe("fitted");
  expect(basisOf("greedy")).toBe("fitted");
  expect(basisOf("top_p")).toBe("transferred");
});

test("a step that samples nothing pays nothing for how", () => {
  const config = stepConfig();
  const chunk = { ...decodeShape(0, 1), prefillSeqs: 1, prefillTokens: 64, prefillPairs: 2080 };
  expect(priceOf({ ...config, sampling: "top_p" }, chunk)).toEqual(priceOf(config, chunk));
});

describe("Llama-3.1-8B on RTX A6000, as in arXiv 2504.17674", () => {
  const config = stepConfig({ gpu: "RTX-A6000", constants: "catalogue" });
  const extraRatio = (sampling: SamplingMethod, batch: number) => {
    const shape = decodeShape(batch, 576);
    return priceOf({ ...config, sampling }, shape).energyJ / priceOf(config, shape).energyJ - 1;
  };

  test("temperature is within 4 % of greedy at every batch", () => {
    for (const batch of [1, 8, 32, 128]) {
      expect(extraRatio("temperature", batch)).toBeGreaterThan(0);
      expect(extraRatio("temperature", batch)).toBeLessThan(0.04);
    }
  });

  test("top-p by sorting is lost in the weights at batch 1, and is not at 128", () => {
    expect(extraRatio("top_p", 1)).toBeLessThan(0.02);
    expect(extraRatio("top_p", 128)).toBeGreaterThan(0.05);
  });
});
