import fc from "fast-check";
import { expect, test } from "vitest";
import type { StepModel } from "../../../sim/ports.ts";
import type { ReplicaConfig } from "../../../sim/replicaConfig.ts";
import type { RequestRecord } from "../../../sim/request.ts";
import type { RunTotals } from "../../../sim/totals.ts";
import { possible } from "../../support/smallWorldParts.ts";
import { configOf, plainWorld, type SmallWorld, smallWorld } from "../../support/smallWorlds.ts";
import { expanded, meanAndStd, numpyQuantile } from "../metrics/samples.ts";
import { type Outcome, outcomeOf } from "../outcome.ts";
import type { NaiveBooks, NaiveRequest } from "./naiveRequest.ts";
import { naiveTwin } from "./naiveTwin.ts";

const near = (actual: number, expected: number, tolerance = 1e-9) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(
    tolerance * Math.max(1e-3, Math.abs(expected)),
  );

function nearOrNone(actual: number | undefined, expected: number | undefined): void {
  expect(actual === undefined).toBe(expected === undefined);
  near(actual ?? 0, expected ?? 0);
}

/** The twin knows neither what prompts have in common nor several sequences of one request. */
const naiveWorld = smallWorld.map((world) =>
  possible({ ...world, cachesPrefixes: false, sequences: undefined }),
);

/** The same model, where logits and the context of earlier chunks cost time and joules too. */
function thorough(model: StepModel): StepModel {
  return {
    ...model,
    price: (shape, cost) => {
      model.price(shape, cost);
      const moreS = 1e-5 * shape.sampledSeqs + 1e-7 * shape.prefillContextTokens;
      cost.durationS += moreS;
      cost.energyJ += 400 * moreS;
      if (shape.decodeSeqs > 0) cost.energyPerSeqJ += (400 * moreS) / shape.decodeSeqs;
    },
  };
}

function replicaOf(small: SmallWorld): ReplicaConfig {
  const [replica] = configOf(small).replicas;
  if (replica === undefined) throw new Error("a world without replicas");
  return { ...replica, stepModel: thorough(replica.stepModel) };
}

function engineOf(small: SmallWorld, replica: ReplicaConfig, macroSteps: boolean): Outcome {
  const replicas = Array.from({ length: small.replicas }, () => replica);
  return outcomeOf({ ...configOf(small), replicas, macroSteps });
}

function bothOf(small: SmallWorld): { engine: Outcome; naive: NaiveBooks } {
  const replica = replicaOf(small);
  return { engine: engineOf(small, replica, false), naive: naiveTwin(small, replica) };
}

function difference(later: number | undefined, earlier: number | undefined): number | undefined {
  return later === undefined || earlier === undefined ? undefined : later - earlier;
}

function compareRequests(record: RequestRecord, naive: NaiveRequest): void {
  const { id, status, replica, preemptions, arrivalS, promptTokens } = naive;
  const outputTokens = naive.tokenS.length;
  expect(record).toMatchObject({ id, status, preemptions, arrivalS, promptTokens, outputTokens });
  expect(record.replica).toBe(replica);
  const e2eS = status === "completed" ? difference(naive.endS, naive.arrivalS) : undefined;
  const ttftS = difference(naive.tokenS[0], naive.arrivalS);
  nearOrNone(record.queueS, difference(naive.scheduledS, naive.enqueuedS));
  nearOrNone(record.ttftS, ttftS);
  nearOrNone(record.e2eS, e2eS);
  const pacedS = outputTokens > 1 ? difference(e2eS, ttftS) : undefined;
  nearOrNone(record.tpotS, pacedS === undefined ? undefined : pacedS / (outputTokens - 1));
  near(record.energyJ, naive.energyJ);
}

function compareEnergy(totals: RunTotals, naive: NaiveBooks, small: SmallWorld): void {
  const { energy, durationS } = totals;
  near(energy.prefillJ, naive.prefillJ);
  near(energy.decodeJ, naive.decodeJ);
  near(energy.wastedJ, naive.wastedJ);
  const idleJ = 100 * (small.replicas * durationS - naive.busyS) + 40 * durationS;
  expect(Math.abs(energy.idleJ - idleJ)).toBeLessThanOrEqual(1e-9 * energy.gpuJ);
  near(energy.gpuJ, naive.busyJ + idleJ);
  near(totals.busyGpuS, naive.busyS);
  near((totals.meanBatch ?? 0) * naive.busyS, naive.seqS);
  near((totals.mfu ?? 0) * naive.busyS, naive.mfuS);
  near((totals.mbu ?? 0) * naive.busyS, naive.mbuS);
}

/** The gaps that `vllm bench serve` would list: those of completed requests, token after token. */
function gapsOf({ requests }: NaiveBooks): number[] {
  const gaps: number[] = [];
  for (const request of requests) {
    if (request.status !== "completed") continue;
    gaps.push(...gapsOfOne(request));
  }
  return expanded(gaps.map((gapS) => [gapS, 1]));
}

