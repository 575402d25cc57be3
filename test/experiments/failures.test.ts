import { describe, expect, test } from "vitest";
import { UserError } from "../../experiments/errors.ts";
import { compose } from "../../experiments/scenario/compose.ts";
import type { ScenarioInput } from "../../experiments/scenario/schema.ts";
import { loaded, simulated, smallScenario } from "./smallScenario.ts";

type Failures = NonNullable<ScenarioInput["cluster"]["failures"]>;

const down = { replica: 0, from_s: 3, for_s: 4 };

function withFailures(failures: Failures, cluster: object = { replicas: 2 }): ScenarioInput {
  return { ...smallScenario, cluster: { gpu: "H100-SXM", ...cluster, failures } };
}

function complaint(failures: unknown, cluster?: object): string {
  try {
    compose(loaded(withFailures(failures as Failures, cluster)));
    return "";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

describe("replicas that fail", () => {
  test("tell what failures came to, of the fleet and of each that failed", async () => {
    const { failures, energy, requests, duration_s, warnings } = await simulated(
      withFailures({ outages: [down, { replica: 0, from_s: 9, for_s: 0.5 }] }),
    );
    expect(requests.completed).toBe(120);
    expect(failures).toMatchObject({ failures: 2, down_s: 4.5 });
    expect(failures?.replicas.map(({ replica }) => replica)).toEqual([0]);
    expect(failures?.availability).toBeCloseTo(1 - 4.5 / (2 * duration_s), 12);
    expect(failures?.replicas[0]?.availability).toBeCloseTo(1 - 4.5 / duration_s, 12);
    expect(failures?.restarted_requests).toBeGreaterThan(0);
    expect(failures?.wasted_j).toBeCloseTo(energy.by_phase_j.wasted, 9);
    expect(warnings).toEqual([]);
  });

  test("are null where none fails, and a failure that never comes changes no other figure", async () => {
    const cluster = { gpu: "H100-SXM", replicas: 2 } as const;
    const never = await simulated({ ...smallScenario, cluster });
    const late = await simulated(withFailures({ outages: [{ ...down, from_s: 1e6 }] }));
    expect(never.failures).toBeNull();
    expect(late.digest).toBe(never.digest);
    expect(late.energy).toEqual(never.energy);
    expect(late.latency).toEqual(never.latency);
    expect(late.failures).toMatchObject({ failures: 0, availability: 1, replicas: [] });
  });

  test("draw the watts of GPUs without a context while they are down, or those that are given", async () => {
    const noContextJ = async (failures: Failures) =>
      (await simulated(withFailures(failures))).energy.idle_by_state_j.no_context;
    // models/data/gpus: an H100 without a context.
    const usualW = (await noContextJ({ outages: [down] })) / 4;
    expect(usualW).toBeGreaterThan(40);
    expect(usualW).toBeLessThan(90);
    expect(await noContextJ({ outages: [down], down_power_w: 0 })).toBe(0);
    expect(await noContextJ({ outages: [down], down_power_w: 200 })).toBeCloseTo(800, 6);
  });

  test("are back when their weights are loaded", async () => {
    const { failures } = await simulated(withFailures({ outages: [down], load_gb_per_s: 8.03 }));
    // 8.03 billion weights in two bytes each.
    expect(failures?.down_s).toBeCloseTo(4 + 2, 1);
  });

  test("are those of pools, too, the ones that decode behind the ones that prefill", async () => {
    const pools = [
      { name: "d", role: "decode" },
      { name: "p", role: "prefill" },
    ] as const;
    const cluster = { pools: [...pools], kv_link: { bandwidth_gb_per_s: 50 } };
    const {
      requests,
      failures,
      energy,
      pools: shown,
    } = await simulated(withFailures({ outages: [{ replica: 1, from_s: 3, for_s: 4 }] }, cluster));
    expect(requests.completed).toBe(120);
    expect(failures?.restarted_requests).toBeGreaterThan(0);
    expect(shown.map(({ name, by_phase_j }) => [name, by_phase_j.wasted > 0])).toEqual([
      ["p", true],
      ["d", true],
    ]);
    expect(failures?.wasted_j).toBeCloseTo(energy.by_phase_j.wasted, 9);
  });

  test("of drawn times differ by seed alone, and of a resolved scenario come to the same again", async () => {
    const drawn = withFailures({ mtbf_s: 5, mttr_s: 1 });
    const first = await simulated(drawn);
    expect(first.failures?.failures).toBeGreaterThan(1);
    expect(await simulated(first.scenario)).toEqual(first);
    const other = await simulated({ ...drawn, seed: "other" });
    expect(other.failures?.down_s).not.toBe(first.failures?.down_s);
  });
});

describe("failures that can't be", () => {
  const again = { ...down, from_s: 6 };

  test.each([
    [{}, "cluster.failures: nothing fails"],
    [{ mttr_s: 5 }, "cluster.failures.mttr_s: nothing fails"],
    [{ mtbf_s: 5 }, "cluster.failures.mtbf_s: for how long? give mttr_s, too"],
    [{ outages: [down], mtbf_s: 5 }, "cluster.failures.mtbf_s: outages are given"],
    [{ outages: [down], mttr_s: 5 }, "cluster.failures.mttr_s: outages are given"],
    [
      { outages: [{ ...down, replica: 2 }] },
      "cluster.failures.outages.0.replica: there is no replica 2: they are 0 to 1",
    ],
    [
      { outages: [again, down] },
      "cluster.failures.outages.0.from_s: replica 0 is down until 7 s by another outage",
    ],
    [
      { outages: [down, { ...down, from_s: 8 }], load_gb_per_s: 8 },
      "cluster.failures.outages.1.from_s: replica 0 is down until 9.0",
    ],
    [{ outages: [{ ...down, from_s: -1 }] }, "cluster.failures.outages.0.from_s: expected"],
    [{ outages: [{ ...down, for_s: 0 }] }, "cluster.failures.outages.0.for_s: expected"],
    [{ outages: [{ ...down, replica: 0.5 }] }, "cluster.failures.outages.0.replica: expected"],
    [{ outages: [] }, "cluster.failures.outages: expected"],
    [{ mtbf: 5 }, "cluster.failures.mtbf: unknown key; did you mean"],
  ])("are refused with the reason: %#", (failures, message) => {
    expect(complaint(failures)).toContain(message);
  });

  test("are refused where there is but one replica", () => {
    const alone = complaint({ outages: [{ ...down, replica: 1 }] }, {});
    expect(alone).toContain("there is no replica 1: the only one is 0");
  });
});
