import fc from "fast-check";
import { expect, test } from "vitest";
import { Distribution, type ValueRange } from "../../../sim/metrics/distribution.ts";
import { randomStreams } from "../../../sim/random.ts";
import { expanded, meanAndStd, numpyQuantile, quantiles, type Weighted } from "./samples.ts";

const quantileNames = ["p50", "p90", "p95", "p99"] as const;

function statistics(distribution: Distribution) {
  const found = distribution.statistics();
  if (found === undefined) throw new Error("no samples");
  return found;
}

function expectAsNumpy(distribution: Distribution, sorted: ArrayLike<number>, tolerance: number) {
  const found = statistics(distribution);
  const { mean, std } = meanAndStd(sorted);
  expect(found.count).toBe(sorted.length);
  near(found.mean, mean, 1e-9);
  // A deviation is the root of a difference: half the digits remain of what was removed.
  expect(Math.abs(found.std - std)).toBeLessThanOrEqual(1e-6 * (std + mean) + 1e-6);
  for (const name of quantileNames) {
    near(found[name], numpyQuantile(sorted, quantiles[name]), tolerance);
  }
}

function near(actual: number, expected: number, tolerance: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.abs(expected) + 1e-12);
}

const sample = fc.tuple(
  fc.oneof(fc.constantFrom(0, 1, 2.5), fc.double({ min: 0.01, max: 10, noNaN: true })),
  fc.integer({ min: 1, max: 5 }),
);

test("percentiles are numpy's of the samples one by one; mean and deviation too", () => {
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 60 }), (samples: Weighted[]) => {
      const distribution = new Distribution();
      for (const [value, weight] of samples) distribution.add(value, weight);
      expectAsNumpy(distribution, expanded(samples), 1e-12);
      expect(statistics(distribution).exact).toBe(true);
    }),
  );
});

test("known percentiles: numpy.percentile([1, 2, 3, 4, 10], [50, 90, 95, 99])", () => {
  const distribution = new Distribution();
  for (const value of [10, 3, 1, 4, 2]) distribution.add(value);
  const { mean, std, p50, p90, p95, p99 } = statistics(distribution);
  expect([mean, p50]).toEqual([4, 3]);
  expect([std, p90, p95, p99].map((value) => value.toFixed(9))).toEqual(
    [Math.sqrt(10), 7.6, 8.8, 9.76].map((value) => value.toFixed(9)),
  );
});

test("what is removed was never there, down to nothing", () => {
  const samples = fc.array(sample, { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(samples, samples, (kept: Weighted[], passing: Weighted[]) => {
      const distribution = new Distribution();
      for (const [value, weight] of [...passing, ...kept]) distribution.add(value, weight);
      for (const [value, weight] of passing) distribution.add(value, -weight);
      expectAsNumpy(distribution, expanded(kept), 1e-12);
      for (const [value, weight] of kept) distribution.add(value, -weight);
      expect(distribution.statistics()).toBeUndefined();
    }),
  );
});

test("a range is its values one by one, and leaves as it came", () => {
  const ranges = fc.record({
    first: fc.double({ min: 0.5, max: 1, noNaN: true }),
    growth: fc.constantFrom(0, 0.01, -0.01),
    count: fc.integer({ min: 1, max: 40 }),
  });
  fc.assert(
    fc.property(ranges, ranges, fc.integer({ min: 1, max: 4 }), (kept, passing, weight) => {
      const distribution = new Distribution();
      distribution.addRange(passing, weight);
      distribution.addRange(kept, weight);
      distribution.addRange(passing, -weight);
      expectAsNumpy(distribution, expanded(valuesOf(kept).map((v) => [v, weight])), 1e-9);
    }),
  );
});

function valuesOf({ first, growth, count }: ValueRange): number[] {
  return Array.from({ length: count }, (_, i) => first + growth * i);
}

test("equal samples deviate by nothing, however large they are", () => {
  const distribution = new Distribution();
  for (let i = 0; i < 1000; i++) distribution.add(1e6 + 1 / 3);
  expect(statistics(distribution).std).toBe(0);
});

test("nothing has no statistics; a negative, infinite or unknown sample is our own mistake", () => {
  expect(new Distribution().statistics()).toBeUndefined();
  expect(new Distribution().sum).toBe(0);
  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => new Distribution().add(value)).toThrow(`a sample of ${value}`);
  }
});

