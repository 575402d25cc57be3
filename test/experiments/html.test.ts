import * as fc from "fast-check";
import { expect, test } from "vitest";
import { histogramOf } from "../../experiments/html/histogram.ts";
import { ReplicaBooks } from "../../experiments/html/replicaBooks.ts";
import { roundTicks } from "../../experiments/html/roundTicks.ts";
import { ValueBins } from "../../experiments/html/valueBins.ts";

const values = fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 60,
});

function binsOf(all: readonly number[]): ValueBins {
  const bins = new ValueBins();
  for (const value of all) bins.add(value);
  return bins;
}

test("the bars of a histogram hold every value once, and no bar is on both sides of the limit", () => {
  void fc.assert(
    fc.property(values, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (all, limit) => {
      const { bars } = histogramOf(binsOf(all), limit) ?? { bars: [] };
      const sum = bars.reduce((shares, { shareRatio }) => shares + shareRatio, 0);
      expect(sum).toBeCloseTo(1, 9);
      expect(bars.at(-1)?.upToRatio).toBeCloseTo(1, 9);
      for (const { from, to } of bars) {
        expect(from < limit * (1 - 1e-9) && to > limit * (1 + 1e-9)).toBe(false);
      }
    }),
  );
});

test("the share that keeps a limit is exact but for the bin that holds it", () => {
  void fc.assert(
    fc.property(values, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (all, limit) => {
      const share = binsOf(all).shareUpTo(limit) ?? Number.NaN;
      const surely = all.filter((value) => value <= limit * 0.995).length / all.length;
      const atMost = all.filter((value) => value <= limit * 1.005).length / all.length;
      expect(share).toBeGreaterThanOrEqual(surely - 1e-12);
      expect(share).toBeLessThanOrEqual(atMost + 1e-12);
    }),
  );
  expect(binsOf([50, 50, 50]).shareUpTo(50)).toBe(1);
  expect(binsOf([50, 50, 50]).shareUpTo(49.99)).toBe(0);
  expect(new ValueBins().shareUpTo(1)).toBe(null);
});

test("ticks are round and within their span", () => {
  expect(roundTicks(0, 0.113, 3)).toEqual([0, 0.05, 0.1]);
  expect(roundTicks(8, 31, 5)).toEqual([10, 15, 20, 25, 30]);
});

test("a replica's books are those of its own steps and requests", () => {
  const books = new ReplicaBooks();
  const run = { steps: 1, prefillTokens: 0, waitingSeqs: 0, kvUsedRatio: 0.1 };
  books.addRun({
    ...run,
    replica: 1,
    startS: 0,
    endS: 1,
    decodeSeqs: 2,
    prefillSeqs: 0,
    energyJ: 5,
  });
  books.addRun({
    ...run,
    replica: 1,
    startS: 2,
    endS: 5,
    decodeSeqs: 5,
    prefillSeqs: 1,
    energyJ: 7,
  });
  const [idle, busy] = books.rows(2, 8);
  expect(idle).toMatchObject({ busyRatio: 0, batch: null, stepsJ: 0, ttftMs: null });
  expect(busy).toMatchObject({ busyRatio: 0.5, batch: 5, stepsJ: 12, kvPeakRatio: 0.1 });
});
