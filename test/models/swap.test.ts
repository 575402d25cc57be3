import fc from "fast-check";
import { expect, test } from "vitest";
import { stepTerms } from "../../models/stepTerms.ts";
import { stepModel } from "../../models/stepTime.ts";
import { type BatchShape, emptyCost } from "../../sim/ports.ts";

import { anyStep, decodeShape, knownGpu, prefillShape, stepConfig } from "../support/stepWorld.ts";

function priceOf(config: Parameters<typeof stepModel>[0], shape: Readonly<BatchShape>) {
  const cost = emptyCost();
  stepModel(config).price(shape, cost);
  return cost;
}

test("time and joules of swapping are affine in its tokens, and none costs nothing", () => {
  fc.assert(
    fc.property(anyStep, fc.integer({ min: 1, max: 100_000 }), ({ config, shape }, tokens) => {
      const swapping = (swappedTokens: number) => priceOf(config, { ...shape, swappedTokens });
      const [none, one, three] = [swapping(0), swapping(tokens), swapping(3 * tokens)];
      expect(none).toEqual(priceOf(config, shape));
      for (const key of ["durationS", "energyJ"] as const) {
        expect(one[key]).toBeGreaterThan(none[key]);
        expect((three[key] - none[key]) / (one[key] - none[key])).toBeCloseTo(3, 7);
      }
      expect(one.gpuBusyS).toBe(none.gpuBusyS);
      expect(one.regime).toBe(none.regime);
      expect(Math.max(one.mfu, one.mbu)).toBeLessThanOrEqual(1);
      expect(one.mfu).toBeLessThan(none.mfu);
    }),
  );
});

test("the sequences of a step that only decodes share the joules of its swapping", () => {
  const config = stepConfig();
  const plain = priceOf(config, decodeShape(8, 1024));
  const swapping = priceOf(config, { ...decodeShape(8, 1024), swappedTokens: 4096 });
  expect(swapping.energyPerContextTokenJ).toBe(plain.energyPerContextTokenJ);
  const addedJ = swapping.energyJ - plain.energyJ;
  expect(swapping.energyPerSeqJ - plain.energyPerSeqJ).toBeCloseTo(addedJ / 8, 12);
  const sharedJ = 8 * swapping.energyPerSeqJ + 8 * 1024 * swapping.energyPerContextTokenJ;
  expect(sharedJ / swapping.energyJ).toBeCloseTo(1, 12);
});

test("4096 tokens of Llama-3.1-8B cross PCIe 5.0 at a fifth of its rate, near idle watts", () => {
  const config = stepConfig();
  const shape = { ...prefillShape(16), swappedTokens: 4096 };
  const plain = priceOf(config, prefillShape(16));
  const swapping = priceOf(config, shape);
  const seconds = swapping.durationS - plain.durationS;
  expect(seconds).toBeCloseTo((4096 * 131_072) / (0.2 * 63e9), 9);
  const watts = (swapping.energyJ - plain.energyJ) / seconds;
  // 120 W held, and 0.2 TDP x sqrt(12.6 / 3350) of memory.
  expect(watts).toBeCloseTo(120 + 140 * Math.sqrt(12.6 / 3350), 6);
});

test("each GPU moves its own part over its own link", () => {
  const secondsOf = (names: Parameters<typeof stepConfig>[0]) => {
    const config = stepConfig(names);
    const swapping = priceOf(config, { ...decodeShape(1, 512), swappedTokens: 1000 });
    return swapping.durationS - priceOf(config, decodeShape(1, 512)).durationS;
  };
  expect(secondsOf({ tensorParallel: 4 }) / secondsOf({})).toBeCloseTo(1 / 4, 9);
  const older = knownGpu("A100-SXM").hostLinkOneWayBytesPerS;
  const newer = knownGpu("H100-SXM").hostLinkOneWayBytesPerS;
  expect(secondsOf({ gpu: "A100-SXM" }) / secondsOf({})).toBeCloseTo(newer / older, 9);
});

test("the terms of a step hold its swapping", () => {
  fc.assert(
    fc.property(anyStep, fc.integer({ min: 1, max: 100_000 }), ({ config, shape }, tokens) => {
      const swapping = { ...shape, swappedTokens: tokens };
      const cost = priceOf(config, swapping);
      const terms = stepTerms(config, swapping);
      for (const key of ["durationS", "gpuBusyS", "energyJ", "mfu", "mbu"] as const) {
        expect(terms[key] / cost[key]).toBeCloseTo(1, 11);
      }
      const sumS = [...terms.gpuTerms, ...terms.hostTerms].reduce(
        (sum, { timeS }) => sum + timeS,
        0,
      );
      expect(sumS / terms.durationS).toBeCloseTo(1, 11);
    }),
  );
});
