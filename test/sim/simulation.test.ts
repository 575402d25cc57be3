import { describe, expect, test } from "vitest";
import { SimulationError } from "../../sim/assert.ts";
import type { Batcher } from "../../sim/batching/batcher.ts";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { RequestSource, RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import { leastLoaded } from "../../sim/routing/leastLoaded.ts";
import { random } from "../../sim/routing/random.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import type { RunTotals } from "../../sim/totals.ts";
import { closedLoop } from "../../workloads/closedLoop.ts";
import { replica, request, world } from "../support/world.ts";
import { oneSecondSteps, outcomeOf } from "./outcome.ts";

/** Steps of 1 s that draw 300 W, 100 W idle, KV blocks of one token. */
const slow = (overrides: Partial<ReplicaConfig> = {}) =>
  replica({
    stepModel: oneSecondSteps,
    blockSize: 1,
    batcher: chunkedPrefill({ maxSeqs: 8, maxBatchedTokens: 4096 }),
    ...overrides,
  });

const slowWorld = (specs: readonly RequestSpec[], overrides: Partial<SimulationConfig> = {}) =>
  world(specs, { replicas: [slow()], ...overrides });

/** Mean watts of each second; the last one as if idleness followed. */
function wattsBySecond({ series, durationS, idleW }: RunTotals): number[] {
  const background = { constantW: idleW, perBusyGpuW: 0 };
  const seconds = Array.from({ length: Math.ceil(durationS) }, (_, second) => second);
  return seconds.map((second) => series?.secondW(second, background) ?? Number.NaN);
}

/** Users whose requests have these lengths, in the order in which they are issued. */
function users(
  concurrency: number,
  thinkTimeS: number,
  lengths: readonly (readonly [promptTokens: number, outputTokens: number])[],
): RequestSource {
  const pairs = lengths.values();
  const next = () => {
    const [promptTokens = 1, outputTokens = 1] = pairs.next().value ?? [];
    return { promptTokens, outputTokens };
  };
  return closedLoop({
    concurrency,
    thinkTimeS,
    requests: lengths.length,
    lengths: { next, promptCuts: 0, outputCuts: 0 },
  });
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe("time and energy", () => {
  test("run from the first arrival to the last completion", () => {
    const { totals } = outcomeOf(slowWorld([request(5, 4, 2), request(10, 4, 3)]));
    expect(totals).toMatchObject({ startS: 5, endS: 13, durationS: 8, busyGpuS: 5, steps: 5 });
    expect(totals.energy).toMatchObject({ gpuJ: 1800, idleJ: 300, requestsJ: 1500, wastedJ: 0 });
    expect(wattsBySecond(totals)).toEqual([300, 300, 100, 100, 100, 300, 300, 300]);
    expect(totals).toMatchObject({ peakGpuW: 300, busyRatio: 5 / 8, meanBatch: 1 });
  });

  test("idle joules of the front end's time and of GPUs that stand by are in it", () => {
    const { totals } = outcomeOf(
      slowWorld([request(0, 4, 2)], { frontEndS: 0.5, standby: { gpus: 3, idleW: 120 } }),
    );
    expect(totals).toMatchObject({ durationS: 2.5, gpus: 1, standbyGpus: 3 });
    expect(totals.energy).toMatchObject({
      idleContextHeldJ: 50,
      idleNoContextJ: 300,
      idleJ: 350,
      gpuJ: 950,
    });
    expect(totals.busyRatio).toBe(2 / 2.5);
  });

  test("no requests take no time and no joules", () => {
    const { totals } = outcomeOf(slowWorld([]));
    expect(totals).toMatchObject({ durationS: 0, busyRatio: 0, steps: 0, peakGpuW: 0 });
    expect(totals.energy.gpuJ).toBe(0);
    expect(totals.latency.ttftS).toBeUndefined();
    expect(totals.mfu).toBeUndefined();
  });

  test("the front end's time is in TTFT and E2E, not in the queue, and counts once", () => {
    const { records } = outcomeOf(
      slowWorld([request(0, 4, 3), request(0.25, 4, 3)], { frontEndS: 0.5 }),
    );
    expect(records.map(({ ttftS }) => ttftS)).toEqual([1.5, 2.25]);
    expect(records.map(({ e2eS }) => e2eS)).toEqual([3.5, 4.25]);
    expect(records.map(({ queueS }) => queueS)).toEqual([0, 0.75]);
    expect(records.map(({ tpotS }) => tpotS)).toEqual([1, 1]);
  });
});

test("the KV cache's mean use is over all replicas and all time, idle too", () => {
  // 4 slots for 1 s of prefill, then from 4 to 6 in 2 s; 1 s idle, and the same again elsewhere.
  const replicas = times(2, slow());
  const { totals } = outcomeOf(world([request(0, 4, 3), request(4, 4, 3)], { replicas }));
  expect(totals.durationS).toBe(7);
  expect(totals.kvMeanRatio).toBeCloseTo((2 * (4 + 2 * 5)) / (2 * 7 * 1000), 12);
  expect(totals.kvPeakRatio).toBe(6 / 1000);
});

describe("a horizon", () => {
  const horizonS = 3.5;

  test("leaves requests in flight unfinished, with the tokens and joules that they have had", () => {
    const { records, totals } = outcomeOf(
      slowWorld([request(0, 4, 10), request(0, 4, 2)], { horizonS }),
    );
    expect(records.map(({ status }) => status)).toEqual(["unfinished", "completed"]);
    expect(records.map(({ outputTokens }) => outputTokens)).toEqual([3, 2]);
    expect(records[0]).toMatchObject({ ttftS: 1, energyJ: 300 + 300 + 150 });
    expect(records[0]?.e2eS).toBeUndefined();
    expect(records[0]?.tpotS).toBeUndefined();
    expect(totals).toMatchObject({ durationS: 3.5, steps: 3, busyRatio: 1 });
    expect(totals.tokens).toMatchObject({ input: 8, output: 5, first: 2 });
    expect(totals.energy).toMatchObject({ gpuJ: 1050, requestsJ: 1050, idleJ: 0 });
    expect(wattsBySecond(totals)).toEqual([300, 300, 300, 200]);
  });

  test("keeps the unfinished out of the latency lists, each of their gaps too", () => {
    const { totals } = outcomeOf(slowWorld([request(0, 4, 10), request(0, 4, 2)], { horizonS }));
    for (const name of ["ttftS", "tpotS", "itlS", "e2eS", "queueS"] as const) {
      expect(totals.latency[name]?.count).toBe(1);
    }
    expect(totals.requestEnergyJ).toMatchObject({ count: 1, mean: 300 });
  });

  test("keeps the gaps of a preempted request out as well, that of the recomputation too", () => {
    // The second is preempted at 3 s with tokens at 1, 2 and 3 s, and emits again at 6 s.
    const tight = [slow({ kvBlocks: 10, maxModelLen: 10 })];
    const specs = [request(0, 3, 5), request(0, 3, 6)];
    const gaps = (endS: number) =>
      outcomeOf(world(specs, { replicas: tight, horizonS: endS })).totals.latency.itlS;
    expect(gaps(6.5)).toMatchObject({ count: 4, mean: 1 });
    expect(gaps(20)).toMatchObject({ count: 4 + 5, mean: (4 + 7) / 9 });
    expect(gaps(4.5)).toBeUndefined();
  });

  test("counts who still waits, or is still in the front end, and nobody who comes later", () => {
    const { records, totals } = outcomeOf(
      world([request(0, 4, 10), request(1, 4, 2), request(3, 4, 2), request(3.6, 4, 2)], {
        replicas: [slow({ batcher: chunkedPrefill({ maxSeqs: 1, maxBatchedTokens: 64 }) })],
        frontEndS: 1,
        horizonS,
      }),
    );
    expect(totals.requests).toMatchObject({ injected: 3, completed: 0, unfinished: 3 });
    expect(records.map(({ replica: id }) => id)).toEqual([0, 0, undefined]);
    expect(records.map(({ energyJ }) => energyJ)).toEqual([750, 0, 0]);
    expect(records.map(({ queueS }) => queueS)).toEqual([0, undefined, undefined]);
  });

  test("books a prefill under way by the time that has passed, and no token of it", () => {
    const { records, totals } = outcomeOf(slowWorld([request(3, 4, 2)], { horizonS }));
    expect(records[0]).toMatchObject({ status: "unfinished", outputTokens: 0, energyJ: 150 });
    expect(totals.tokens).toMatchObject({ input: 0, output: 0, first: 0, computedPrompt: 0 });
    expect(totals.energy).toMatchObject({ prefillJ: 150, idleJ: 300, gpuJ: 450 });
  });

  test("lets what ends at that very instant complete", () => {
    const { totals } = outcomeOf(slowWorld([request(0, 4, 3), request(0, 4, 4)], { horizonS: 3 }));
    expect(totals.requests).toMatchObject({ completed: 1, unfinished: 1 });
    expect(totals.steps).toBe(3);
  });

  test("fixes the duration, where nothing comes as well", () => {
    const { totals } = outcomeOf(slowWorld([], { horizonS: 10 }));
    expect(totals).toMatchObject({ startS: 0, endS: 10, busyRatio: 0, peakGpuW: 100 });
    expect(totals.energy).toMatchObject({ gpuJ: 1000, idleJ: 1000 });
  });
});

describe("a closed loop", () => {
  test("issues the next request after the think time, until all were issued", () => {
    const source = users(2, 3, times(5, [4, 2]));
    const { records } = outcomeOf(slowWorld([], { source }));
    expect(records.map(({ arrivalS }) => arrivalS)).toEqual([0, 0, 5, 5, 10]);
    expect(records.map(({ e2eS }) => e2eS)).toEqual(times(5, 2));
  });

  test("issues the next after a rejection too", () => {
    const source = users(1, 3, [
      [4, 2],
      [5000, 2],
      [4, 2],
    ]);
    const { records } = outcomeOf(slowWorld([], { source, frontEndS: 0.5 }));
    // Done at 2.5 s, asked at 5.5 s, rejected behind the front end at 6 s, asked again at 9 s.
    expect(records.map(({ arrivalS, status }) => [arrivalS, status])).toEqual([
      [0, "completed"],
      [5.5, "rejected"],
      [9, "completed"],
    ]);
  });

  test("without think time lets the next request join the step that follows", () => {
    const { records, totals } = outcomeOf(slowWorld([], { source: users(1, 0, times(3, [4, 2])) }));
    expect(records.map(({ arrivalS }) => arrivalS)).toEqual([0, 2, 4]);
    expect(totals).toMatchObject({ durationS: 6, busyRatio: 1 });
  });
});

describe("the steady window", () => {
  test("runs from the completion of the first round to the issue of the last request", () => {
    // Rounds of 3 s and 1 s to think: completions at 3, 7, 11 s; the last two are issued at 12 s.
    const source = users(2, 1, times(8, [4, 3]));
    const { totals } = outcomeOf(slowWorld([], { source, steadyConcurrency: 2 }));
    expect(totals.steady).toEqual({
      fromS: 3,
      toS: 12,
      gpuJ: 3 * 100 + 6 * 300,
      outputTokens: 12,
      itlS: 1,
      tpotS: 1,
      meanBatch: 2,
    });
  });

  test("leaves out what a replica that is down does not draw", () => {
    const source = users(2, 1, times(8, [4, 3]));
    const outagesOf = () => [{ fromS: 3.2, toS: 3.7 }].values();
    const replicas = [slow({ downW: 20 })];
    const config = { source, steadyConcurrency: 2, replicas, failures: { outagesOf } };
    const { steady } = outcomeOf(slowWorld([], config)).totals;
    expect(steady).toMatchObject({ fromS: 3, toS: 12 });
    expect(steady?.gpuJ).toBeCloseTo(2.5 * 100 + 0.5 * 20 + 6 * 300, 9);
  });

  test("counts steps in flight up to its ends, and GPUs that stand by", () => {
    // The second user's request decodes from 1 s to 30 s in one go; the first asks again and again.
    const source = users(2, 0, [[4, 2], [200, 30], ...times(4, [4, 2] as const)]);
    const { totals } = outcomeOf(
      world([], {
        source,
        replicas: [slow(), slow()],
        router: leastLoaded(),
        steadyConcurrency: 2,
        standby: { gpus: 1, idleW: 50 },
      }),
    );
    // Completions at 2 and 4 s; the sixth request is issued at 8 s.
    expect(totals.steady).toMatchObject({ fromS: 4, toS: 8, outputTokens: 8, itlS: 1 });
    expect(totals.steady?.gpuJ).toBeCloseTo(4 * (2 * 300 + 50), 9);
    expect(totals.steady?.meanBatch).toBe(1);
  });

  test("ends at the horizon where the loop has no last request before it", () => {
    const source = users(2, 1, times(1000, [4, 3]));
    const config = { source, steadyConcurrency: 2, horizonS: 9.5 };
    const { totals } = outcomeOf(slowWorld([], config));
    // Steps from 4 to 7 s and from 8 to 9.5 s.
    expect(totals.steady).toMatchObject({ fromS: 3, toS: 9.5, gpuJ: 2 * 100 + 4.5 * 300 });
    expect(totals.steady?.outputTokens).toBe(6 + 2);
  });

  test("ends with the issue of the last request where a horizon leaves time to drain", () => {
    const source = users(2, 1, times(8, [4, 3]));
    const config = { source, steadyConcurrency: 2, horizonS: 100 };
    const { totals } = outcomeOf(slowWorld([], config));
    expect(totals.steady).toMatchObject({ fromS: 3, toS: 12, outputTokens: 12 });
  });

  test("is not there when the last request is issued before the first round is over", () => {
    const config = (requests: number) => ({
      source: users(2, 0, times(requests, [4, 3])),
      steadyConcurrency: 2,
    });
    expect(outcomeOf(slowWorld([], config(2))).totals.steady).toBeUndefined();
    expect(outcomeOf(slowWorld([], config(4))).totals.steady).toBeUndefined();
    expect(outcomeOf(slowWorld([], config(5))).totals.steady).toBeDefined();
  });
});

describe("several replicas", () => {
  const specs = times(5, request(0, 4, 2));
  const placed = (router: SimulationConfig["router"]) =>
    outcomeOf(world(specs, { replicas: times(3, slow()), router })).records.map((r) => r.replica);

  test("take requests in turn, or by load, or by chance that is the seed's", () => {
    expect(outcomeOf(world(specs, { replicas: times(3, slow()) })).records).toMatchObject(
      [0, 1, 2, 0, 1].map((id) => ({ replica: id })),
    );
    expect(placed(leastLoaded())).toEqual([0, 1, 2, 0, 1]);
    const byChance = () => placed(random(randomStreams("7")("router")));
    expect(byChance()).toEqual(byChance());
  });

  test("work side by side, each with its own idle joules", () => {
    const replicas = [slow(), slow({ gpus: 2, idleW: 200 })];
    const { totals } = outcomeOf(world([request(0, 4, 4), request(0, 4, 2)], { replicas }));
    expect(totals).toMatchObject({ gpus: 3, durationS: 4, busyGpuS: 4 + 2 * 2 });
    expect(totals.energy).toMatchObject({ idleJ: 2 * 200, gpuJ: 6 * 300 + 400 });
    expect(totals.meanBatch).toBe(1);
  });

  test("that free a place at the instant of an arrival have it free", () => {
    const replicas = times(2, slow());
    const { records } = outcomeOf(
      world([request(0, 4, 2), request(0, 4, 9), request(2, 4, 1)], {
        replicas,
        router: leastLoaded(),
      }),
    );
    expect(records[2]).toMatchObject({ replica: 0, queueS: 0, ttftS: 1 });
  });

  test("reject what the smallest of them cannot hold", () => {
    const replicas = [slow({ maxModelLen: 100 }), slow({ maxModelLen: 50 })];
    const { totals } = outcomeOf(world([request(0, 60, 2), request(0, 45, 9)], { replicas }));
    expect(totals.requests).toMatchObject({ rejected: 1, completed: 1 });
    expect(totals).toMatchObject({ cutOutputs: 1, tokens: { output: 5 } });
  });

  test("are only those that the router may name", () => {
    const lost = new Simulation(slowWorld([request(0, 4, 2)], { router: () => 3 }));
    expect(() => lost.run()).toThrow("the router chose replica 3 of 1");
  });
});

describe("goodput, as vLLM counts it", () => {
  const specs = [request(0, 4, 3), request(0.5, 4, 1), request(0.75, 4, 3)];
  const good = (serviceLevels: SimulationConfig["serviceLevels"]) =>
    outcomeOf(slowWorld(specs, { serviceLevels })).totals.requests.good;

  test("takes requests that meet all levels, an equal value included", () => {
    // TTFT 1, 1.5 and 1.25 s; TPOT 1 s where there is one; E2E 3, 1.5 and 3.25 s.
    expect(good({ ttftS: 1.25 })).toBe(2);
    expect(good({ e2eS: 3 })).toBe(2);
    expect(good({ ttftS: 1.25, e2eS: 3 })).toBe(1);
    expect(good({})).toBe(3);
    expect(good(undefined)).toBe(0);
  });

  test("takes the TPOT of a single token as 0", () => {
    expect(good({ tpotS: 0.5 })).toBe(1);
    expect(good({ tpotS: 1 })).toBe(3);
  });

  test("leaves out who was rejected or is unfinished", () => {
    const { totals } = outcomeOf(
      slowWorld([request(0, 4, 3), request(0, 4, 30), request(0, 5000, 3)], {
        serviceLevels: { ttftS: 99 },
        horizonS: 5,
      }),
    );
    expect(totals.requests).toMatchObject({ completed: 1, rejected: 1, unfinished: 1, good: 1 });
  });
});

describe("a run that cannot go on says what stands still", () => {
  const never: Batcher = {
    holdsBatch: false,
    separatesPhases: false,
    form: () => undefined,
    admitsMidRun: () => false,
  };

  test("where a policy admits nobody", () => {
    const run = () =>
      outcomeOf(slowWorld([request(0, 40, 3)], { replicas: [slow({ batcher: never })] }));
    expect(run).toThrow(SimulationError);
    expect(run).toThrow(
      "at 0.000 s: replica 0 runs 0 and holds 1 waiting, the first with 40 tokens, " +
        "1000 of 1000 KV blocks free",
    );
  });

  test("where a prompt is larger than the whole KV cache", () => {
    const replicas = [slow({ kvBlocks: 10, maxModelLen: 100 })];
    const run = () => outcomeOf(world([request(0, 4, 2), request(1.5, 40, 3)], { replicas }));
    expect(run).toThrow(/at 2\.000 s: .*the first with 40 tokens, 10 of 10 KV blocks free/);
  });

  test("where a policy starts over again and again", () => {
    const restless: Batcher = {
      ...never,
      form: (target) => {
        if (target.partialPrefill !== undefined) target.preempt();
        target.admitFirst(1);
      },
    };
    const run = () =>
      outcomeOf(slowWorld([request(0, 40, 3)], { replicas: [slow({ batcher: restless })] }));
    expect(run).toThrow(SimulationError);
    expect(run).toThrow(/no new token at \d+\.000 s: replica 0 runs 1 and holds 0 waiting/);
  });

  test("where each rejection brings the next request, and time stands still", () => {
    const lengths = {
      next: () => ({ promptTokens: 5000, outputTokens: 2 }),
      promptCuts: 0,
      outputCuts: 0,
    };
    const run = () => {
      const source = closedLoop({ concurrency: 2, thinkTimeS: 0, untilS: 10, lengths });
      return outcomeOf(slowWorld([], { source, horizonS: 10 }));
    };
    expect(run).toThrow(SimulationError);
    expect(run).toThrow("only prompts of more than 1023 tokens come, and are rejected, at 0.000 s");
  });

  test("but a long recomputation in small chunks is no standstill", () => {
    // The second is preempted 18 steps before the first ends, with 8484 tokens: 1060 steps of 8.
    const config = slow({
      kvBlocks: 9700,
      maxModelLen: 9700,
      batcher: chunkedPrefill({ maxSeqs: 2, maxBatchedTokens: 8 }),
    });
    const specs = [request(0, 4, 1230), request(0, 9600, 3)];
    const { records } = outcomeOf(world(specs, { replicas: [config] }));
    expect(records.map(({ status }) => status)).toEqual(["completed", "completed"]);
    expect(records[1]?.preemptions).toBeGreaterThan(0);
  });
});

describe("a run seen from outside", () => {
  test("shows tokens, joules, watts and blocks of a moment within a run of steps", () => {
    const simulation = new Simulation(
      world([request(0, 200, 20), request(5.5, 30, 2)], { replicas: times(2, slow()) }),
    );
    expect(simulation.advance(5.5)).toBe(true);
    const seqs = { waitingSeqs: 0, runningSeqs: 1, swappedSeqs: 0 };
    const decoding = { id: 0, phase: "decode", powerW: 300, ...seqs };
    expect(simulation.snapshot()).toEqual({
      nowS: 5.5,
      injected: 2,
      completed: 0,
      rejected: 0,
      timedOut: 0,
      cancelled: 0,
      // Tokens at 1, 2, 3, 4 and 5 s.
      outputTokens: 5,
      stepsJ: 5.5 * 300,
      prefillJ: 300,
      // Booked when the request ends.
      decodeJ: 0,
      wastedJ: 0,
      transferJ: 0,
      waste: { paddingJ: 0, recomputedJ: 0, draftsJ: 0, lostJ: 0 },
      classes: [],
      idleJ: 5.5 * 100,
      good: 0,
      preemptions: 0,
      heldRequests: 0,
      replicas: [
        { ...decoding, kvUsedRatio: 204 / 1000, mfu: 0, mbu: 0 },
        { ...decoding, id: 1, phase: "prefill", kvUsedRatio: 30 / 1000, mfu: 0, mbu: 0 },
      ],
    });
  });

  test("tells mixed steps and idle replicas apart", () => {
    const simulation = new Simulation(
      world([request(0, 4, 9), request(0.5, 4, 9)], {
        replicas: times(2, slow()),
        router: () => 0,
      }),
    );
    simulation.advance(1);
    const phases = simulation.snapshot().replicas.map(({ phase, powerW }) => [phase, powerW]);
    expect(phases).toEqual([
      ["mixed", 300],
      ["idle", 100],
    ]);
  });

  test("tells when there is nothing left to do, wherever it was advanced to", () => {
    const simulation = new Simulation(slowWorld([request(0, 4, 3)]));
    expect(simulation.advance(1.5)).toBe(true);
    expect(() => simulation.totals()).toThrow("the run has not ended");
    expect(simulation.advance(50)).toBe(false);
    expect(simulation.totals()).toMatchObject({ durationS: 3 });
    expect(simulation.nextEventS).toBe(Number.POSITIVE_INFINITY);
    expect(simulation.advance(60)).toBe(false);
  });
});
