import fc from "fast-check";
import { expect, test } from "vitest";
import { type BatchShape, emptyCost, emptyShape, type StepModel } from "../../sim/ports.ts";
import { MixedStepSplit } from "../../sim/shapley.ts";
import { stepModel } from "../support/world.ts";

function priceJ(model: StepModel, shape: BatchShape): number {
  const cost = emptyCost();
  model.price(shape, cost);
  return cost.energyJ;
}

function split(model: StepModel, shape: BatchShape) {
  const cost = emptyCost();
  model.price(shape, cost);
  const prefillJ = new MixedStepSplit().prefillJ(model, shape, cost);
  return { prefillJ, decodeJ: cost.energyJ - prefillJ };
}

const prefillPart = { prefillSeqs: 1, prefillTokens: 100, prefillPairs: 5050 };
const decodePart = { decodeSeqs: 4, decodeTokens: 4, decodeContextTokens: 800 };

/** Joules that are a constant for any step, and so much for each token of either kind. */
const affine: StepModel = {
  ...stepModel(),
  price: (shape, cost) => {
    cost.durationS = 1;
    cost.energyJ = 10 + shape.prefillTokens + 2 * shape.decodeTokens;
    cost.energyPerSeqJ = shape.decodeSeqs > 0 ? cost.energyJ / shape.decodeSeqs : 0;
    cost.energyPerContextTokenJ = 0;
  },
};

test("each part pays for what it causes, and both halve what either needs", () => {
  const { prefillJ, decodeJ } = split(affine, { ...emptyShape(), ...prefillPart, ...decodePart });
  expect(prefillJ).toBe(100 + 5);
  expect(decodeJ).toBe(2 * 4 + 5);
});

test("parts that cost the same alone get the same share", () => {
  const shape = { ...emptyShape(), ...decodePart, prefillSeqs: 1, prefillTokens: 8 };
  const { prefillJ, decodeJ } = split(affine, shape);
  expect(prefillJ).toBe(decodeJ);
});

test("a step without decode gives all to prefill, and is priced no further", () => {
  const shape = { ...emptyShape(), ...prefillPart };
  let prices = 0;
  const counting: StepModel = {
    ...affine,
    price: (given, cost) => {
      prices++;
      affine.price(given, cost);
    },
  };
  expect(split(counting, shape)).toEqual({ prefillJ: 110, decodeJ: 0 });
  expect(prices).toBe(1);
});

test("the parts are priced alone: each with its own tokens, pairs, context and logits", () => {
  const shape: BatchShape = {
    prefillSeqs: 2,
    prefillTokens: 30,
    prefillPairs: 400,
    prefillWindowPairs: 300,
    prefillContextTokens: 50,
    decodeSeqs: 4,
    decodeTokens: 8,
    decodeContextTokens: 900,
    decodeWindowTokens: 200,
    sampledSeqs: 9,
    swappedTokens: 0,
  };
  const seen: BatchShape[] = [];
  const watching: StepModel = {
    ...affine,
    price: (given, cost) => {
      seen.push({ ...given });
      affine.price(given, cost);
    },
  };
  split(watching, shape);
  expect(seen).toHaveLength(3);
  const alone = seen.filter(({ prefillTokens, decodeTokens }) => !prefillTokens || !decodeTokens);
  const [decode, prefill] = alone.sort((a, b) => a.prefillTokens - b.prefillTokens);
  expect(prefill).toEqual({
    ...shape,
    decodeSeqs: 0,
    decodeTokens: 0,
    decodeContextTokens: 0,
    decodeWindowTokens: 0,
    sampledSeqs: 1,
  });
  expect(decode).toEqual({
    ...shape,
    prefillSeqs: 0,
    prefillTokens: 0,
    prefillPairs: 0,
    prefillWindowPairs: 0,
    prefillContextTokens: 0,
    sampledSeqs: 8,
  });
});

test("prefill pays the mean of its cost alone and its cost on top of decode, in any order of steps", () => {
  const counts = fc.record({
    prefillTokens: fc.integer({ min: 1, max: 4000 }),
    decodeSeqs: fc.integer({ min: 1, max: 64 }),
    contextTokens: fc.integer({ min: 64, max: 100_000 }),
  });
  const model = stepModel();
  const splitOfAReplica = new MixedStepSplit();
  fc.assert(
    fc.property(counts, ({ prefillTokens, decodeSeqs, contextTokens }) => {
      const prefill = { ...emptyShape(), prefillSeqs: 1, prefillTokens };
      const decode = {
        ...emptyShape(),
        decodeSeqs,
        decodeTokens: decodeSeqs,
        decodeContextTokens: contextTokens,
        decodeWindowTokens: contextTokens,
      };
      const both = { ...decode, prefillSeqs: 1, prefillTokens };
      const cost = emptyCost();
      model.price(both, cost);
      // One split serves a replica's whole life: what it priced before must not show.
      const prefillJ = splitOfAReplica.prefillJ(model, both, cost);
      const aloneJ = priceJ(model, prefill);
      const onTopJ = cost.energyJ - priceJ(model, decode);
      expect(prefillJ).toBeCloseTo((aloneJ + onTopJ) / 2, 9);
      expect(splitOfAReplica.decodeAlone.energyJ).toBe(priceJ(model, decode));
      const decodeJ = cost.energyJ - prefillJ;
      expect(prefillJ).toBeGreaterThan(0);
      expect(decodeJ).toBeGreaterThan(0);
    }),
  );
});
