import { describe, expect, test } from "vitest";
import type { MeasuredRun } from "../../../experiments/measured/measuredRun.ts";
import { simulateMeasured } from "../../../experiments/measured/simulateMeasured.ts";
import { batchOf, saturated } from "../../../experiments/measured/workloads.ts";

const usual = {
  id: "a row",
  suite: "serving",
  architecture: "one",
  isMoe: false,
  precision: "bf16",
  measured: [{ metric: "partial_load_w", value: 300 }],
  source: "a test",
  kind: "measured",
} as const;

const scenario = {
  llm: "meta-llama/Llama-3.1-8B",
  cluster: { gpu: "H100-SXM" },
  engine: { stack: "vllm" },
  workload: {
    arrivals: { kind: "poisson", rate_rps: 1 },
    lengths: { input: { kind: "fixed", tokens: 200 }, output: { kind: "fixed", tokens: 50 } },
    num_requests: 60,
  },
} as const;

async function figures(run: MeasuredRun): Promise<readonly (number | null)[]> {
  const simulated = await simulateMeasured(run);
  expect(simulated).toMatchObject({ status: "simulated" });
  return simulated.status === "simulated" ? simulated.values : [];
}

test("a mean over rates of arrival weighs each as it was measured", async () => {
  const at = async (rates: MeasuredRun["rates"]) => {
    const [watts] = await figures({ ...usual, scenario, ...(rates && { rates }) });
    return watts ?? Number.NaN;
  };
  const slow = await at([{ rate_rps: 0.5, weight: 1 }]);
  const fast = await at([{ rate_rps: 4, weight: 1 }]);
  const mix = await at([
    { rate_rps: 0.5, weight: 3 },
    { rate_rps: 4, weight: 1 },
  ]);
  expect(fast).toBeGreaterThan(slow);
  expect(mix).toBeCloseTo((3 * slow + fast) / 4, 9);
});

test("recorded requests take the place of the scenario's laws", async () => {
  const run: MeasuredRun = {
    ...usual,
    scenario,
    recorded: { arrivalS: [0, 100], inputTokens: [10, 10], outputTokens: [1, 1] },
    measured: [{ metric: "mean_active_requests", value: 1 }],
  };
  const [active] = await figures(run);
  // Two requests of some 30 ms in 100 s.
  expect(active).toBeLessThan(0.01);
});

test("recorded output lengths are drawn evenly", async () => {
  const outputs = { ...scenario.workload, num_requests: 400 };
  const run: MeasuredRun = {
    ...usual,
    scenario: { ...scenario, workload: outputs },
    recorded: { outputTokens: [2, 400] },
    measured: [{ metric: "gpu_energy", value: 1 }],
  };
  const [half] = await figures(run);
  const [long] = await figures({ ...run, recorded: { outputTokens: [400] } });
  expect((half ?? 0) / (long ?? 1)).toBeGreaterThan(0.4);
  expect((half ?? 0) / (long ?? 1)).toBeLessThan(0.9);
});

test("what an engine alone measured holds no front end", async () => {
  const run: MeasuredRun = {
    ...usual,
    scenario: {
      ...scenario,
      engine: { stack: "vllm", max_num_seqs: 1 },
      workload: batchOf(1, { input: 512, output: 2 }),
    },
    measured: [
      { metric: "ttft_ms", value: 1 },
      { metric: "prompt_ms", value: 1 },
      { metric: "batch_latency_s", value: 1 },
    ],
  };
  const [ttftMs = 0, promptMs = 0, latencyS = 0] = await figures(run);
  expect(ttftMs).toBeGreaterThan(promptMs ?? 0);
  expect(latencyS).toBeGreaterThan((promptMs ?? 0) / 1000);
  expect(latencyS).toBeLessThan((ttftMs ?? 0) / 1000 + 0.02);
});

describe("a run that can't be", () => {
  test("is refused with the reason", async () => {
    const cluster = { gpu: "H100-SXM", pipeline_parallel_size: 3 };
    const simulated = await simulateMeasured({ ...usual, scenario: { ...scenario, cluster } });
    expect(simulated).toMatchObject({ status: "refused", outOfMemory: false });
    expect(simulated).toHaveProperty(
      "reason",
      expect.stringContaining("does not divide the 32 layers"),
    );
  });

  test("is out of memory where the weights don't fit", async () => {
    const simulated = await simulateMeasured({
      ...usual,
      scenario: { ...scenario, cluster: { gpu: "T4" } },
    });
    expect(simulated).toMatchObject({ status: "refused", outOfMemory: true });
  });
});

test.each([8, 128])("a saturated loop of %i is long enough for its steady state", async (users) => {
  const outputTokens = [20, 90, 200, 380, 700, 1400, 2600];
  const workload = saturated(users, { inputTokens: 250, outputTokens });
  const measured = [
    { metric: "steady_output_tokens_per_s", value: 1 },
    { metric: "steady_per_gpu_w", value: 1 },
  ] as const;
  const at = (rounds: number) =>
    figures({
      ...usual,
      measured,
      recorded: { outputTokens },
      scenario: {
        ...scenario,
        engine: { stack: "vllm", max_num_seqs: users },
        workload: { ...workload, num_requests: rounds * (workload.num_requests ?? 0) },
      },
    });
  const [once, fourfold] = [await at(1), await at(4)];
  // Users who all began at once thin out slowly: a long run's throughput is up to 4 % lower still.
  for (const [index, value] of once.entries()) {
    expect((value ?? 0) / (fourfold[index] ?? 1)).toBeGreaterThan(0.96);
    expect((value ?? 0) / (fourfold[index] ?? 1)).toBeLessThan(1.04);
  }
});
