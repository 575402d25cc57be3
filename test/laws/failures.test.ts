import fc from "fast-check";
import { expect, test } from "vitest";
import { drawnOutages, type Outage } from "../../sim/failures/outages.ts";
import { randomStreams } from "../../sim/random.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { powerOfTwo } from "../../sim/routing/powerOfTwo.ts";
import { prefixAware } from "../../sim/routing/prefixAware.ts";
import type { RunRecord } from "../../sim/runRecord.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { configOf, type SmallWorld, smallWorld } from "../support/smallWorlds.ts";

/** Any small world, any of whose replicas may be down now and then, also all of them at once. */
const failingWorld = fc.record({
  small: smallWorld,
  gaps: fc.array(
    fc.array(
      fc.record({
        upS: fc.double({ min: 0, max: 2, noNaN: true }),
        downS: fc.double({ min: 0.001, max: 3, noNaN: true }),
      }),
      { maxLength: 6 },
    ),
    { minLength: 3, maxLength: 3 },
  ),
  router: fc.constantFrom("as it is", "prefix_aware", "power_of_two"),
  downW: fc.constantFrom(undefined, 0, 40),
});

type FailingWorld = typeof failingWorld extends fc.Arbitrary<infer Value> ? Value : never;

function outagesOf({ gaps }: FailingWorld, id: number): Outage[] {
  let toS = 0;
  return (gaps[id] ?? []).map(({ upS, downS }) => {
    const fromS = toS + upS;
    toS = fromS + downS;
    return { fromS, toS };
  });
}

function simulated(world: FailingWorld, overrides: Partial<SimulationConfig> = {}) {
  const { small, router, downW } = world;
  const config = configOf(small);
  const records: (RequestRecord & { endS: number })[] = [];
  const runs: RunRecord[] = [];
  const routers = {
    "as it is": () => config.router,
    prefix_aware: prefixAware,
    power_of_two: () => powerOfTwo(randomStreams("laws")("router")),
  };
  const simulation = new Simulation({
    ...config,
    replicas: config.replicas.map((replica) => ({ ...replica, downW })),
    pools: [{ name: "all", replicas: config.replicas.length }],
    router: routers[router as keyof typeof routers](),
    failures: { outagesOf: (id) => outagesOf(world, id).values() },
    onRequestEnd: (record) => records.push({ ...record, endS: simulation.nowS }),
    onRun: (run) => runs.push(run),
    ...overrides,
  });
  return { simulation, records, runs };
}

function run(world: FailingWorld, overrides: Partial<SimulationConfig> = {}) {
  const { simulation, ...seen } = simulated(world, overrides);
  return { totals: simulation.run(), ...seen };
}

const emitted = (records: readonly RequestRecord[]) =>
  records.reduce((sum, { outputTokens }) => sum + outputTokens, 0);

test("every request ends exactly once, and who completes has all tokens, counted once", () => {
  fc.assert(
    fc.property(failingWorld, (world) => {
      const { totals, records } = run(world);
      const { injected, unfinished } = totals.requests;
      expect(records.length).toBe(injected);
      expect(new Set(records.map(({ id }) => id)).size).toBe(injected);
      if (world.small.horizonS === undefined) {
        expect(unfinished).toBe(0);
        expect(injected).toBe(world.small.requests.length);
      }
      expect(totals.tokens.output).toBe(emitted(records));
      const returned = world.small.sequences?.returned ?? 1;
      const started = records.filter(({ outputTokens }) => outputTokens > 0);
      expect(totals.tokens.first).toBe(returned * started.length);
      const prompts = started.reduce((sum, { promptTokens }) => sum + promptTokens, 0);
      expect(totals.tokens.input).toBe(prompts);
      const { timedOut, cancelled } = totals.requests;
      if (unfinished + timedOut + cancelled === 0 && !world.small.cachesPrefixes) {
        expect(totals.tokens.computedPrompt).toBe(prompts);
      }
      for (const { status, ttftS = 0, e2eS = 0, outputTokens } of records) {
        if (status !== "completed") continue;
        expect(outputTokens).toBeGreaterThan(0);
        expect(e2eS).toBeGreaterThanOrEqual(ttftS);
      }
    }),
    { numRuns: 200 },
  );
});

