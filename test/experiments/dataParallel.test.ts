import { describe, expect, test } from "vitest";
import { plain } from "../../experiments/report/paint.ts";
import { stepText } from "../../experiments/report/stepText.ts";
import { compose } from "../../experiments/scenario/compose.ts";
import type { ScenarioInput } from "../../experiments/scenario/schema.ts";
import { stepReport } from "../../experiments/step.ts";
import { loaded, simulated, smallScenario } from "./smallScenario.ts";

const moe = "Qwen/Qwen3-30B-A3B";
const fixed = (tokens: number) => ({ kind: "fixed" as const, tokens });

const loop = (concurrency: number): ScenarioInput["workload"] => ({
  arrivals: { kind: "closed_loop", concurrency },
  lengths: { input: fixed(200), output: fixed(40) },
  num_requests: 4 * concurrency,
});

function experts(cluster: Partial<ScenarioInput["cluster"]>, concurrency = 32): ScenarioInput {
  return {
    llm: moe,
    cluster: { gpu: "H100-SXM", enable_expert_parallel: true, ...cluster },
    workload: loop(concurrency),
  };
}

describe("attention data parallelism", () => {
  test("has a KV cache and limits on every rank, and experts over all GPUs", async () => {
    const four = compose(loaded(experts({ data_parallel_size: 4 })));
    const { replicas, lockstep } = four.simulation;
    expect(replicas.length).toBe(4);
    expect(lockstep?.length).toBe(1);
    expect(four.deployment.kvBlocksPerReplica).toBe(4 * (replicas[0]?.kvBlocks ?? 0));
    const [one] = compose(loaded(experts({}))).simulation.replicas;
    // A rank holds a quarter of the experts, and so has more room than a GPU that holds them all.
    expect(replicas[0]?.kvBlocks).toBeGreaterThan(1.5 * (one?.kvBlocks ?? 0));
    const result = await simulated(experts({ data_parallel_size: 4 }));
    const { gpu_mean_w, per_gpu_mean_w } = result.power;
    expect((gpu_mean_w ?? 0) / (per_gpu_mean_w ?? 1)).toBeCloseTo(4, 9);
    expect(result.requests.completed).toBe(128);
    expect(result.calibration.latency).toBe("transferred");
    expect(result.calibration.sources.join(" ")).toContain("attention data parallelism");
  });

  test("keeps all GPUs at work for one user, whose request pays for them", async () => {
    const one = await simulated(experts({ data_parallel_size: 1 }, 1));
    const four = await simulated(experts({ data_parallel_size: 4 }, 1));
    const joules = (of: typeof one) => of.energy.per_output_token_j ?? 0;
    expect(joules(four)).toBeGreaterThan(2.5 * joules(one));
    expect(four.energy.by_phase_j.idle).toBeLessThan(0.05 * four.energy.gpu_j);
    // The rest is the front end's time.
    expect(four.utilization.busy_ratio).toBeGreaterThan(0.85);
  });

  test("of two replicas steps in two groups", async () => {
    const two = compose(loaded(experts({ data_parallel_size: 2, replicas: 2 })));
    expect(two.simulation.replicas.length).toBe(4);
    expect(two.simulation.lockstep?.length).toBe(2);
    const result = await simulated(experts({ data_parallel_size: 2, replicas: 2 }));
    expect(result.requests.completed).toBe(128);
  });

  test("of a dense network is replicas that share nothing", async () => {
    const dense = (cluster: Partial<ScenarioInput["cluster"]>): ScenarioInput => ({
      ...smallScenario,
      cluster: { gpu: "H100-SXM", ...cluster },
      workload: loop(32),
    });
    const ranks = await simulated(dense({ data_parallel_size: 2 }));
    const replicas = await simulated(dense({ replicas: 2 }));
    expect(compose(loaded(dense({ data_parallel_size: 2 }))).simulation.lockstep).toBeUndefined();
    expect(ranks.digest).toBe(replicas.digest);
    expect(ranks.kv_cache.blocks_per_replica).toBe(2 * (replicas.kv_cache.blocks_per_replica ?? 0));
    const stages = await simulated(
      dense({ data_parallel_size: 2, pipeline_parallel_size: 2, tensor_parallel_size: 2 }),
    );
    const { gpu_mean_w, per_gpu_mean_w } = stages.power;
    expect((gpu_mean_w ?? 0) / (per_gpu_mean_w ?? 1)).toBeCloseTo(8, 9);
  });

  test("has the gathering of tokens in a step that is taken apart", () => {
    const report = stepReport(loaded(experts({ data_parallel_size: 4 })), {
      batch: 8,
      contextTokens: 1000,
      prefillTokens: 0,
    });
    expect(report.terms.map(({ name }) => name)).toContain("all-gather and reduce-scatter");
    expect(stepText(report, plain)).toContain("on 1 × H100-SXM, one of 4 ranks alike");
  });

  test("of size 1 changes nothing", async () => {
    const plain = await simulated(experts({}));
    expect((await simulated(experts({ data_parallel_size: 1 }))).digest).toBe(plain.digest);
  });
});

describe("what ranks are not simulated with is refused with the reason", () => {
  test.each<[string, ScenarioInput, string]>([
    [
      "stages of a network with experts",
      experts({ data_parallel_size: 2, pipeline_parallel_size: 2 }),
      "how their micro-batches meet in each stage is not modelled",
    ],
    [
      "speculation",
      {
        ...experts({ data_parallel_size: 2 }),
        engine: {
          speculative: { method: "eagle", num_speculative_tokens: 2, acceptance_rate: 0.7 },
        },
      },
      "how they wait for each other's drafts is not modelled",
    ],
    [
      "static batches",
      { ...experts({ data_parallel_size: 2 }), engine: { stack: "hf-eager" } },
      "no stack that forms them has ranks",
    ],
    [
      "pools",
      experts({ data_parallel_size: 2, pools: [{ name: "a" }, { name: "b" }] }),
      "ranks do not go with cluster.pools",
    ],
    [
      "failures",
      experts({
        data_parallel_size: 2,
        failures: { outages: [{ replica: 0, from_s: 1, for_s: 1 }] },
      }),
      "ranks do not go with cluster.failures",
    ],
    [
      "experts that do not spread over all GPUs",
      experts({ data_parallel_size: 3 }),
      "128 experts of Qwen/Qwen3-30B-A3B do not spread evenly over 3 GPUs",
    ],
    [
      "skew of experts that all GPUs have a part of",
      experts({ enable_expert_parallel: false, routing_skew: 0.5 }),
      "each GPU has a part of every expert and waits for none",
    ],
    [
      "experts of a dense network",
      { ...smallScenario, cluster: { ...experts({}).cluster, data_parallel_size: 2 } },
      "has no experts to spread",
    ],
  ])("%s", (_, scenario, reason) => {
    expect(() => compose(loaded(scenario))).toThrow(reason);
  });
});
