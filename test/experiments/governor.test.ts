import { describe, expect, test } from "vitest";
import { compose } from "../../experiments/scenario/compose.ts";
import type { ScenarioInput } from "../../experiments/scenario/schema.ts";
import { loaded, simulated, smallScenario } from "./smallScenario.ts";

type Cluster = Omit<ScenarioInput["cluster"], "gpu">;

const onH100 = (cluster: Cluster) => ({
  ...smallScenario,
  cluster: { gpu: "H100-SXM", ...cluster },
});

function refusal(scenario: ScenarioInput): string {
  try {
    compose(loaded(scenario));
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "accepted";
}

describe("a power cap", () => {
  test("keeps the GPU's watts below it, at the price of time", async () => {
    const [free, capped] = await Promise.all([
      simulated(onH100({})),
      simulated(onH100({ power_cap_w: 300 })),
    ]);
    expect(capped.power.per_gpu_peak_w).toBeLessThanOrEqual(300);
    expect(free.power.per_gpu_peak_w).toBeGreaterThan(350);
    expect(capped.latency.ttft_ms?.mean).toBeGreaterThan(1.1 * (free.latency.ttft_ms?.mean ?? 0));
    expect(capped.latency.tpot_ms?.mean).toBeGreaterThan(free.latency.tpot_ms?.mean ?? 0);
    expect(["transferred", "datasheet"]).toContain(capped.calibration.power);
    expect(["transferred", "datasheet"]).toContain(capped.calibration.latency);
  });

  test("at the GPU's own limit changes nothing", async () => {
    const [free, capped] = await Promise.all([
      simulated(onH100({})),
      simulated(onH100({ power_cap_w: 700 })),
    ]);
    expect(capped.energy).toEqual(free.energy);
  });

  test("outside of what the GPU can keep is refused, with the range", () => {
    expect(refusal(onH100({ power_cap_w: 701 }))).toMatch(/^cluster\.power_cap_w: .*to 700 W/);
    const message = refusal(onH100({ power_cap_w: 121 }));
    const [, lowestW] = /expected (\d+) W/.exec(message) ?? [];
    expect(refusal(onH100({ power_cap_w: Number(lowestW) }))).toBe("accepted");
    expect(refusal(onH100({ power_cap_w: Number(lowestW) - 1 }))).toContain("lowest clock");
  });
});

describe("a locked clock", () => {
  test("slows compute and saves watts", async () => {
    const [free, locked] = await Promise.all([
      simulated(onH100({})),
      simulated(onH100({ clock_mhz: 990 })),
    ]);
    expect(locked.power.gpu_mean_w).toBeLessThan(free.power.gpu_mean_w ?? 0);
    expect(locked.latency.ttft_ms?.mean).toBeGreaterThan(free.latency.ttft_ms?.mean ?? 0);
  });

  test("is one of the GPU's", () => {
    expect(refusal(onH100({ clock_mhz: 2500 }))).toBe(
      "cluster.clock_mhz: expected 202 to 1980 MHz on H100-SXM, found 2500",
    );
    expect(refusal(onH100({ clock_mhz: 100 }))).toContain("expected 202 to 1980 MHz");
    expect(refusal(onH100({ clock_mhz: 202 }))).toBe("accepted");
  });
});

describe("expert parallelism", () => {
  const moe = { ...smallScenario, llm: "Qwen/Qwen3-30B-A3B" };
  const cluster = { gpu: "H100-SXM", tensor_parallel_size: 4, enable_expert_parallel: true };

  test("spreads whole experts over the GPUs of tensor parallelism, which wait for the busiest", async () => {
    const [parts, whole] = await Promise.all([
      simulated({ ...moe, cluster: { ...cluster, enable_expert_parallel: false } }),
      simulated({ ...moe, cluster }),
    ]);
    expect(whole.latency.tpot_ms?.mean).toBeGreaterThan(parts.latency.tpot_ms?.mean ?? 0);
    expect(whole.kv_cache).toEqual(parts.kv_cache);
  });

  test("is refused where there are no experts, or they do not spread evenly", () => {
    expect(refusal({ ...smallScenario, cluster })).toContain("has no experts to spread");
    const odd = { ...cluster, tensor_parallel_size: 5 };
    expect(refusal({ ...moe, cluster: odd })).toContain("tensor_parallel_size");
  });
});

test("a static batch of prompts whose logits don't fit stops the run, and a smaller one runs", async () => {
  const scenario = (batch_size: number) => ({
    llm: "meta-llama/Llama-3.1-8B",
    cluster: { gpu: "RTX-A6000" },
    engine: { stack: "hf-eager", batch_size, pad_to: 547 } as const,
    workload: {
      arrivals: { kind: "all_at_once" },
      lengths: { input: { kind: "fixed", tokens: 137 }, output: { kind: "fixed", tokens: 64 } },
      num_requests: batch_size,
    } as const,
  });
  expect((await simulated(scenario(128))).requests.completed).toBe(128);
  await expect(simulated(scenario(256))).rejects.toThrow("256 prompts padded to 547 tokens");
});
