import seedrandom from "seedrandom";
import { expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";

const draws = (source: () => number, count: number) => Array.from({ length: count }, source);

test("the generator draws what it always drew", () => {
  expect(seedrandom.alea("hello")()).toBe(0.8750656815245748);
});

test("a stream is fixed by the seed and the component's name", () => {
  const stream = randomStreams("42")("workload/arrivals");
  expect(draws(stream, 3)).toEqual(draws(seedrandom.alea("42/workload/arrivals"), 3));
});

test("another seed or another component draws other numbers", () => {
  const first = draws(randomStreams("42")("router"), 3);
  expect(draws(randomStreams("43")("router"), 3)).not.toEqual(first);
  expect(draws(randomStreams("42")("lengths"), 3)).not.toEqual(first);
});

test("what one component draws does not touch another", () => {
  const alone = draws(randomStreams("42")("lengths"), 5);
  const streams = randomStreams("42");
  const arrivals = streams("arrivals");
  const lengths = streams("lengths");
  const interleaved = alone.map(() => {
    arrivals();
    return lengths();
  });
  expect(interleaved).toEqual(alone);
});

test("a stream is handed out once", () => {
  const streams = randomStreams("42");
  streams("router");
  expect(() => streams("router")).toThrow('random stream "router" is already in use');
  expect(() => randomStreams("42")("router")).not.toThrow();
});

test("draws are uniform between 0 and 1, and two streams are uncorrelated", () => {
  const streams = randomStreams("uniform");
  const count = 20_000;
  const a = draws(streams("a"), count);
  const b = draws(streams("b"), count);
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / count;
  // Five standard errors of the mean of a uniform, and of a correlation of 0.
  expect(Math.abs(mean(a) - 0.5)).toBeLessThan(5 / Math.sqrt(12 * count));
  const covariance = mean(a.map((x, i) => (x - 0.5) * ((b[i] ?? 0) - 0.5)));
  expect(Math.abs(covariance * 12)).toBeLessThan(5 / Math.sqrt(count));
  for (const x of a) expect(x >= 0 && x < 1).toBe(true);
});
