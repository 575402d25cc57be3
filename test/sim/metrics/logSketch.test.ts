import fc from "fast-check";
import { expect, test } from "vitest";
import { LogSketch } from "../../../sim/metrics/logSketch.ts";
import { expanded } from "./samples.ts";

const near = (actual: number, expected: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-3 * expected);

test("every rank's value is within 0.1 %, over twenty orders of magnitude, in any order", () => {
  const value = fc.oneof(
    fc.constant(0),
    fc.double({ min: -10, max: 10, noNaN: true }).map((exponent) => 10 ** exponent),
  );
  const samples = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 3 })), { minLength: 1 });
  fc.assert(
    fc.property(samples, (weighted) => {
      const sketch = new LogSketch();
      for (const [sample, weight] of weighted) sketch.add(sample, weight);
      expanded(weighted).forEach((sample, rank) => {
        near(sketch.valueAt(rank), sample);
      });
    }),
  );
});

test.each([
  ["upwards", [1, 1e3, 1e9]],
  ["downwards", [1, 1e-3, 1e-9]],
  ["on both sides", [1, 1e-6, 1e6, 1e-12, 1e12]],
])("the sketch widens %s and forgets nothing", (_side, values) => {
  const sketch = new LogSketch();
  for (const value of values) sketch.add(value, 10);
  [...values]
    .sort((a, b) => a - b)
    .forEach((value, i) => {
      near(sketch.valueAt(10 * i), value);
      near(sketch.valueAt(10 * i + 9), value);
    });
});

test("a range fills the buckets that its values would fill one by one", () => {
  const ranges = fc.record({
    first: fc.double({ min: 1e-3, max: 10, noNaN: true }),
    growth: fc.oneof(fc.constant(0), fc.double({ min: -1, max: 1, noNaN: true })),
    count: fc.integer({ min: 1, max: 500 }),
  });
  fc.assert(
    fc.property(ranges, ({ first, growth, count }) => {
      // A range that shrinks stays positive.
      const step = (growth < 0 ? first / count : 1) * growth;
      const whole = new LogSketch();
      whole.addRange(first, step, count, 2);
      const sorted = Array.from({ length: count }, (_, i) => first + step * i).sort(
        (a, b) => a - b,
      );
      sorted.forEach((value, i) => {
        near(whole.valueAt(2 * i), value);
        near(whole.valueAt(2 * i + 1), value);
      });
    }),
  );
});

test("a range may begin or end at zero", () => {
  const sketch = new LogSketch();
  sketch.addRange(0, 0, 5, 1);
  sketch.addRange(0, 2, 2, 1);
  sketch.addRange(2, -1, 3, 1);
  const values = Array.from({ length: 10 }, (_, rank) => sketch.valueAt(rank));
  expect(values.slice(0, 7)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  near(values[7] ?? 0, 1);
  near(values[8] ?? 0, 2);
  near(values[9] ?? 0, 2);
});