test("no step runs on a replica that is down, and none begins there", () => {
  fc.assert(
    fc.property(failingWorld, (world) => {
      const { runs } = run(world);
      for (const { replica, startS, endS } of runs) {
        for (const { fromS, toS } of outagesOf(world, replica)) {
          expect(startS >= toS || endS <= fromS).toBe(true);
        }
      }
    }),
    { numRuns: 200 },
  );
});

test("phases, requests, seconds and pools sum to what the meter shows, and lost work is wasted", () => {
  fc.assert(
    fc.property(failingWorld, (world) => {
      const { totals, records } = run(world);
      const { energy, failures } = totals;
      const close = (joules: number) =>
        expect(Math.abs(joules - energy.gpuJ)).toBeLessThanOrEqual(1e-9 * energy.gpuJ);
      close(energy.prefillJ + energy.decodeJ + energy.wastedJ + energy.idleJ);
      close(records.reduce((sum, record) => sum + record.energyJ, 0) + energy.idleJ);
      close((totals.series?.aboveIdleJ() ?? 0) + totals.idleW * totals.durationS);
      close((totals.pools[0]?.energy.gpuJ ?? 0) + 40 * totals.durationS);
      for (const joules of Object.values(energy)) expect(joules).toBeGreaterThanOrEqual(-1e-9);
      const lostJ = (failures?.replicas ?? []).reduce((sum, { wastedJ }) => sum + wastedJ, 0);
      expect(energy.wastedJ).toBeGreaterThanOrEqual(lostJ - 1e-9);
      const downS = (failures?.replicas ?? []).reduce((sum, own) => sum + own.downS, 0);
      expect(energy.idleNoContextJ).toBeCloseTo(
        40 * totals.durationS + (world.downW ?? 100) * downS,
        6,
      );
      const span = world.small.replicas * totals.durationS;
      if (span > 0) expect(failures?.upRatio).toBeCloseTo(1 - downS / span, 9);
    }),
    { numRuns: 200 },
  );
});

function isDownAt(world: FailingWorld, id: number, atS: number): boolean {
  return outagesOf(world, id).some(({ fromS, toS }) => fromS <= atS && atS < toS);
}

