import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { inOwnFolder } from "./command.ts";
import { base, byIndex, planned, slo } from "./planned.ts";

const at = inOwnFolder();

describe("what a plan looks for", () => {
  test("none: each choice as it is", async () => {
    const text = `${base}choices: {cluster.replicas: [1, 2, 3]}\n${slo}objective: gpus\n`;
    const { plan } = await planned(text);
    expect(plan.find).toBe("none");
    expect(byIndex(plan).map(({ gpus, runs }) => [gpus, runs])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(plan.best).toBe(byIndex(plan).findIndex(({ verdict }) => verdict === "best"));
  });

  test("none of pools, whose replicas are given: all of them count", async () => {
    const pools = [2, 3].map(
      (old) => `[{name: a, replicas: 1}, {name: b, gpu: L40S, replicas: ${old}}]`,
    );
    const { plan } = await planned(`${base}choices: {cluster.pools: [${pools.join()}]}\n${slo}`);
    expect(plan.find).toBe("none");
    expect(byIndex(plan).map(({ replicas, gpus }) => [replicas, gpus])).toEqual([
      [3, 3],
      [4, 4],
    ]);
  });

  test("the fewest replicas, whose ranks are GPUs of theirs", async () => {
    const { plan } = await planned(`${base}choices: {cluster.data_parallel_size: [1, 2]}\n${slo}`);
    for (const [choice, { replicas, gpus }] of byIndex(plan).entries()) {
      expect(gpus).toBe(replicas * (choice + 1));
    }
  });

  test("the fewest replicas of a stack whose batches few users can't fill", async () => {
    const users = "workload.arrivals={kind: closed_loop, concurrency: 24}";
    const text = `${base}choices: {engine.stack: [hf-eager, vllm]}\nslo: {ttft_ms: 1000}\n`;
    const { plan } = await planned(text, "--set", users);
    expect(byIndex(plan).map(({ verdict, why }) => [verdict, why])).toEqual([
      ["misses", expect.stringMatching(/^even 2 replicas: TTFT P99 /)],
      ["best", ""],
    ]);
  });

  test("carbon and cost: what a run of the best tells", async () => {
    const prices = "gpu_price_per_hour: {H100-SXM: {capex: 30000, lifetime_years: 4}, L40S: 1.5}\n";
    const text = `${base}choices: {cluster.gpu: [H100-SXM, L40S]}\n${slo}`;
    const cost = (await planned(`${text}${prices}objective: cost\n`)).plan;
    expect(cost.scenario.site.gpu_price_per_hour).toBe(cost.best === 1 ? 1.5 : 30000 / (4 * 8766));
    const [best] = cost.choices;
    // L40S has no known host: both are compared by their GPUs.
    const energy = (best.energy.per_output_token_j * 1.2 * 0.12) / 3.6e6;
    const hardware = best.cost.gpu / best.energy.per_output_token_j;
    expect(best.objective.value).toBeGreaterThan(energy * 1e6);
    expect(hardware).toBeGreaterThan(0);
    const carbon = (await planned(`${text}objective: carbon\n`)).plan.choices[0];
    expect(carbon.objective.value).toBeCloseTo(
      (carbon.energy.per_output_token_j * 1.2 * 380 * 1e6) / 3.6e6,
      6,
    );
  });

  test("within a power budget: at rest it excludes, under load it decides", async () => {
    const text = `${base}choices: {cluster.gpu: [H100-SXM, L40S]}\n${slo}`;
    const { plan } = await planned(text);
    const peaksW = byIndex(plan).map(({ power }) => power.rack_peak_w);
    const tight = await planned(`${text}power_budget_w: ${(peaksW[0] ?? 0) - 1}\n`);
    const [h100] = byIndex(tight.plan);
    expect([h100?.verdict, h100?.why]).toEqual([
      "over_budget",
      expect.stringMatching(/^draws .*W over a second, above /),
    ]);
    const none = await planned(`${text}power_budget_w: 20\n`);
    expect(none.code).toBe(1);
    expect(none.plan.runs).toBe(0);
  });
});

describe("find: rate", () => {
  test("rate: it is kept there, and broken a fiftieth above", async () => {
    const text = `${base}choices: {cluster.gpu: [H100-SXM, L40S]}\n${slo}find: rate\n`;
    const { plan } = await planned(text);
    for (const { rate, runs, values } of plan.choices) {
      expect(rate.failed / rate.value).toBeLessThanOrEqual(1.02);
      expect(runs).toBeLessThanOrEqual(14);
      for (const [rateRps, code] of [
        [rate.value / 4, 0],
        [rate.value / 1.3, 0],
        [rate.value, 0],
        [rate.failed, 1],
      ]) {
        const sets = ["--set", `workload.arrivals.rate_rps=${rateRps}`];
        const alone = `${base}choices: {cluster.gpu: [${values["cluster.gpu"]}]}\n${slo}find: none\n`;
        expect((await planned(alone, ...sets)).code).toBe(code);
      }
    }
  });

  test("rate: of a trace how much faster it may come", async () => {
    const rows = Array.from({ length: 100 }, (_, row) => `${row * 0.5},200,30`);
    writeFileSync(at("trace.csv"), `arrival_s,input_tokens,output_tokens\n${rows.join("\n")}\n`);
    const text = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload: { trace: { path: trace.csv } }
choices: { cluster.gpu: [H100-SXM, L4] }
slo: { ttft_ms: 1000, tpot_ms: 100 }
find: rate
`;
    const { plan } = await planned(text);
    const [h100, l4] = byIndex(plan);
    expect([h100?.rate.unit, l4?.rate.unit]).toEqual(["x", "x"]);
    expect(h100?.rate.value).toBeGreaterThan(2 * (l4?.rate.value ?? 0));
  });
});
