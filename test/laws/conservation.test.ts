import fc from "fast-check";
import { expect, test } from "vitest";
import { staticBatch } from "../../sim/batching/staticBatch.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { ReplicaSnapshot } from "../../sim/snapshot.ts";
import { configOf, type SmallWorld, smallWorld } from "../support/smallWorlds.ts";
import { replica, request, stepModel, world } from "../support/world.ts";

const promptTokens = (records: readonly RequestRecord[]): number =>
  records.reduce((sum, record) => sum + record.promptTokens, 0);

function run(small: SmallWorld) {
  const records: RequestRecord[] = [];
  const onRequestEnd = (record: RequestRecord) => records.push(record);
  const totals = new Simulation({ ...configOf(small), onRequestEnd }).run();
  return { records, totals };
}

test("every request that comes ends exactly once, and none is invented", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const { records, totals } = run(small);
      const { injected, completed, rejected, unfinished, timedOut, cancelled } = totals.requests;
      expect(completed + rejected + unfinished + timedOut + cancelled).toBe(injected);
      expect(new Set(records.map(({ id }) => id)).size).toBe(injected);
      expect(records.length).toBe(injected);
      for (const status of [
        "completed",
        "rejected",
        "unfinished",
        "timedOut",
        "cancelled",
      ] as const) {
        expect(records.filter((record) => record.status === status).length).toBe(
          totals.requests[status],
        );
      }
      if (small.horizonS === undefined) {
        expect(injected).toBe(small.requests.length);
        expect(unfinished).toBe(0);
      }
    }),
  );
});

function requestsInside(replica: ReplicaSnapshot, { scheduler }: SmallWorld): number {
  const { waitingSeqs, runningSeqs, swappedSeqs, kvUsedRatio, phase } = replica;
  expect(kvUsedRatio).toBeGreaterThanOrEqual(0);
  expect(kvUsedRatio).toBeLessThanOrEqual(1);
  // Work conservation: nobody waits at an idle replica, unless for a static batch to fill.
  if (scheduler !== "static" && phase === "idle") expect(waitingSeqs + swappedSeqs).toBe(0);
  if (runningSeqs > 0) expect(phase).not.toBe("idle");
  return waitingSeqs + runningSeqs + swappedSeqs;
}

test("at each instant whoever came has ended, runs, waits or is swapped out", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const simulation = new Simulation(configOf({ ...small, horizonS: undefined, frontEndS: 0 }));
      while (Number.isFinite(simulation.nextEventS)) {
        const untilS = simulation.nextEventS;
        simulation.advance(untilS);
        const snapshot = simulation.snapshot();
        expect(snapshot.nowS).toBe(untilS);
        let inside = 0;
        for (const replica of snapshot.replicas) inside += requestsInside(replica, small);
        const { completed, rejected, timedOut, cancelled, injected } = snapshot;
        expect(completed + rejected + timedOut + cancelled + inside).toBe(injected);
      }
      // In the end no block is held: the run itself checks the host's, too.
      simulation.run();
      for (const { kvUsedRatio } of simulation.snapshot().replicas) expect(kvUsedRatio).toBe(0);
    }),
  );
});

test("a request arrives, starts, emits its first token and ends, in this order", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      for (const record of run(small).records) {
        const { queueS = 0, ttftS = Number.POSITIVE_INFINITY, outputTokens, status } = record;
        const { e2eS = Number.POSITIVE_INFINITY, tpotS = 1 } = record;
        expect(queueS).toBeGreaterThanOrEqual(0);
        expect(ttftS).toBeGreaterThan(queueS + small.frontEndS - 1e-9);
        if (status === "completed") expect(e2eS).toBeGreaterThanOrEqual(ttftS);
        expect(tpotS).toBeGreaterThan(0);
        expect(outputTokens > 0).toBe(record.ttftS !== undefined);
        expect(record.e2eS !== undefined).toBe(status === "completed");
      }
    }),
  );
});

