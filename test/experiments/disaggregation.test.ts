import { describe, expect, test } from "vitest";
import { UserError } from "../../experiments/errors.ts";
import { compose } from "../../experiments/scenario/compose.ts";
import type { ScenarioInput } from "../../experiments/scenario/schema.ts";
import { loaded, simulated, smallScenario } from "./smallScenario.ts";

const link = { bandwidth_gb_per_s: 50 };
const draft = { draft: "meta-llama/Llama-3.2-1B", num_speculative_tokens: 3 };
const prefill = { name: "p", role: "prefill" } as const;
const decode = { name: "d", role: "decode" } as const;
const pair = {
  ...smallScenario,
  cluster: { gpu: "H100-SXM", pools: [decode, prefill], kv_link: link },
} satisfies ScenarioInput;

function complaint(overrides: Record<string, unknown>, cluster: object = {}): string {
  try {
    compose(loaded({ ...pair, ...overrides, cluster: { ...pair.cluster, ...cluster } }));
    return "";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

describe("pools with roles", () => {
  test("prefill in one and decode in the other, with what the link takes told apart", async () => {
    const result = await simulated(pair);
    const { pools, kv_transfer, energy, requests, tokens } = result;
    expect(pools.map(({ name, role }) => [name, role])).toEqual([
      ["p", "prefill"],
      ["d", "decode"],
    ]);
    expect(pools[0]?.by_phase_j.decode).toBe(0);
    expect(pools[1]?.by_phase_j.prefill).toBe(0);
    expect(pools[1]?.requests.completed).toBeGreaterThan(requests.completed / 2);
    // 32 layers, 8 heads of 128 keys and values in two bytes each; whoever has one token stays.
    const bytesPerToken = 32 * 8 * 128 * 2 * 2;
    const sentBytes = kv_transfer?.bytes ?? 0;
    expect(sentBytes % bytesPerToken).toBe(0);
    expect(sentBytes).toBeLessThanOrEqual(bytesPerToken * tokens.input);
    expect(sentBytes).toBeGreaterThan(0.9 * bytesPerToken * tokens.input);
    expect(kv_transfer?.energy_j).toBeCloseTo(sentBytes / 1e9, 9);
    expect(energy.by_phase_j.transfer).toBe(kv_transfer?.energy_j);
    const phasesJ = Object.values(energy.by_phase_j).reduce((sum, joules) => sum + joules, 0);
    expect(phasesJ / energy.gpu_j).toBeCloseTo(1, 9);
  });

  test("of a resolved scenario come to the same again", async () => {
    const first = await simulated(pair);
    expect(await simulated(first.scenario)).toEqual(first);
  });

  test("wait longer for a link that all share, and longer still for a slower one", async () => {
    const pools = [{ ...prefill, replicas: 3 }, decode];
    const workload = { ...smallScenario.workload, arrivals: { kind: "all_at_once" as const } };
    const meanMs = async (kv_link: ScenarioInput["cluster"]["kv_link"]) => {
      const result = await simulated({
        ...pair,
        workload,
        cluster: { gpu: "H100-SXM", pools, kv_link },
      });
      return result.kv_transfer?.transfer_ms.mean ?? 0;
    };
    const own = await meanMs({ bandwidth_gb_per_s: 5 });
    const shared = await meanMs({ bandwidth_gb_per_s: 5, shared_by: "fleet" });
    const slow = await meanMs({ bandwidth_gb_per_s: 1, shared_by: "fleet" });
    expect(shared).toBeGreaterThan(own);
    expect(slow).toBeGreaterThan(shared);
  });

  test("reuse prefixes where they prefill alone", async () => {
    const engine = { enable_prefix_caching: true };
    const workload = { ...smallScenario.workload, shared_prefix: { tokens: 512, groups: 2 } };
    const result = await simulated({ ...pair, engine, workload });
    expect(result.prefix_cache.hit_ratio ?? 0).toBeGreaterThan(0.3);
  });
});

describe("pools with roles that can't hand over", () => {
  test.each([
    [{}, { kv_link: null }, "cluster.pools: pools with roles need a link"],
    [
      {},
      {
        kv_link: {
          ...link,
          degraded: [
            { from_s: 1, for_s: 5, bandwidth_ratio: 0 },
            { from_s: 5, for_s: 5, bandwidth_ratio: 0.5 },
          ],
        },
      },
      "cluster.kv_link.degraded.1.from_s: begins before the one above has ended, at 6 s",
    ],
    [{}, { pools: null }, "cluster.kv_link: no pool hands over"],
    [{}, { pools: [prefill] }, "none of them decodes"],
    [{}, { pools: [decode] }, "none of them prefills"],
    [{}, { pools: [prefill, decode, { name: "x" }] }, "some have a role and some have none"],
    [{}, { pools: [prefill, { ...decode, llm: "Qwen/Qwen3-8B" }] }, "d has another llm"],
    [{ engine: { scheduler: "orca" } }, {}, "engine.scheduler: pools with roles go with"],
    [
      { engine: { speculative: { ...draft, acceptance_rate: 0.7 } } },
      {},
      "engine.speculative: speculation in a decode pool",
    ],
    [{ workload: { ...smallScenario.workload, timeout_s: 3 } }, {}, "workload.timeout_s: clients"],
    [
      { workload: { ...smallScenario.workload, cancellations: { share: 0.1, after_s: 2 } } },
      {},
      "workload.cancellations: clients",
    ],
    [
      { workload: { ...smallScenario.workload, classes: [{ name: "a", share: 1, timeout_s: 1 }] } },
      {},
      "workload.classes.0.timeout_s: clients",
    ],
  ])("are refused with the reason: %#", (overrides, cluster, message) => {
    expect(complaint(overrides, cluster)).toContain(message);
  });
});
