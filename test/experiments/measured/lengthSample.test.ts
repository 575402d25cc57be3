import fc from "fast-check";
import { expect, test } from "vitest";
import { lengthSample, meanOf } from "../../../experiments/measured/lengthSample.ts";

const histogram = fc
  .array(fc.record({ width: fc.integer({ min: 50, max: 400 }), count: fc.nat(900) }), {
    minLength: 2,
    maxLength: 50,
  })
  .filter((bins) => bins.some(({ count }) => count > 0))
  .map((bins) => {
    const edges = [10];
    for (const { width } of bins) edges.push((edges.at(-1) ?? 0) + width);
    return { bins: edges, counts: bins.map(({ count }) => count) };
  });

test("a sample of lengths has the mean of its histogram, rises, and lies within it", () => {
  fc.assert(
    fc.property(histogram, ({ bins, counts }) => {
      const sample = lengthSample({ bins, counts });
      const total = counts.reduce((sum, count) => sum + count, 0);
      const mean =
        counts.reduce((sum, count, bin) => {
          const [from = 0, to = 0] = bins.slice(bin, bin + 2);
          return sum + (count * (from + to)) / 2;
        }, 0) / total;
      expect(Math.abs(meanOf(sample) - mean)).toBeLessThanOrEqual(0.5);
      expect(sample).toEqual(sample.toSorted((a, b) => a - b));
      expect(sample[0]).toBeGreaterThanOrEqual(10);
      expect(sample.at(-1)).toBeLessThanOrEqual(bins.at(-1) ?? 0);
    }),
    { numRuns: 60 },
  );
});