test("tokens are counted once: as many as the requests emitted, whatever was recomputed", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const { records, totals } = run(small);
      const emitted = records.reduce((sum, record) => sum + record.outputTokens, 0);
      expect(totals.tokens.output).toBe(emitted);
      const started = records.filter((record) => record.outputTokens > 0);
      expect(totals.tokens.first).toBe(started.length * (small.sequences?.returned ?? 1));
      expect(totals.tokens.input).toBe(promptTokens(started));
      const { timedOut, cancelled } = totals.requests;
      const gone = timedOut + cancelled;
      if (small.horizonS === undefined && gone === 0 && !small.cachesPrefixes) {
        expect(totals.tokens.computedPrompt).toBe(totals.tokens.input);
      }
      if (totals.tokensPerVerification === undefined) return;
      expect(small.draftTokens).toBeGreaterThan(0);
      expect(totals.tokensPerVerification).toBeGreaterThanOrEqual(1);
      expect(totals.tokensPerVerification).toBeLessThanOrEqual(small.draftTokens + 1);
    }),
  );
});

test("a token of a prompt is found in the cache or computed for the first time, once", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const { records, totals } = run(small);
      const { tokens, requests } = totals;
      const scheduled = records.filter(({ queueS }) => queueS !== undefined);
      expect(tokens.scheduledPrompt).toBe(promptTokens(scheduled));
      expect(tokens.cachedPrompt).toBe(records.reduce((sum, r) => sum + r.cachedTokens, 0));
      expect(tokens.computedPrompt + tokens.cachedPrompt).toBeLessThanOrEqual(
        tokens.scheduledPrompt,
      );
      for (const { cachedTokens, promptTokens: length } of scheduled) {
        expect(cachedTokens % small.blockSize).toBe(0);
        expect(cachedTokens).toBeLessThan(length);
        if (!small.cachesPrefixes) expect(cachedTokens).toBe(0);
      }
      // Who comes back after a preemption may find what others computed since.
      const { unfinished, timedOut, cancelled } = requests;
      if (unfinished + timedOut + cancelled + totals.preemptions > 0) return;
      expect(tokens.computedPrompt + tokens.cachedPrompt).toBe(tokens.input);
    }),
  );
});

test("classes and tenants have their requests, tokens and joules, and nobody else's", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const { records, totals } = run(small);
      const groups = [
        ...totals.classes.map((group) => ({
          group,
          has: ({ className }: RequestRecord) => className === group.name,
        })),
        ...totals.tenants.map((group) => ({
          group,
          has: ({ tenant }: RequestRecord) => tenant === group.name,
        })),
      ];
      expect(totals.classes.length).toBe(small.classes?.length ?? 0);
      for (const { group, has } of groups) {
        const own = records.filter(has);
        const { good, ...ended } = group.requests;
        expect(Object.values(ended).reduce((sum, count) => sum + count)).toBe(own.length);
        expect(ended.completed).toBe(own.filter(({ status }) => status === "completed").length);
        expect(good).toBeLessThanOrEqual(ended.completed);
        expect(group.outputTokens).toBe(own.reduce((sum, r) => sum + r.outputTokens, 0));
        expect(group.energyJ).toBeCloseTo(
          own.reduce((sum, r) => sum + r.energyJ, 0),
          9,
        );
      }
      const tenantsHave = totals.tenants.reduce((sum, { energyJ }) => sum + energyJ, 0);
      expect(tenantsHave).toBeLessThanOrEqual(totals.energy.requestsJ * (1 + 1e-9));
    }),
  );
});

