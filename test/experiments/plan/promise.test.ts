import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { percentiles } from "../../../experiments/plan/planSchema.ts";
import { broken, hopelessness, quantileOf } from "../../../experiments/plan/promise.ts";
import { simulated, smallScenario } from "../smallScenario.ts";

/** As numpy interpolates. */
function quantile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = p * (sorted.length - 1);
  const low = sorted[Math.floor(place)] ?? 0;
  const high = sorted[Math.ceil(place)] ?? 0;
  return low + (place - Math.floor(place)) * (high - low);
}

const none = { tpotS: undefined, e2eS: undefined };

describe("a run is given up", () => {
  const runs = fc.record({
    percentile: fc.constantFrom(...percentiles),
    seconds: fc.array(fc.constantFrom(0.1, 0.2, 0.4, 0.8), { minLength: 1, maxLength: 300 }),
    slow: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  test("only where the percentile is above the limit, and always where it is well above", () => {
    fc.assert(
      fc.property(runs, ({ percentile, seconds, slow }) => {
        const values = seconds.map((value, place) =>
          place < slow * seconds.length ? value : value / 10,
        );
        const promised = { ttft_ms: 300, tpot_ms: null, e2e_ms: null, percentile };
        const isHopeless = hopelessness(promised, values.length);
        const verdicts = values.map((ttftS) => isHopeless({ status: "completed", ttftS, ...none }));
        const p = quantileOf(percentile);
        if (verdicts.includes(true)) expect(quantile(values, p)).toBeGreaterThan(0.3);
        const sorted = values.toSorted((a, b) => a - b);
        const below = sorted[Math.floor(p * (values.length - 1))] ?? 0;
        expect(verdicts.includes(true)).toBe(below > 0.3);
      }),
    );
  });

  test("where more requests are turned away than may miss a limit", () => {
    const promised = { ttft_ms: 300, tpot_ms: null, e2e_ms: null, percentile: "p90" } as const;
    const isHopeless = hopelessness(promised, 20);
    const rejected = { status: "rejected", ttftS: undefined, ...none } as const;
    expect([1, 2, 3].map(() => isHopeless(rejected))).toEqual([false, false, true]);
  });
});

describe("a promise is broken", () => {
  const promised = { ttft_ms: null, tpot_ms: null, e2e_ms: null, percentile: "p95" } as const;

  test("by a percentile that is above its limit, at the limit it is kept", async () => {
    const result = await simulated(smallScenario);
    const ttftMs = result.latency.ttft_ms.p95 ?? 0;
    expect(broken(result, { ...promised, ttft_ms: ttftMs })).toEqual([]);
    const late = broken(result, { ...promised, ttft_ms: ttftMs * 0.999, e2e_ms: 1 });
    expect(late).toEqual([
      expect.stringMatching(/^TTFT P95 [\d.]+ ms > /),
      expect.stringMatching(/^E2E P95 [\d.,]+ ms > 1\.00$/),
    ]);
  });

  test("by those who are not served, however quick the others are", async () => {
    const engine = { max_num_seqs: 1, max_waiting: 1 };
    const result = await simulated({ ...smallScenario, engine });
    expect(broken(result, promised)[0]).toMatch(/^\d+ % of the requests are rejected or time out$/);
  });

  test("by the class that has a limit of its own", async () => {
    const classes = [
      { name: "chat", slo: { ttft_ms: 1 } },
      { name: "batch", slo: { e2e_ms: 1e6 } },
    ];
    const workload = { ...smallScenario.workload, classes };
    const late = broken(await simulated({ ...smallScenario, workload }), {
      ...promised,
      tpot_ms: 1,
    });
    expect(late).toEqual([expect.stringMatching(/^chat: TTFT P95 /)]);
  });
});
