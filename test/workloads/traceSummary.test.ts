import fc from "fast-check";
import { expect, test } from "vitest";
import { lengthCounts } from "../../workloads/lengthCounts.ts";
import { traceStatistics } from "../../workloads/traceSummary.ts";
import { quantile } from "./statistics.ts";

const tokens = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 9000 }),
  fc.integer({ min: 2 ** 20 - 2, max: 2 ** 32 - 1 }),
);
const gapS = fc.oneof(
  fc.constantFrom(0, 1e-6, 1e5),
  fc.nat(9e6).map((timeUs) => timeUs / 1e6),
);
const rows = fc.array(fc.record({ gapS, promptTokens: tokens, outputTokens: tokens }), {
  minLength: 1,
  maxLength: 60,
});

function statisticsOf(
  all: readonly { gapS: number; promptTokens: number; outputTokens: number }[],
) {
  let arrivalS = 0;
  const requests = all.map(({ gapS: stepS, ...lengths }, row) => {
    arrivalS += row === 0 ? 0 : stepS;
    return { ...lengths, arrivalS };
  });
  return { requests, ...traceStatistics({ requests, durationS: arrivalS }, { rateBins: 7 }) };
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
/** In two passes over values that are kept. */
const covariance = (a: readonly number[], b: readonly number[]) =>
  mean(a.map((value, row) => (value - mean(a)) * ((b[row] ?? Number.NaN) - mean(b))));
const std = (values: readonly number[]) => Math.sqrt(covariance(values, values));

const near = (value: number) => ({
  asymmetricMatch: (found: unknown) =>
    typeof found === "number" && Math.abs(found - value) <= 1e-9 * Math.max(1, Math.abs(value)),
});

test("figures of requests that are not kept are those of requests that are", () => {
  fc.assert(
    fc.property(rows, (all) => {
      const { summary, requests } = statisticsOf(all);
      const prompts = all.map(({ promptTokens }) => promptTokens);
      const outputs = all.map(({ outputTokens }) => outputTokens);
      const lengths = (values: readonly number[]) => {
        const column = Uint32Array.from(values);
        const [p50, p90, p99] = [0.5, 0.9, 0.99].map((ratio) => near(quantile(column, ratio)));
        const max = Math.max(...values);
        return { mean: near(mean(values)), std: near(std(values)), p50, p90, p99, max };
      };
      expect(summary.requests).toBe(all.length);
      expect(summary.input_tokens).toEqual(lengths(prompts));
      expect(summary.output_tokens).toEqual(lengths(outputs));
      const spread = std(prompts) * std(outputs);
      expect(summary.correlation).toEqual(
        spread === 0 ? undefined : near(covariance(prompts, outputs) / spread),
      );
      const lastS = requests.at(-1)?.arrivalS ?? 0;
      expect(summary.duration_s).toBe(lastS);
      const gapsS = requests.slice(1).map(({ arrivalS }, row) => {
        return arrivalS - (requests[row]?.arrivalS ?? Number.NaN);
      });
      expect(summary.rate_rps).toEqual(lastS === 0 ? undefined : near(1 / mean(gapsS)));
      expect(summary.cv).toEqual(lastS === 0 ? undefined : near(std(gapsS) / mean(gapsS)));
    }),
  );
});

test("each request is counted once by its time and once by its lengths", () => {
  fc.assert(
    fc.property(rows, (all) => {
      const { summary, rates, joint } = statisticsOf(all);
      expect(joint.counts.flat().reduce((a, b) => a + b)).toBe(all.length);
      const { ratesPerS = [], binS = 0 } = rates ?? {};
      const counted = ratesPerS.reduce((sum, rate) => sum + rate * binS, 0);
      expect(counted).toEqual(near(summary.duration_s === 0 ? 0 : all.length));
    }),
  );
});

test("in no time, or the shortest that a number tells, no rate is told", () => {
  for (const durationS of [0, 5e-324]) {
    const requests = [0, durationS].map((arrivalS) => ({
      arrivalS,
      promptTokens: 5,
      outputTokens: 2,
    }));
    const { summary, rates } = traceStatistics({ requests, durationS }, { rateBins: 7 });
    expect([summary.duration_s, summary.rate_rps, rates]).toEqual([
      durationS,
      undefined,
      undefined,
    ]);
  }
});

test("requests without times have lengths, but no rate", () => {
  const requests = [{ arrivalS: 0, promptTokens: 5, outputTokens: 2 }];
  const { summary, rates } = traceStatistics({ requests, durationS: undefined }, { rateBins: 7 });
  expect([summary.duration_s, summary.rate_rps, summary.cv, rates]).toEqual(
    Array(4).fill(undefined),
  );
});

test("a spread of half a token is seen in lengths of four billion", () => {
  const counts = lengthCounts();
  for (let request = 0; request < 1000; request++) counts.add(2 ** 32 - 1 - (request % 2));
  expect(counts.summary()).toMatchObject({ mean: 2 ** 32 - 1.5, std: 0.5, p50: 2 ** 32 - 1.5 });
});