test("energy is the integral of power, and every joule has a phase and an owner", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const { records, totals } = run(small);
      const { energy } = totals;
      const close = (joules: number) =>
        expect(Math.abs(joules - energy.gpuJ)).toBeLessThanOrEqual(1e-9 * energy.gpuJ);
      close(energy.prefillJ + energy.decodeJ + energy.wastedJ + energy.idleJ);
      close(records.reduce((sum, record) => sum + record.energyJ, 0) + energy.idleJ);
      close((totals.series?.aboveIdleJ() ?? 0) + totals.idleW * totals.durationS);
      for (const joules of Object.values(energy)) expect(joules).toBeGreaterThanOrEqual(-1e-9);
      for (const record of records) expect(record.energyJ).toBeGreaterThanOrEqual(-1e-12);
    }),
  );
});

test("power lies between idle and the highest that a step draws", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const { totals } = run(small);
      const { gpuJ } = totals.energy;
      const idleJ = (small.replicas * 100 + 40) * totals.durationS;
      const highestJ = (small.replicas * 500 + 40) * totals.durationS;
      expect(gpuJ).toBeGreaterThanOrEqual(idleJ * (1 - 1e-9));
      // Joules of a run are a parabola's, within the tolerance of the law on macro-steps.
      expect(gpuJ).toBeLessThanOrEqual(highestJ * (1 + 1e-5));
      expect(totals.peakGpuW).toBeLessThanOrEqual((small.replicas * 500 + 40) * (1 + 1e-5));
      expect(totals.busyRatio).toBeLessThanOrEqual(1 + 1e-9);
      expect(totals.mfu ?? 0).toBeLessThanOrEqual(1);
      expect(totals.mbu ?? 0).toBeLessThanOrEqual(1);
    }),
  );
});

test("the gaps between tokens add up to the requests' time after their first token", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      if (small.scheduler === "static") return;
      const { records, totals } = run(small);
      const returned = small.sequences?.returned ?? 1;
      let afterFirstS = 0;
      let gaps = 0;
      for (const { status, e2eS = 0, ttftS = 0, outputTokens } of records) {
        if (status !== "completed") continue;
        afterFirstS += e2eS - ttftS;
        gaps += outputTokens / returned - 1;
      }
      const { count = 0, mean = 0 } = totals.latency.itlS ?? {};
      // Tokens that are accepted together have one gap before them.
      if (small.draftTokens === 0) expect(count).toBe(gaps);
      else expect(count).toBeLessThanOrEqual(gaps);
      expect(mean * count).toBeCloseTo(afterFirstS, 9);
    }),
  );
});

test("the same world gives the same digest, another world another", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const { digest, requests } = run(small).totals;
      expect(run(small).totals.digest).toBe(digest);
      if (requests.completed === 0) return;
      expect(run({ ...small, frontEndS: small.frontEndS + 0.01 }).totals.digest).not.toBe(digest);
    }),
  );
});

test("padding and finished slots of a static batch are wasted, and nothing else is", () => {
  const twoPrompts = [request(0, 100, 10), request(0, 50, 10)];
  const batch = (specs: typeof twoPrompts) =>
    new Simulation(
      world(specs, { replicas: [replica({ batcher: staticBatch({ batchSize: 2 }) })] }),
    ).run();
  expect(batch([request(0, 80, 10), request(0, 80, 10)]).energy.wastedJ).toBeCloseTo(0, 9);
  expect(batch(twoPrompts).energy.wastedJ).toBeGreaterThan(1);
  const late = batch([request(0, 80, 10), request(0, 80, 60)]);
  expect(late.energy.wastedJ).toBeGreaterThan(1);
  expect(late.tokens.output).toBe(70);
});

test("recomputation after a preemption is wasted, and belongs to who was preempted", () => {
  const records: RequestRecord[] = [];
  const totals = new Simulation(
    world([request(0, 100, 60), request(0, 100, 60)], {
      replicas: [replica({ kvBlocks: 16, maxModelLen: 200 })],
      onRequestEnd: (record) => records.push(record),
    }),
  ).run();
  expect(totals.preemptions).toBeGreaterThan(0);
  expect(totals.energy.wastedJ).toBeGreaterThan(0);
  const [first, second] = records;
  expect(first?.preemptions).toBe(0);
  expect(second?.preemptions).toBe(totals.preemptions);
  expect((second?.energyJ ?? 0) - (first?.energyJ ?? 0)).toBeGreaterThan(totals.energy.wastedJ / 2);
});

