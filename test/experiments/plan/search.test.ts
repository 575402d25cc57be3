import fc from "fast-check";
import { expect, test } from "vitest";
import { fewest, highest } from "../../../experiments/plan/search.ts";

test("the fewest that keep are found in a few trials, or none where even the most do not", async () => {
  const amounts = fc.record({
    most: fc.integer({ min: 1, max: 4096 }),
    needed: fc.integer({ min: 1, max: 5000 }),
  });
  await fc.assert(
    fc.asyncProperty(amounts, async ({ most, needed }) => {
      const tried: number[] = [];
      const found = await fewest(most, async (amount) => {
        tried.push(amount);
        return amount >= needed;
      });
      expect(found).toBe(needed <= most ? needed : undefined);
      expect(new Set(tried).size).toBe(tried.length);
      expect(Math.max(...tried)).toBeLessThanOrEqual(most);
      expect(tried.length).toBeLessThanOrEqual(2 * Math.log2(Math.min(needed, most)) + 3);
    }),
  );
});

test("the highest rate is found from wherever the search begins, within its precision", async () => {
  const reach = { start: 4, span: 1024, precision: 1.02 };
  await fc.assert(
    fc.asyncProperty(fc.double({ min: -9, max: 9, noNaN: true }), async (log2) => {
      const limit = reach.start * 2 ** log2;
      let trials = 0;
      const found = await highest(reach, async (rate) => {
        trials++;
        return rate <= limit;
      });
      expect(found?.amount).toBeLessThanOrEqual(limit);
      expect(found?.failed).toBeGreaterThan(limit);
      expect((found?.failed ?? 0) / (found?.amount ?? 1)).toBeLessThanOrEqual(reach.precision);
      expect(trials).toBeLessThanOrEqual(Math.abs(log2) + 8);
    }),
  );
});

test("a search says where its reach ended", async () => {
  const reach = { start: 1, span: 8, precision: 1.02 };
  expect(await highest(reach, async () => true)).toEqual({ amount: 8, failed: undefined });
  expect(await highest(reach, async () => false)).toBeUndefined();
});