test("at each instant whoever came has ended, is on a replica that is up, or waits at the front door", () => {
  fc.assert(
    fc.property(failingWorld, (world) => {
      const small: SmallWorld = { ...world.small, horizonS: undefined, frontEndS: 0 };
      const { simulation } = simulated({ ...world, small });
      let idleJ = 0;
      while (Number.isFinite(simulation.nextEventS)) {
        simulation.advance(simulation.nextEventS);
        const snapshot = simulation.snapshot();
        let inside = snapshot.heldRequests;
        for (const replica of snapshot.replicas) {
          const { id, waitingSeqs, runningSeqs, swappedSeqs, phase, kvUsedRatio } = replica;
          const isDown = isDownAt(world, id, snapshot.nowS);
          expect(phase === "down").toBe(isDown);
          if (isDown) expect(kvUsedRatio).toBe(0);
          inside += waitingSeqs + runningSeqs + swappedSeqs;
        }
        const areAllDown = snapshot.replicas.every(({ phase }) => phase === "down");
        expect(snapshot.heldRequests === 0 || areAllDown).toBe(true);
        const { completed, rejected, timedOut, cancelled, injected } = snapshot;
        expect(completed + rejected + timedOut + cancelled + inside).toBe(injected);
        idleJ = snapshot.idleJ;
      }
      const { durationS, energy, requests } = simulation.run();
      // Where the last one is rejected, the run has ended before.
      if (requests.rejected === 0) expect(idleJ).toBeCloseTo(energy.idleJ - 40 * durationS, 6);
      for (const { kvUsedRatio } of simulation.snapshot().replicas) expect(kvUsedRatio).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test("macro-steps equal single steps, and slices equal the whole, to the digest", () => {
  fc.assert(
    fc.property(failingWorld, fc.double({ min: 0.05, max: 1, noNaN: true }), (world, sliceS) => {
      const macro = run(world);
      const single = run(world, { macroSteps: false });
      // On two replicas at once, whichever ends first by the last digit.
      const byId = ({ records }: typeof macro) => records.toSorted((a, b) => a.id - b.id);
      const ends = (outcome: typeof macro) =>
        byId(outcome).map(({ id, status, outputTokens }) => [id, status, outputTokens]);
      expect(ends(macro)).toEqual(ends(single));
      expect(macro.totals.tokens).toEqual(single.totals.tokens);
      expect(
        macro.totals.failures?.replicas.map(({ restartedRequests }) => restartedRequests),
      ).toEqual(single.totals.failures?.replicas.map(({ restartedRequests }) => restartedRequests));
      const near = (a: number, b: number, tolerance: number) =>
        expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b)));
      near(macro.totals.energy.gpuJ, single.totals.energy.gpuJ, 1e-5);
      near(macro.totals.energy.wastedJ, single.totals.energy.wastedJ, 1e-4);
      near(macro.totals.latency.itlS?.mean ?? 0, single.totals.latency.itlS?.mean ?? 0, 1e-9);
      for (const [place, { ttftS = 0, e2eS = 0, energyJ }] of byId(macro).entries()) {
        const twin = byId(single)[place];
        near(ttftS, twin?.ttftS ?? 0, 1e-9);
        near(e2eS, twin?.e2eS ?? 0, 1e-9);
        near(energyJ, twin?.energyJ ?? 0, 1e-4);
      }
      const sliced = simulated(world).simulation;
      for (let untilS = 0; sliced.advance(untilS); untilS += sliceS) sliced.snapshot();
      expect(sliced.totals().digest).toBe(macro.totals.digest);
    }),
    { numRuns: 150 },
  );
});

test("gaps between tokens add up to the time after the first token, failures included", () => {
  fc.assert(
    fc.property(failingWorld, (world) => {
      if (world.small.scheduler === "static") return;
      const { records, totals } = run(world);
      const completed = records.filter(({ status }) => status === "completed");
      const waitedS = completed.reduce((sum, { e2eS = 0, ttftS = 0 }) => sum + e2eS - ttftS, 0);
      const { mean = 0, count = 0 } = totals.latency.itlS ?? {};
      expect(mean * count).toBeCloseTo(waitedS, 6);
    }),
    { numRuns: 200 },
  );
});

test("drawn outages are those of the seed, in order, and as long on average as asked", () => {
  const wear = { meanUpS: 100, meanDownS: 10, reloadS: 5 };
  const draw = (seed: string) => {
    const outages = drawnOutages(wear, randomStreams(seed)("failures/0"));
    return Array.from({ length: 4000 }, () => outages.next().value as Outage);
  };
  const outages = draw("a");
  expect(draw("a")).toEqual(outages);
  expect(draw("b")).not.toEqual(outages);
  let backS = 0;
  let upS = 0;
  let downS = 0;
  for (const { fromS, toS } of outages) {
    expect(fromS).toBeGreaterThanOrEqual(backS);
    expect(toS).toBeGreaterThanOrEqual(fromS + 5);
    upS += fromS - backS;
    downS += toS - fromS;
    backS = toS;
  }
  // Three standard errors of means of exponential times.
  expect(Math.abs(upS / 4000 - 100)).toBeLessThan((3 * 100) / Math.sqrt(4000));
  expect(Math.abs(downS / 4000 - 15)).toBeLessThan((3 * 10) / Math.sqrt(4000));
});
