import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type ChangingWorld,
  changed,
  changer,
  changing,
  changingConfig,
  changingWorld,
  timedOf,
} from "../support/changingWorlds.ts";
import { specsOf } from "../support/smallPrompts.ts";
import { configOf, smallWorld } from "../support/smallWorlds.ts";
import { listed, stepModel } from "../support/world.ts";

const digestOf = (...config: Parameters<typeof changed>) => changed(...config).totals.digest;
const run = (world: ChangingWorld) => changed(changingConfig(world, timedOf(world)));

test("every request ends exactly once, with all its tokens, and each joule is somebody's", () => {
  fc.assert(
    fc.property(changingWorld, (world) => {
      const { totals, records } = run(world);
      const { injected, unfinished } = totals.requests;
      expect(records.length).toBe(injected);
      expect(new Set(records.map(({ id }) => id)).size).toBe(injected);
      if (world.small.horizonS === undefined) {
        expect(unfinished).toBe(0);
        expect(injected).toBe(world.small.requests.length);
      }
      const emitted = records.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
      expect(totals.tokens.output).toBe(emitted);
      const ownJ = records.reduce((sum, { energyJ }) => sum + energyJ, 0);
      expect(ownJ + totals.energy.idleJ).toBeCloseTo(totals.energy.gpuJ, 6);
    }),
    { numRuns: 300 },
  );
});

