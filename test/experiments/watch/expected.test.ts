import { expect, test } from "vitest";
import { runScenario } from "../../../experiments/run.ts";
import { loadObject } from "../../../experiments/scenario/load.ts";
import { expectedS } from "../../../experiments/watch/expected.ts";

const deployment = { llm: "meta-llama/Llama-3.1-8B", cluster: { gpu: "H100-SXM", replicas: 8 } };
const lengths = {
  input: { kind: "fixed", tokens: 400 },
  output: { kind: "fixed", tokens: 300 },
};

test("a run that is not over within the budget is as long as its arrivals", () => {
  const arrivals = { kind: "poisson", rate_rps: 80 };
  const workload = { arrivals, lengths, num_requests: 4_000_000 };
  const seconds = expectedS(loadObject({ ...deployment, workload }, "."));
  expect(seconds / 50_000).toBeGreaterThan(0.8);
  expect(seconds / 50_000).toBeLessThan(1.25);
});

test("a short run is as long as it is, and one with a duration as that says", async () => {
  const arrivals = { kind: "poisson", rate_rps: 20 };
  const loaded = loadObject(
    { ...deployment, workload: { arrivals, lengths, num_requests: 20 } },
    ".",
  );
  const { duration_s } = await runScenario(loaded);
  // The front end's milliseconds are in the one and not in the other.
  expect(Math.abs(expectedS(loaded) - duration_s)).toBeLessThan(0.1);
  const ended = { ...deployment, workload: { arrivals, lengths, duration_s: 50 } };
  expect(expectedS(loadObject(ended, "."))).toBe(50);
});

test("a run that fails on the way is as long as until then", () => {
  const engine = { stack: "hf-eager", batch_size: 16 };
  const padded = { input: { kind: "fixed", tokens: 60_000 }, output: { kind: "fixed", tokens: 9 } };
  const workload = {
    arrivals: { kind: "poisson", rate_rps: 1 },
    lengths: padded,
    num_requests: 32,
  };
  const cluster = { gpu: "H100-SXM" };
  const seconds = expectedS(loadObject({ ...deployment, cluster, engine, workload }, "."));
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThan(60);
});
