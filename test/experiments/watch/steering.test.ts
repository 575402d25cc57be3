import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ScenarioChange } from "../../../experiments/changes/changesSchema.ts";
import { currentScenario } from "../../../experiments/changes/currentScenario.ts";
import { runScenario } from "../../../experiments/run.ts";
import {
  type LoadedScenario,
  loadObject,
  loadScenario,
} from "../../../experiments/scenario/load.ts";
import { knobs, turned } from "../../../experiments/watch/knobs.ts";
import { LiveRun } from "../../../experiments/watch/liveRun.ts";

const scenario = {
  llm: "meta-llama/Llama-3.1-8B",
  cluster: { gpu: "H100-SXM", replicas: 2 },
  engine: { max_num_seqs: 8 },
  workload: {
    arrivals: { kind: "poisson", rate_rps: 8 },
    lengths: { input: { kind: "fixed", tokens: 200 }, output: { kind: "fixed", tokens: 40 } },
    shared_prefix: { groups: 2, tokens: 100 },
    num_requests: 120,
  },
};
const loaded = loadObject(scenario, ".");
const open = loadObject(
  { ...scenario, workload: { ...scenario.workload, num_requests: null, duration_s: 15 } },
  ".",
);

const changesOf = (live: LiveRun): ScenarioChange[] =>
  (live.view().steered?.changes ?? []).map(({ change }) => change);

function replayed(of: LoadedScenario, list: readonly ScenarioChange[]) {
  const changes = list.length === 0 ? undefined : { list, places: of.places };
  return runScenario({ ...of, changes });
}

function toEnd(live: LiveRun): LiveRun {
  while (!live.ended) live.advance(Number.POSITIVE_INFINITY, 1000);
  return live;
}

test("whoever may steer and doesn't sees the run that nobody could steer", async () => {
  const folder = join(import.meta.dirname, "..", "..", "..", "scenarios");
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
    const small = { set: ["workload.num_requests=60"] };
    const scenario = loadScenario(join(folder, file), small);
    const live = toEnd(new LiveRun(scenario, 1, true));
    const { digest, energy } = await runScenario(scenario);
    expect([file, live.view().digest]).toEqual([file, digest]);
    const { snapshot, idleJ } = live.view();
    expect((snapshot.stepsJ + idleJ) / energy.gpu_j).toBeCloseTo(1, 9);
  }
}, 60_000);

test("keys at any moments come to the digest of the changes that they left, also beside a file's", async () => {
  const turn = fc.record({
    forS: fc.double({ min: 0, max: 2, noNaN: true }),
    knob: fc.constantFrom(...knobs),
    isEvent: fc.boolean(),
  });
  const filed: readonly ScenarioChange[] = [
    { at_s: 3, power_cap_w: 500 },
    { at_s: 4, replicas: 3 },
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.array(turn, { minLength: 1, maxLength: 12 }),
      fc.constantFrom(loaded, open),
      fc.boolean(),
      async (turns, of, hasFile) => {
        const live = new LiveRun(
          hasFile ? { ...of, changes: { list: filed, places: of.places } } : of,
          1,
          true,
        );
        for (const { forS, knob, isEvent } of turns) {
          const untilS = live.reachedS + forS;
          while (!live.advance(untilS, 50));
          if (isEvent) live.event();
          live.turn(knob);
        }
        toEnd(live);
        const result = await replayed(of, changesOf(live));
        expect(live.view().digest).toBe(result.digest);
        const { snapshot, idleJ } = live.view();
        expect((snapshot.stepsJ + idleJ) / result.energy.gpu_j).toBeCloseTo(1, 9);
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

test("a knob says what it did, or why it does nothing", () => {
  const live = new LiveRun(loaded, 1, true);
  live.advance(2, 1000);
  expect(live.turn("capDown")).toMatch(/^cap 650 W, from \d+\.\d s on$/);
  expect(live.turn("capUp")).toContain("no cap, from");
  expect(live.turn("capUp")).toBe("there is no cap: GPUs draw up to their own limit");
  expect(live.turn("fewer")).toContain("1 replica, from");
  expect(live.turn("fewer")).toBe("one replica has to stay");
  expect(live.turn("rateUp")).toContain("rate × 1.1, from");
  expect(live.turn("prefixCaching")).toContain("caching on, from");
  expect(toEnd(live).turn("more")).toBe("no change: the run has ended; , goes back to its start");
  expect(
    live
      .view()
      .steered?.changes.map(({ letter }) => letter)
      .join(""),
  ).toBe("cCxRp");
});

test.each([
  ["rateUp", { arrivals: { kind: "closed_loop", concurrency: 4 } }, {}, "closed loop"],
  ["more", {}, { engine: { stack: "hf-eager" } }, "a static batch"],
  [
    "fewer",
    {},
    { cluster: { gpu: "H100-SXM", pools: [{ name: "a" }, { name: "b" }] } },
    "several pools",
  ],
  [
    "prefixCaching",
    {},
    { cluster: { gpu: "H100-SXM", pools: [{ name: "a" }, { name: "b" }] } },
    "several pools",
  ],
] as const)("%s is refused where it can't be: %j %j", (knob, workload, other, reason) => {
  const given = {
    ...scenario,
    engine: {},
    ...other,
    workload: { ...scenario.workload, ...workload },
  };
  const live = new LiveRun(loadObject(given, "."), 1, true);
  live.advance(1, 1000);
  expect(live.turn(knob)).toContain(reason);
  expect(live.view().steered?.changes).toEqual([]);
});

test("a cap below what the GPU can be held to is refused with the least", () => {
  const live = new LiveRun(loaded, 1, true);
  live.advance(1, 1000);
  const told = Array.from({ length: 12 }, () => live.turn("capDown"));
  expect(told.at(-1)).toMatch(/^no change: expected \d+ W, below which H100-SXM/);
});

test("knobs turn back to where they were", () => {
  const start = { capW: undefined, rateFactor: 1, replicas: 2, cachesPrefixes: false };
  const limits = { tdpW: 700, mostReplicas: 9 };
  expect(turned("rateDown", { ...start, rateFactor: 1.1 }, limits)).toEqual({ rate_factor: 1 });
  expect(turned("capUp", { ...start, capW: 660 }, limits)).toEqual({ power_cap_w: null });
  expect(turned("more", { ...start, replicas: 9 }, limits)).toBeUndefined();
});

test("the scenario as now changed runs, with rate, cap, replicas and caching as they are then", () => {
  const list = [
    { at_s: 1, rate_factor: 2 },
    { at_s: 2, power_cap_w: 500 },
    { at_s: 3, replicas: 4 },
    { at_s: 4, rate_factor: 1.5 },
    { at_s: 5, enable_prefix_caching: true },
  ];
  const text = currentScenario(loaded, list, ".");
  expect(text).toMatch(/^ {2}power_cap_w: 500$/m);
  expect(text).toMatch(/^ {2}replicas: 4$/m);
  expect(text).toMatch(/^ {4}rate_rps: 12$/m);
  expect(text).toMatch(/^ {2}enable_prefix_caching: true$/m);
});
