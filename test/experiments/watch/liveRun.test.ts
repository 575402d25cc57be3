import { expect, test } from "vitest";
import { runScenario } from "../../../experiments/run.ts";
import { loadObject } from "../../../experiments/scenario/load.ts";
import { LiveRun } from "../../../experiments/watch/liveRun.ts";
import { percentileS } from "../../../experiments/watch/tally.ts";

const scenario = {
  llm: "meta-llama/Llama-3.1-8B",
  cluster: { gpu: "H100-SXM", replicas: 3 },
  engine: { max_num_seqs: 8 },
  workload: { dataset: "azure-conv-2023", num_requests: 120 },
};
const endings = [{}, { workload: { ...scenario.workload, num_requests: null, duration_s: 20 } }];

/** In slices as a thread plays them: here some seconds, there a single event. */
function played(given: object, binS: number): LiveRun {
  const live = new LiveRun(loadObject(given, "."), binS);
  for (let turn = 1; !live.ended; turn++) {
    if (turn % 5 === 0) live.event();
    else live.advance(live.nowS + (turn % 3) * 0.7, 1 + (turn % 7) * 40);
    live.view();
  }
  return live;
}

test.each(endings)(
  "a run that is watched has the digest of one that is not: %j",
  async (ending) => {
    const given = { ...scenario, ...ending };
    const result = await runScenario(loadObject(given, "."));
    for (const binS of [0.01, 3]) {
      expect(played(given, binS).view().digest).toBe(result.digest);
    }
  },
);

test.each(endings)("what is shown at the end is what the result says: %j", async (ending) => {
  const given = { ...scenario, ...ending };
  const result = await runScenario(loadObject(given, "."));
  const { snapshot, idleJ, history, ttftS } = played(given, 0.1).view();
  expect(snapshot.stepsJ + idleJ).toBeCloseTo(result.energy.gpu_j, 3);
  expect(snapshot.prefillJ).toBeCloseTo(result.energy.by_phase_j.prefill, 6);
  expect(idleJ).toBeCloseTo(result.energy.by_phase_j.idle, 3);
  expect(snapshot.outputTokens).toBe(result.tokens.output);
  expect(ttftS.count).toBe(result.requests.completed);
  const p99Ms = 1000 * (percentileS(ttftS, 0.99) ?? 0);
  const exactMs = result.latency.ttft_ms?.p99 ?? 0;
  expect(Math.abs(Math.log(p99Ms / exactMs))).toBeLessThan(0.2);
  expect(history.bins.length).toBeLessThan(800);
});

test("the history holds every joule, also where bins were joined", async () => {
  for (const binS of [0.001, 0.1]) {
    const { snapshot, idleJ, history } = played(scenario, binS).view();
    const lastS = snapshot.nowS - history.startS - (history.bins.length - 1) * history.binS;
    const sumJ = history.bins.reduce((sum, { powerW }, place) => {
      const isLast = place === history.bins.length - 1;
      return sum + powerW * (isLast ? lastS : history.binS);
    }, 0);
    const allJ = snapshot.stepsJ + idleJ;
    expect(Math.abs(sumJ - allJ) / allJ).toBeLessThan(0.01);
  }
});