/** Of one request; tokens whose drafts were accepted together come together. */
function gapsOfOne({ tokenS }: NaiveRequest): number[] {
  const stepsS = [...new Set(tokenS)];
  return stepsS.slice(1).map((timeS, i) => timeS - (stepsS[i] ?? 0));
}

test("each request that completes has the gaps between its tokens, however steps are run", () => {
  fc.assert(
    fc.property(naiveWorld, fc.boolean(), (small, macroSteps) => {
      const replica = replicaOf(small);
      const naive = naiveTwin(small, replica);
      const replicas = Array.from({ length: small.replicas }, () => replica);
      const asked = () => ({ ...configOf(small), replicas, macroSteps });
      const { records, totals } = outcomeOf({ ...asked(), tokenGaps: true });
      expect(totals.digest).toBe(outcomeOf(asked()).totals.digest);
      for (const [i, { status, gapsS = [] }] of records.entries()) {
        const twin = naive.requests[i];
        if (status !== "completed" || twin === undefined) continue;
        const found = gapsS.flatMap(({ first, growth, count }) =>
          Array.from({ length: count }, (_, step) => first + growth * step),
        );
        const expected = gapsOfOne(twin);
        expect(found.length).toBe(expected.length);
        for (const [step, gapS] of found.entries()) {
          near(gapS, expected[step] ?? 0, macroSteps ? 1e-5 : 1e-9);
        }
      }
    }),
    { numRuns: 150 },
  );
});

function compareGaps({ latency: { itlS } }: RunTotals, gapsS: readonly number[]): void {
  expect(itlS?.count ?? 0).toBe(gapsS.length);
  if (itlS === undefined) return;
  near(itlS.mean, meanAndStd(gapsS).mean);
  for (const [found, p] of [
    [itlS.p50, 0.5],
    [itlS.p90, 0.9],
    [itlS.p99, 0.99],
  ] as const) {
    near(found, numpyQuantile(gapsS, p));
  }
}

test("each request has the times and the joules that counting step by step gives it", () => {
  fc.assert(
    fc.property(naiveWorld, (small) => {
      const { engine, naive } = bothOf(small);
      expect(engine.records.length).toBe(naive.requests.length);
      for (const [i, record] of engine.records.entries()) {
        const twin = naive.requests[i];
        if (twin !== undefined) compareRequests(record, twin);
      }
    }),
    { numRuns: 150 },
  );
});

test("in closed-form runs each request has its joules within 1e-5, and all its tokens", () => {
  fc.assert(
    fc.property(naiveWorld, (small) => {
      const replica = replicaOf(small);
      const naive = naiveTwin(small, replica);
      const { records } = engineOf(small, replica, true);
      for (const [i, record] of records.entries()) {
        const twin = naive.requests[i];
        expect(record.outputTokens).toBe(twin?.tokenS.length);
        near(record.energyJ, twin?.energyJ ?? 0, 1e-5);
      }
    }),
    { numRuns: 150 },
  );
});

test("joules of a late request are its own however many steps the replica has made before", () => {
  // The totals that shares are taken from start anew beyond 65,536 steps, after some 880 s.
  const requests = [
    { gapS: 0, promptTokens: 10, outputTokens: 70_000 },
    { gapS: 100, promptTokens: 40, outputTokens: 30 },
    { gapS: 810, promptTokens: 20, outputTokens: 50 },
  ];
  const small: SmallWorld = { ...plainWorld, contextTokenS: 1e-7, requests };
  const long = { ...replicaOf(small), kvBlocks: 10_000, maxModelLen: 100_000 };
  const naive = naiveTwin(small, long);
  for (const macroSteps of [true, false]) {
    const { records } = engineOf(small, long, macroSteps);
    expect(records.map(({ status }) => status)).toEqual(["completed", "completed", "completed"]);
    for (const [i, { energyJ }] of records.entries()) {
      near(energyJ, naive.requests[i]?.energyJ ?? 0, macroSteps ? 1e-5 : 1e-8);
    }
  }
});

test("phases, idleness, steps, gaps and blocks add up to what counting step by step finds", () => {
  fc.assert(
    fc.property(naiveWorld, (small) => {
      const { engine, naive } = bothOf(small);
      const { totals } = engine;
      compareEnergy(totals, naive, small);
      compareGaps(totals, gapsOf(naive));
      expect(totals.steps).toBe(naive.steps);
      expect(totals.preemptions).toBe(naive.preemptions);
      expect(totals.tokens.computedPrompt).toBe(naive.computedPrompt);
      near(totals.kvPeakRatio, naive.peakBlocks / replicaOf(small).kvBlocks);
    }),
    { numRuns: 150 },
  );
});