test("time doubled and power halved is the same energy", () => {
  const slow = {
    stepS: 0.02,
    prefillTokenS: 2e-4,
    prefillPairS: 2e-8,
    decodeSeqS: 2e-4,
    contextTokenS: 2e-6,
  };
  const joules = (model: ReturnType<typeof stepModel>, stretch: number) => {
    const specs = [request(0, 100, 50), request(0.5 * stretch, 60, 20)];
    const idleW = 100 / stretch;
    return new Simulation(world(specs, { replicas: [replica({ stepModel: model, idleW })] })).run()
      .energy;
  };
  const once = joules(stepModel(), 1);
  const stretched = joules(stepModel({ ...slow, lowW: 150, highW: 250 }), 2);
  for (const key of ["gpuJ", "prefillJ", "decodeJ", "idleJ"] as const) {
    expect(stretched[key]).toBeCloseTo(once[key], 6);
  }
});

test("the MFU and MBU of steps in flight make up those of the run", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const config = configOf({ ...small, replicas: 1 });
      const simulation = new Simulation({ ...config, macroSteps: false });
      const sums = { busyS: 0, mfuS: 0, mbuS: 0 };
      for (let goesOn = true; goesOn; ) {
        const { nowS, replicas } = simulation.snapshot();
        const spanS = simulation.nextEventS - nowS;
        goesOn = simulation.advance(simulation.nextEventS);
        const { mfu, mbu } = replicas[0] ?? {};
        if (mfu === undefined || mbu === undefined) continue;
        sums.busyS += spanS;
        sums.mfuS += spanS * mfu;
        sums.mbuS += spanS * mbu;
      }
      const totals = simulation.totals();
      if (totals.mfu === undefined || totals.mbu === undefined) return;
      expect(sums.mfuS / sums.busyS).toBeCloseTo(totals.mfu, 9);
      expect(sums.mbuS / sums.busyS).toBeCloseTo(totals.mbu, 9);
    }),
  );
});

test("wasted joules are those of their kinds, and each kind is of worlds that have it", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const simulation = new Simulation(configOf(small));
      const { energy, preemptions } = simulation.run();
      const { waste, wastedJ } = simulation.snapshot();
      expect(wastedJ).toBe(energy.wastedJ);
      const sumJ = waste.paddingJ + waste.recomputedJ + waste.draftsJ + waste.lostJ;
      expect(Math.abs(sumJ - wastedJ)).toBeLessThanOrEqual(1e-9 * energy.gpuJ);
      const within = 1e-9 * energy.gpuJ;
      if (small.scheduler !== "static") expect(waste.paddingJ).toBeLessThanOrEqual(within);
      if (small.draftTokens === 0) expect(waste.draftsJ).toBe(0);
      if (preemptions === 0) expect(waste.recomputedJ).toBeLessThanOrEqual(within);
      expect(waste.lostJ).toBe(0);
    }),
  );
});

test("the joules of classes are those of their requests", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const records: RequestRecord[] = [];
      const onRequestEnd = (record: RequestRecord) => records.push(record);
      const simulation = new Simulation({ ...configOf(small), onRequestEnd });
      simulation.run();
      for (const { name, energyJ, completed } of simulation.snapshot().classes) {
        const own = records.filter(({ className }) => className === name);
        expect(energyJ).toBeCloseTo(
          own.reduce((sum, record) => sum + record.energyJ, 0),
          6,
        );
        expect(completed).toBe(own.filter(({ status }) => status === "completed").length);
      }
    }),
  );
});
