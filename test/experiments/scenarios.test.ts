import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runScenario } from "../../experiments/run.ts";
import { loadScenario } from "../../experiments/scenario/load.ts";

const files = readdirSync("scenarios").filter((name) => name.endsWith(".yaml"));

/** Fewer requests than the file asks for: enough for every branch of its options. */
const set = ["workload.num_requests=200"];

describe("each scenario that ships", () => {
  test.each(files)("%s runs, and twice the same way", async (name) => {
    const run = () => runScenario(loadScenario(`scenarios/${name}`, { set }));
    const [first, second] = [await run(), await run()];
    expect(first.requests.completed).toBeGreaterThan(0);
    expect(second).toEqual(first);
  });
});

test("the options of the engine that scenarios show have an effect on them", async () => {
  const figures = async (name: string, overrides: readonly string[]) => {
    const scenario = loadScenario(`scenarios/${name}.yaml`, { set: [...set, ...overrides] });
    return (await runScenario(scenario)).energy.gpu_j;
  };
  const without = [
    ["schedulers", "engine.scheduler=continuous"],
    ["long-prompts", "engine.max_num_batched_tokens=2048"],
    ["request-classes", "engine.scheduling_policy=fcfs"],
    ["preemption-swap", "engine.preemption=recompute"],
    ["kv-offload", "engine.kv_offload=null"],
    ["mixed-pools", "cluster.router=round_robin"],
    ["disaggregated", "cluster.kv_link.bandwidth_gb_per_s=5"],
    ["conversations", "engine.enable_prefix_caching=false"],
    ["system-prompts-prefix-caching", "engine.enable_prefix_caching=false"],
    ["speculative-a6000", "engine.speculative=null"],
    ["beam-search", "engine.sampling={strategy: greedy}"],
  ] as const;
  for (const [name, override] of without) {
    expect(await figures(name, [override]), name).not.toBe(await figures(name, []));
  }
});
