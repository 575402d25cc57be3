import { describe, expect, test } from "vitest";
import { gateResults } from "../../../experiments/paper/gates/gate.ts";
import { paperGates } from "../../../experiments/paper/gates/gates.ts";
import {
  breakEven,
  coincide,
  isRising,
  kneeOf,
  kneeWithin,
  medianWithin,
  pointsApart,
  sameMemory,
  worstWithin,
} from "../../../experiments/paper/gates/judges.ts";
import type { PaperPoint } from "../../../experiments/paper/study.ts";
import { madeUp } from "./points.ts";

const inputOf = (point: PaperPoint) => point.input_tokens ?? Number.NaN;

describe("errors", () => {
  const points = Promise.all([
    madeUp({ batch: 1 }, { simulated: 1.1, published: 1 }),
    madeUp({ batch: 2 }, { simulated: 0.8, published: 1 }),
    madeUp({ batch: 4 }, { simulated: 1.4, published: 1 }),
    madeUp({ batch: 8 }, { simulated: 9 }),
  ]);

  test("the median is that of points with a published value", async () => {
    expect(medianWithin(0.21)(await points)).toEqual({ got: "20.0 % of 3 points", isKept: true });
    expect(medianWithin(0.19)(await points).isKept).toBe(false);
  });

  test("one point too far off misses a gate on the worst", async () => {
    expect(worstWithin(0.41)(await points).isKept).toBe(true);
    const missed = worstWithin(0.35)(await points);
    expect(missed.isKept).toBe(false);
    expect(missed.got).toMatch(/^1 over it; \+40.0 % .* batch 4$/);
  });

  test("without a point nothing is kept", () => {
    for (const judge of [medianWithin(1), worstWithin(1), sameMemory]) {
      expect(judge([]).isKept).toBe(false);
    }
  });
});

describe("knees", () => {
  test("lie on a line between logarithms", () => {
    expect(kneeOf({ x: [1, 4, 16, 64], y: [1, 1, 1, 4] }, 2)).toBeCloseTo(32);
    expect(kneeOf({ x: [1, 4], y: [1, 1.9] }, 2)).toBeUndefined();
  });

  const curve = (shift: number) =>
    Promise.all(
      [1, 4, 16, 64, 256].map((input_tokens) =>
        madeUp(
          { input_tokens },
          {
            published: Math.max(1, input_tokens / 16),
            simulated: Math.max(1, input_tokens / shift),
          },
        ),
      ),
    );

  test.each([
    [16, true],
    [10, true],
    [2, false],
    [1e6, false],
  ])("one at %d tokens, published at 16: %s", async (shift, isKept) => {
    expect(kneeWithin(await curve(shift), { factor: 2, xOf: inputOf }).isKept).toBe(isKept);
  });
});

test("curves coincide where no pair of points is farther apart", async () => {
  const at = (input_tokens: number, simulated: number) => madeUp({ input_tokens }, { simulated });
  const one = await Promise.all([at(1, 1), at(2, 2)]);
  const near = await Promise.all([at(1, 1.05), at(2, 1.9)]);
  const far = await Promise.all([at(1, 1.05), at(2, 1.7)]);
  expect(coincide([one, near], 0.1, inputOf).isKept).toBe(true);
  expect(coincide([one, far], 0.1, inputOf).isKept).toBe(false);
  expect(coincide([one, await Promise.all([at(3, 1)])], 0.1, inputOf).isKept).toBe(false);
});

test("figures in per cent are compared by their difference", async () => {
  const point = await madeUp(
    { unit: "%", metric: "energy_saving" },
    { simulated: 20, published: 29 },
  );
  expect(pointsApart([point], 10).isKept).toBe(true);
  expect(pointsApart([point], 8)).toEqual({ got: "+20.0 %, published +29.0 %", isKept: false });
  expect(point.error).toBeNull();
});

test("memory is the same where the same cells don't fit", async () => {
  const fits = await madeUp({}, { simulated: 1 });
  const full = { ...fits, simulated: null, out_of_memory: true };
  expect(sameMemory([fits, { ...full, published_out_of_memory: true }]).isKept).toBe(true);
  expect(sameMemory([fits, full]).isKept).toBe(false);
  expect(sameMemory([{ ...fits, published_out_of_memory: true }]).isKept).toBe(false);
});

test("a gate is judged where all of its figures were simulated, and on their points alone", async () => {
  const points = await Promise.all(
    ["5a", "5b", "2c"].map((figure) => madeUp({ figure }, { simulated: 1, published: 1 })),
  );
  const figures = gateResults(paperGates, points).map(({ figure }) => figure);
  expect(new Set(figures)).toEqual(new Set(["2c"]));
  const gate = { figures: ["5a"], what: "", must: "", reason: "" };
  const [result] = gateResults(
    [{ ...gate, judge: (own) => ({ got: String(own.length), isKept: true }) }],
    points,
  );
  expect(result?.got).toBe("1");
});

test("every gate says what it wants and why", () => {
  for (const { must, reason, what } of paperGates) {
    for (const text of [must, reason, what]) expect(text).toMatch(/\w{3}/);
  }
});

function curveOf(values: readonly number[], words: { series?: string } = {}) {
  return Promise.all(
    values.map((simulated, index) => madeUp({ ...words, batch: 2 ** index }, { simulated })),
  );
}

test("curves break even on a line between logarithms of batches, once the first was below", async () => {
  const flat = await curveOf([1, 1, 1, 1]);
  expect(breakEven(await curveOf([0.5, 0.5, 0.5, 2]), flat)).toBeCloseTo(2 ** 2.5);
  expect(breakEven(await curveOf([0.5, 0.5, 0.5, 0.9]), flat)).toBeUndefined();
  expect(breakEven(await curveOf([2, 2, 2, 2]), flat)).toBeUndefined();
});

test("curves rise where none touches the one below at a batch of both", async () => {
  const [low, high] = [await curveOf([1, 1]), await curveOf([2, 2, 2])];
  expect(isRising([low, high]).isKept).toBe(true);
  expect(isRising([low, high]).got).toBe("at all 2 pairs");
  expect(isRising([high, low]).isKept).toBe(false);
  expect(isRising([low, low]).isKept).toBe(false);
  expect(isRising([low]).isKept).toBe(false);
});

test("the order of the traces misses its gate where code isn't nearest to the ideal", async () => {
  const table = (code: number) =>
    Promise.all(
      ["BurstGPT", "Azure Conversation", "Azure Code"].flatMap((trace) =>
        [
          { series: "PyTorch eager", simulated: 300 },
          { series: "vLLM CUDA graphs", simulated: trace === "Azure Code" ? code : 60 },
          { series: "vLLM against PyTorch", simulated: 70 },
        ].map(({ series, simulated }) =>
          madeUp({ figure: "T4", unit: "%", series, workload: `${trace} offline` }, { simulated }),
        ),
      ),
    );
  const kept = async (code: number) =>
    gateResults(paperGates, await table(code)).map(({ isKept }) => isKept);
  expect(await kept(20)).toEqual([true, true, false, false]);
  expect(await kept(80)).toEqual([true, false, false, false]);
  expect(await kept(-5)).toEqual([false, true, false, false]);
});
