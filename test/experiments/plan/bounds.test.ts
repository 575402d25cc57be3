import fc from "fast-check";
import { expect, test } from "vitest";
import { beyondBudget, idleRackW, outOfReach } from "../../../experiments/plan/bounds.ts";
import { broken } from "../../../experiments/plan/promise.ts";
import { runScenario } from "../../../experiments/run.ts";
import { compose } from "../../../experiments/scenario/compose.ts";
import { loaded, smallScenario } from "../smallScenario.ts";

const worlds = fc.record({
  gpu: fc.constantFrom("H100-SXM", "L4", "A10"),
  mean: fc.integer({ min: 20, max: 1500 }),
  replicas: fc.constantFrom(1, 12),
  percentile: fc.constantFrom("p50" as const, "p99" as const),
  share: fc.double({ min: 0.3, max: 1.3, noNaN: true }),
});

test("what a bound excludes is kept on no fleet, however little it has to do", async () => {
  let exclusions = 0;
  await fc.assert(
    fc.asyncProperty(worlds, async ({ gpu, mean, replicas, percentile, share }) => {
      const lengths = {
        input: { kind: "lognormal", mean, std: mean },
        output: { kind: "lognormal", mean: 40, std: 30 },
      };
      const arrivals = { kind: "poisson", rate_rps: 2 };
      const workload = { arrivals, lengths, num_requests: 60 };
      const scenario = { ...smallScenario, cluster: { gpu, replicas }, workload };
      const result = await runScenario(loaded(scenario));
      const of = (key: "ttft_ms" | "tpot_ms" | "e2e_ms") =>
        (result.latency[key][percentile] ?? 0) * share;
      for (const key of ["ttft_ms", "tpot_ms", "e2e_ms"] as const) {
        const none = { ttft_ms: null, tpot_ms: null, e2e_ms: null, percentile };
        const promised = { ...none, [key]: of(key) };
        const excluded = outOfReach(() => compose(loaded(scenario)), promised);
        if (excluded.length === 0) continue;
        exclusions++;
        expect(broken(result, promised)).not.toEqual([]);
      }
    }),
    { numRuns: 25 },
  );
  expect(exclusions).toBeGreaterThan(10);
});

test("a lone request's steps exclude what a fleet at rest is far from keeping", () => {
  const promised = { ttft_ms: null, tpot_ms: 20, e2e_ms: null, percentile: "p99" } as const;
  const on = (gpu: string) => () => compose(loaded({ ...smallScenario, cluster: { gpu } }));
  expect(outOfReach(on("L4"), promised)[0]).toMatch(
    /^even alone on a replica TPOT P99 is at least \d\d\.\d ms > 20\.0$/,
  );
  expect(outOfReach(on("H100-SXM"), promised)).toEqual([]);
});

test("a draft may make a lone request quicker than its steps: only its first token is held", () => {
  const speculative = {
    draft: "meta-llama/Llama-3.2-1B",
    num_speculative_tokens: 4,
    acceptance_rate: 0.7,
  };
  const fresh = () =>
    compose(loaded({ ...smallScenario, cluster: { gpu: "A10" }, engine: { speculative } }));
  const promised = { ttft_ms: null, tpot_ms: 1, e2e_ms: null, percentile: "p99" } as const;
  expect(outOfReach(fresh, promised)).toEqual([]);
  expect(outOfReach(fresh, { ...promised, ttft_ms: 1 })).toHaveLength(1);
});

test("a deployment at rest draws what its GPUs and hosts do", () => {
  const cluster = { gpu: "H100-SXM", replicas: 3, standby_gpus: 2 };
  const site = { host: { idle_w: 100, active_w: 200 } };
  const composed = compose(loaded({ ...smallScenario, cluster, site }));
  const { replicas, standby } = composed.simulation;
  const gpusW = 3 * (replicas[0]?.idleW ?? 0) + (standby?.idleW ?? 0);
  expect(idleRackW(composed)).toBeCloseTo(gpusW + 5 * 100);
  expect(beyondBudget(composed, gpusW + 501)).toBeUndefined();
  expect(beyondBudget(composed, gpusW + 499)).toMatch(
    /^draws 1\.\d\d kW at rest, above 1\.\d\d kW$/,
  );
});