/** Lognormal samples: Box and Muller's normal from a seeded stream. */
function lognormal(seed: string): (sigma: number) => number {
  const draw = randomStreams(seed)("lognormal");
  return (sigma) => {
    const radius = Math.sqrt(-2 * Math.log(1 - draw()));
    return Math.exp(sigma * radius * Math.cos(2 * Math.PI * draw()));
  };
}

const beyond = 1_100_000;

test("beyond a million samples percentiles are within 0.1 % of the exact ones", () => {
  const next = lognormal("beyond");
  const samples = Float64Array.from({ length: beyond }, () => 0.03 * next(1.5));
  const distribution = new Distribution();
  for (const value of samples) distribution.add(value);
  expectAsNumpy(distribution, samples.sort(), 1e-3);
  expect(statistics(distribution).exact).toBe(false);
});

test("a million samples are still exact, one more is not", () => {
  const distribution = new Distribution();
  distribution.add(0.25, 500_000);
  distribution.add(0.5, 500_000);
  expect(statistics(distribution)).toMatchObject({ p50: 0.375, p90: 0.5, exact: true });
  distribution.add(0.5);
  expect(statistics(distribution).exact).toBe(false);
});

test("between two values far apart percentiles are interpolated beyond a million samples too", () => {
  const distribution = new Distribution();
  distribution.add(1, 1_000_000);
  distribution.add(3, 1_000_000);
  near(statistics(distribution).p50, 2, 1e-3);
});

test("beyond a million samples ranges that grow, shrink or stay count value by value", () => {
  const next = lognormal("ranges");
  const distribution = new Distribution();
  const samples: number[] = [];
  distribution.add(0.02, 1_000_001);
  for (let i = 0; i < 1_000_001; i++) samples.push(0.02);
  for (let i = 0; i < 3000; i++) {
    const first = 0.05 * next(1);
    const growth = [0, 1e-5, -1e-5][i % 3] ?? 0;
    const range = { first, growth: first * growth * 10, count: 1 + (i % 400) };
    const weight = 1 + (i % 3);
    distribution.addRange(range, weight);
    for (const value of valuesOf(range)) {
      for (let k = 0; k < weight; k++) samples.push(value);
    }
  }
  expectAsNumpy(distribution, Float64Array.from(samples).sort(), 1e-3);
});

test("ranges that leave a sketch take their count, sum and percentiles with them", () => {
  const distribution = new Distribution();
  distribution.add(0.02, 1_500_000);
  const passing = { first: 0.5, growth: 0.001, count: 500_000 };
  distribution.addRange(passing, 1);
  near(statistics(distribution).p90, numpyTail(0.9), 1e-3);
  distribution.addRange(passing, -1);
  const left = statistics(distribution);
  expect(left.count).toBe(1_500_000);
  near(left.mean, 0.02, 1e-6);
  near(left.p99, 0.02, 1e-3);

  function numpyTail(p: number): number {
    const position = 1_999_999 * p - 1_500_000;
    return passing.first + passing.growth * position;
  }
});

test("zeros are zeros, exact or not", () => {
  const distribution = new Distribution();
  distribution.add(0, 900_000);
  distribution.add(1, 100_000);
  expect(statistics(distribution)).toMatchObject({ p50: 0, p95: 1 });
  distribution.addRange({ first: 0, growth: 0, count: 600_000 }, 1);
  distribution.addRange({ first: 0, growth: 1, count: 2 }, 1);
  const { p50, p90, p99, count } = statistics(distribution);
  expect([p50, p90, count]).toEqual([0, 0, 1_600_002]);
  near(p99, 1, 1e-3);
});
