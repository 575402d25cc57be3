import { describe, expect, test } from "vitest";
import { UserError } from "../../experiments/errors.ts";
import { compose } from "../../experiments/scenario/compose.ts";
import { stepReport } from "../../experiments/step.ts";
import { loaded, simulated, smallScenario } from "./smallScenario.ts";

const pools = [
  { name: "big", replicas: 2 },
  { name: "small", gpu: "L40S", replicas: 3 },
] as const;
const withPools = (list: readonly object[], cluster: object = {}) => ({
  ...smallScenario,
  cluster: { gpu: "H100-SXM", ...cluster, pools: list },
});

function complaint(scenario: unknown): string {
  try {
    compose(loaded(scenario));
    return "";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

describe("pools of replicas", () => {
  test("have results that sum to those of the run", async () => {
    const result = await simulated({
      ...smallScenario,
      cluster: { gpu: "H100-SXM", pools: [...pools] },
    });
    expect(result.pools.map(({ name, gpus, gpu }) => [name, gpus, gpu])).toEqual([
      ["big", 2, "H100-SXM"],
      ["small", 3, "L40S"],
    ]);
    const sum = (of: (pool: (typeof result.pools)[number]) => number) =>
      result.pools.reduce((total, pool) => total + of(pool), 0);
    const { gpu_j, by_phase_j } = result.energy;
    expect(sum((pool) => pool.gpu_j) / gpu_j).toBeCloseTo(1, 9);
    for (const phase of ["prefill", "decode", "idle"] as const) {
      expect(sum((pool) => pool.by_phase_j[phase]) / by_phase_j[phase]).toBeCloseTo(1, 9);
    }
    expect(sum((pool) => pool.requests.completed)).toBe(result.requests.completed);
    expect(sum((pool) => pool.output_tokens)).toBe(result.tokens.output);
    for (const { gpu_j: joules, by_phase_j: phases } of result.pools) {
      const ofPhases = phases.prefill + phases.decode + phases.idle + phases.wasted;
      expect(ofPhases / joules).toBeCloseTo(1, 9);
    }
  });

  test("that are alike serve as replicas that are", async () => {
    const cluster = { gpu: "H100-SXM", replicas: 3 };
    const alike = await simulated({ ...smallScenario, cluster });
    const twice = [{ name: "a" }, { name: "b", replicas: 2 }];
    const split = await simulated({ ...smallScenario, cluster: { gpu: "H100-SXM", pools: twice } });
    expect(split.digest).toBe(alike.digest);
    expect({ ...split, scenario: alike.scenario, pools: [] }).toEqual(alike);
  });

  test("of a resolved scenario come to the same again", async () => {
    const first = await simulated({
      ...smallScenario,
      cluster: { gpu: "H100-SXM", pools: [...pools] },
    });
    const again = await simulated(first.scenario);
    expect(again).toEqual(first);
  });

  test("with hosts that differ leave the host's joules unknown", async () => {
    const result = await simulated({
      ...smallScenario,
      cluster: { gpu: "H100-SXM", pools: [...pools] },
    });
    expect(result.energy.host_j).toBeNull();
    expect(result.kv_cache.blocks_per_replica).toBeNull();
  });

  test.each([
    [
      withPools([{ name: "a" }, { name: "a" }]),
      'cluster.pools.1.name: cluster.pools.0 has the name "a", too',
    ],
    [withPools([]), "cluster.pools: expected a list of 1 or more"],
    [withPools([{ name: "a", gpus: "L40S" }]), "unknown key; did you mean gpu?"],
    [withPools([{ name: "a", gpu: "L40" }]), 'cluster.pools.0.gpu: the catalogue has no GPU "L40"'],
    [withPools([{ name: "a", tensor_parallel_size: 3 }]), "cluster.pools.0.tensor_parallel_size"],
    [withPools([{ name: "a", power_cap_w: 3 }]), "cluster.pools.0.power_cap_w: expected"],
    [
      withPools([{ name: "a", llm: "meta-llama/Llama" }]),
      "cluster.pools.0.llm: the catalogue has no LLM",
    ],
    [withPools([{ name: "a" }], { replicas: 4 }), "cluster.replicas: each of cluster.pools has"],
  ])("are refused with the reason: %#", (scenario, message) => {
    expect(complaint(scenario)).toContain(message);
  });

  test("have no one step", () => {
    const request = { batch: 1, contextTokens: 10, prefillTokens: 0 };
    expect(() => stepReport(loaded(withPools(pools)), request)).toThrow("a step is of one kind");
  });
});