test("a replica idles for as long as it is on and has no step, and draws nothing else", () => {
  fc.assert(
    fc.property(changingWorld, (world) => {
      const { totals, runs } = run(world);
      const busyS = runs.reduce((sum, { startS, endS }) => sum + endS - startS, 0);
      const onS = totals.gpus * totals.durationS;
      expect(totals.energy.idleContextHeldJ).toBeCloseTo(100 * (onS - busyS), 6);
      expect(totals.energy.idleNoContextJ).toBeCloseTo(40 * totals.durationS, 6);
      expect(totals.busyRatio).toBeLessThanOrEqual(1);
      if (totals.durationS > 0) {
        const second = (at: number) =>
          totals.series?.secondW(at, { constantW: totals.idleW, perBusyGpuW: 0 }) ?? 0;
        for (let at = 0; at < Math.floor(totals.durationS); at++) {
          expect(totals.peakGpuW).toBeGreaterThanOrEqual(second(at) - 1e-6);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("at each instant those are on that take requests or have some, and nobody else", () => {
  fc.assert(
    fc.property(changingWorld, (world) => {
      const small = { ...world.small, horizonS: undefined, frontEndS: 0 };
      const timed = timedOf({ ...world, small });
      const { simulation } = changing(changingConfig({ small }, timed));
      while (Number.isFinite(simulation.nextEventS)) {
        simulation.advance(simulation.nextEventS);
        if (!Number.isFinite(simulation.nextEventS)) break;
        const { nowS, replicas, ...snapshot } = simulation.snapshot();
        const counts = timed.flatMap(({ atS, change }) =>
          change.kind === "replicas" && atS <= nowS ? [change.replicas] : [],
        );
        const count = counts.at(-1) ?? small.replicas;
        let inside = 0;
        for (const { id, waitingSeqs, runningSeqs, swappedSeqs } of replicas) {
          const own = waitingSeqs + runningSeqs + swappedSeqs;
          inside += own;
          expect(id < count || own > 0).toBe(true);
        }
        expect(replicas.filter(({ id }) => id < count).length).toBe(count);
        const { completed, rejected, timedOut, cancelled, injected } = snapshot;
        expect(completed + rejected + timedOut + cancelled + inside).toBe(injected);
      }
    }),
    { numRuns: 200 },
  );
});

test("macro-steps equal single steps, and slices equal the whole, to the digest", () => {
  fc.assert(
    fc.property(changingWorld, fc.double({ min: 0.05, max: 1, noNaN: true }), (world, sliceS) => {
      const macro = run(world);
      const single = changed({ ...changingConfig(world, timedOf(world)), macroSteps: false });
      const byId = ({ records }: typeof macro) => records.toSorted((a, b) => a.id - b.id);
      const ends = (outcome: typeof macro) =>
        byId(outcome).map(({ id, status, outputTokens }) => [id, status, outputTokens]);
      expect(ends(macro)).toEqual(ends(single));
      expect(macro.totals.tokens).toEqual(single.totals.tokens);
      const near = (a: number, b: number, tolerance: number) =>
        expect(Math.abs(a - b)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(b)));
      near(macro.totals.gpus, single.totals.gpus, 1e-9);
      near(macro.totals.energy.gpuJ, single.totals.energy.gpuJ, 1e-5);
      near(macro.totals.energy.wastedJ, single.totals.energy.wastedJ, 1e-4);
      for (const [place, { ttftS = 0, e2eS = 0, energyJ }] of byId(macro).entries()) {
        const twin = byId(single)[place];
        near(ttftS, twin?.ttftS ?? 0, 1e-9);
        near(e2eS, twin?.e2eS ?? 0, 1e-9);
        near(energyJ, twin?.energyJ ?? 0, 1e-4);
      }
      const sliced = changing(changingConfig(world, timedOf(world))).simulation;
      for (let untilS = 0; sliced.advance(untilS); untilS += sliceS) sliced.snapshot();
      expect(sliced.totals().digest).toBe(macro.totals.digest);
    }),
    { numRuns: 200 },
  );
});

test("a run that may change, and doesn't, has the digest of one that can't", () => {
  fc.assert(
    fc.property(smallWorld, fc.double({ min: 0, max: 3, noNaN: true }), (small, atS) => {
      const world = { small, changes: [] };
      const plain = changed(changingConfig(world, undefined));
      const able = changed(changingConfig(world, []));
      expect(able.totals.digest).toBe(plain.totals.digest);
      expect(able.totals.gpus).toBe(plain.totals.gpus);
      expect(able.totals.idleW).toBe(plain.totals.idleW);
      expect(able.totals.peakGpuW).toBe(plain.totals.peakGpuW);
      const isOn = configOf(small).replicas[0]?.cachesPrefixes === true;
      const { stepModel: sameModel } = configOf(small).replicas[0] ?? { stepModel: stepModel() };
      const config = changingConfig(world, []);
      const same = changed({
        ...config,
        replicas: config.replicas.map((replica) => ({ ...replica, stepModel: sameModel })),
        changes: {
          replicas: small.replicas,
          timed: [
            { atS, change: { kind: "rate", factor: 1 } },
            { atS, change: { kind: "replicas", replicas: small.replicas } },
            { atS, change: { kind: "prefixCaching", isOn } },
            { atS, change: { kind: "stepModel", stepModel: sameModel } },
          ],
        },
      });
      expect(same.totals.digest).toBe(plain.totals.digest);
    }),
    { numRuns: 200 },
  );
});

test("what changes at the instant 0 has been so from the beginning", () => {
  fc.assert(
    fc.property(smallWorld, fc.integer({ min: 1, max: 4 }), (small, replicas) => {
      const world = { small, changes: [] };
      const price = changer(small)({ kind: "stepModel", stepS: 0.015, lowW: 150 });
      const plain = changingConfig(world, undefined);
      const priced = plain.replicas.map((replica) => ({
        ...replica,
        stepModel: stepModel({ ...small, stepS: 0.015, lowW: 150 }),
      }));
      const repriced = changingConfig(world, [{ atS: 0, change: price }]);
      expect(digestOf(repriced)).toBe(digestOf({ ...plain, replicas: priced }));
      if (small.scheduler === "static") return;
      const resized = changed(
        changingConfig(world, [{ atS: 0, change: { kind: "replicas", replicas } }]),
      ).totals;
      const sized = changed(changingConfig({ small: { ...small, replicas } }, undefined)).totals;
      expect(resized.digest).toBe(sized.digest);
      expect([resized.gpus, resized.idleW]).toEqual([sized.gpus, sized.idleW]);
      expect(resized.peakGpuW).toBe(sized.peakGpuW);
      const isOn = small.cachesPrefixes;
      const cached = { kind: "prefixCaching", isOn: !isOn } as const;
      const turned = changingConfig(world, [{ atS: 0, change: cached }]);
      const other = changingConfig({ small: { ...small, cachesPrefixes: !isOn } }, undefined);
      expect(digestOf(turned)).toBe(digestOf(other));
    }),
    { numRuns: 200 },
  );
});

test("requests at a rate that changes come as those of a source that is drawn so", () => {
  fc.assert(
    fc.property(smallWorld, fc.constantFrom(0.25, 0.5, 2, 4), (asked, factor) => {
      const small = { ...asked, horizonS: undefined };
      const world = { small, changes: [] };
      const config = changingConfig(world, [{ atS: 0, change: { kind: "rate", factor } }]);
      // Powers of two leave all digits as they are.
      const specs = specsOf(small).map((spec) => ({ ...spec, arrivalS: spec.arrivalS / factor }));
      const drawn = { ...changingConfig(world, undefined), source: listed(specs) };
      expect(digestOf(config)).toBe(digestOf(drawn));
    }),
    { numRuns: 100 },
  );
});

test("changes that are made while a run goes on come to the digest of the same changes known before", () => {
  fc.assert(
    fc.property(changingWorld, fc.double({ min: 0.05, max: 1, noNaN: true }), (world, sliceS) => {
      const left = timedOf(world).map(({ change }) => change);
      const { simulation } = changing(changingConfig(world, []));
      const timed = [];
      for (let untilS = 0; simulation.advance(untilS); untilS += sliceS) {
        const change = left.shift();
        if (change === undefined) continue;
        timed.push({ atS: simulation.change(change), change });
      }
      const replayed = changed(changingConfig(world, timed));
      expect(replayed.totals.digest).toBe(simulation.totals().digest);
    }),
    { numRuns: 300 },
  );
});
