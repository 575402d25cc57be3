import { expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import { withCancellations } from "../../workloads/cancellations.ts";

const pairs = {
  next: () => ({ promptTokens: 5, outputTokens: 2 }),
  promptCuts: 0,
  outputCuts: 0,
};

function drawn(shareRatio: number, count: number) {
  const random = randomStreams("42")("workload/cancellations");
  const source = withCancellations(pairs, { shareRatio, afterS: () => 3 }, random);
  return Array.from({ length: count }, () => source.next());
}

test("a share of the clients cancels, and the requests of the others are as they were", () => {
  const bodies = drawn(0.2, 10_000);
  const cancelling = bodies.filter(({ cancelAfterS }) => cancelAfterS === 3);
  // Five standard errors.
  expect(Math.abs(cancelling.length / 10_000 - 0.2)).toBeLessThan(0.02);
  expect(bodies.find(({ cancelAfterS }) => cancelAfterS === undefined)).toEqual({
    promptTokens: 5,
    outputTokens: 2,
  });
});

test("all of them may, and nobody is no share", () => {
  expect(drawn(1, 50).every(({ cancelAfterS }) => cancelAfterS === 3)).toBe(true);
  expect(() => drawn(0, 1)).toThrow("shareRatio");
});
