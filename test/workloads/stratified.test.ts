import fc from "fast-check";
import { expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import { stratified } from "../../workloads/stratified.ts";
import { mean, std } from "./statistics.ts";

const draws = (seed: string, { parts, count }: { parts: number; count: number }) => {
  const draw = stratified(randomStreams(seed)("stratified"), parts);
  return Array.from({ length: count }, () => draw());
};

test("as many draws as there are parts fall one into each, in round after round", () => {
  const world = fc.tuple(fc.string({ minLength: 1 }), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(world, ([seed, parts]) => {
      const all = draws(seed, { parts, count: 3 * parts });
      for (let round = 0; round < 3; round++) {
        const fell = all.slice(round * parts, (round + 1) * parts);
        const places = fell.map((draw) => Math.floor(draw * parts)).sort((a, b) => a - b);
        expect(places).toEqual(Array.from({ length: parts }, (_, part) => part));
      }
    }),
  );
});

test("each draw by itself is uniform, and its place in the round says nothing of it", () => {
  const all = draws("1", { parts: 4, count: 40_000 });
  for (const place of [0, 1, 2, 3]) {
    const there = all.filter((_, draw) => draw % 4 === place);
    // A uniform law has the mean 1/2 and the variance 1/12; four standard errors of 10,000 draws.
    expect(Math.abs(mean(there) - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / 10_000));
    expect(std(there)).toBeCloseTo(Math.sqrt(1 / 12), 2);
  }
});
