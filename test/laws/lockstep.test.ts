import fc from "fast-check";
import { expect, test } from "vitest";
import { lockstepModel, type SharingModel } from "../../models/dataParallel.ts";
import { rankRouter } from "../../sim/dataParallel/rankRouter.ts";
import type { RunRecord } from "../../sim/runRecord.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { outcomeOf } from "../sim/outcome.ts";
import { configOf, type SmallWorld, smallWorld } from "../support/smallWorlds.ts";
import { replica, request, type StepConstants, stepModel, world } from "../support/world.ts";

/** Steps of the hand-made model that take longer the more tokens the siblings have. */
function sharingOf(constants: Partial<StepConstants>): SharingModel {
  const { prefillFlop, windowTokens } = stepModel(constants);
  return {
    prefillFlop,
    windowTokens,
    waitingW: 150,
    price: (shape, siblingTokens, cost) => {
      const stepS = (constants.stepS ?? 0.01) + 5e-5 * siblingTokens;
      stepModel({ ...constants, stepS }).price(shape, cost);
    },
  };
}

/** The world with every replica as so many ranks that step together. */
function inLockstep(config: SimulationConfig, sharing: SharingModel, ranks: number) {
  const models = config.replicas.map(() => lockstepModel(sharing, ranks));
  return {
    ...config,
    replicas: config.replicas.flatMap((one, id) =>
      (models[id]?.ranks ?? []).map((rank) => ({ ...one, stepModel: rank })),
    ),
    lockstep: models,
    router: rankRouter(config.router, ranks),
  };
}

/** No stack forms static batches on ranks. */
const rankedWorld = smallWorld.map((small): SmallWorld => {
  const scheduler = small.scheduler === "static" ? "chunked_prefill" : small.scheduler;
  return { ...small, scheduler };
});
const ranksOf = fc.integer({ min: 2, max: 4 });

function ranked(small: SmallWorld, ranks: number): SimulationConfig {
  return inLockstep(configOf(small), sharingOf(small), ranks);
}

test("every request ends once and every joule is booked, however many ranks step together", () => {
  fc.assert(
    fc.property(rankedWorld, ranksOf, (small, ranks) => {
      const { records, totals } = outcomeOf(ranked(small, ranks));
      expect(new Set(records.map(({ id }) => id)).size).toBe(totals.requests.injected);
      expect(records.length).toBe(totals.requests.injected);
      const { gpuJ, idleJ } = totals.energy;
      const requestsJ = records.reduce((sum, { energyJ }) => sum + energyJ, 0);
      expect(Math.abs(requestsJ + idleJ - gpuJ)).toBeLessThanOrEqual(1e-9 * Math.max(1, gpuJ));
      if (small.horizonS === undefined) expect(records.length).toBe(small.requests.length);
      expect(totals.busyRatio).toBeLessThanOrEqual(1);
    }),
    { numRuns: 40 },
  );
});

test("ranks of a replica begin and end their steps together", () => {
  fc.assert(
    fc.property(rankedWorld, ranksOf, (small, ranks) => {
      const runs: RunRecord[] = [];
      new Simulation({ ...ranked(small, ranks), onRun: (run) => runs.push(run) }).run();
      const latest = new Map<number, RunRecord>();
      for (const run of runs) {
        const group = Math.floor(run.replica / ranks);
        const before = latest.get(group);
        const isSame = before?.startS === run.startS && before.endS === run.endS;
        if (before !== undefined && !isSame) expect(run.startS).toBeGreaterThanOrEqual(before.endS);
        latest.set(group, run);
      }
    }),
    { numRuns: 40 },
  );
});

test("what the ranks are seen to draw at each instant comes to the joules of the run", () => {
  fc.assert(
    fc.property(rankedWorld, ranksOf, (small, ranks) => {
      const { horizonS = 0.3 } = small;
      const simulation = new Simulation({
        ...ranked({ ...small, horizonS }, ranks),
        standby: undefined,
      });
      let drawnJ = 0;
      for (let goesOn = true; goesOn; ) {
        const { nowS, replicas } = simulation.snapshot();
        const powerW = replicas.reduce((sum, rank) => sum + rank.powerW, 0);
        goesOn = simulation.advance(simulation.nextEventS);
        drawnJ += powerW * (simulation.nowS - nowS);
      }
      const { energy, durationS } = simulation.totals();
      expect(durationS).toBe(horizonS);
      expect(Math.abs(drawnJ - energy.gpuJ)).toBeLessThanOrEqual(1e-9 * energy.gpuJ);
    }),
    { numRuns: 40 },
  );
});

test("one rank alone is a replica, to the last digit", () => {
  fc.assert(
    fc.property(rankedWorld, (small) => {
      const config = () => configOf(small);
      const plain = new Simulation({ ...config(), macroSteps: false }).run();
      const ranks = new Simulation(inLockstep(config(), sharingOf(small), 1)).run();
      expect(ranks.digest).toBe(plain.digest);
      expect(ranks.energy).toEqual(plain.energy);
    }),
    { numRuns: 40 },
  );
});

test("a request alone has the joules of the ranks that step along with it", () => {
  const constants = { lowW: 300, highW: 300, decodeSeqS: 0, contextTokenS: 0, prefillTokenS: 0 };
  const config = inLockstep(
    world([request(0, 100, 3)], { replicas: [replica()] }),
    sharingOf({ ...constants, prefillPairS: 0, stepS: 1 }),
    4,
  );
  const { records, totals } = outcomeOf(config);
  // Whoever steps along meets the 100 tokens of the prompt, and then one token, and two of the others.
  const [prefillS, decodeS] = [1 + 5e-5 * 102, 1 + 5e-5 * 3];
  expect(records[0]?.ttftS).toBeCloseTo(prefillS, 9);
  expect(totals.durationS).toBeCloseTo(prefillS + 2 * decodeS, 9);
  // In the prompt's step it waits itself: it meets three tokens only, and draws 150 W for the rest.
  const waitedS = prefillS - decodeS;
  const ownJ = 300 * decodeS + 150 * waitedS;
  const prefillJ = ownJ + 3 * 300 * prefillS;
  expect(totals.energy.prefillJ).toBeCloseTo(prefillJ, 6);
  expect(totals.energy.decodeJ).toBeCloseTo(2 * 4 * 300 * decodeS, 6);
  expect(totals.energy.idleJ).toBe(0);
  expect(totals.gpus).toBe(4);
  expect(totals.busyRatio).toBe(1);
  expect(totals.peakGpuW).toBeLessThanOrEqual(4 * 300 + 1e-9);
});

test("ranks without work draw idle watts until a sibling has some", () => {
  const config = inLockstep(
    world([request(0, 10, 1), request(10, 10, 1)]),
    sharingOf({ lowW: 300, highW: 300 }),
    2,
  );
  const { totals } = outcomeOf(config);
  const { durationS, busyRatio, energy } = totals;
  expect(energy.idleJ).toBeCloseTo(2 * 100 * durationS * (1 - busyRatio), 6);
  expect(energy.idleJ).toBeGreaterThan(1900);
});
