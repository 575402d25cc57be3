import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { TransferRecord } from "../../sim/disaggregation/handover.ts";
import type { Outage } from "../../sim/failures/outages.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { leastLoaded } from "../../sim/routing/leastLoaded.ts";
import type { RunRecord } from "../../sim/runRecord.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { replica, request, world } from "../support/world.ts";

/** Two pools with any link between them, any of whose replicas may be down now and then. */
const fleet = fc.record({
  requests: fc.array(
    fc.record({
      gapS: fc.double({ min: 0, max: 0.3, noNaN: true }),
      promptTokens: fc.integer({ min: 1, max: 100 }),
      outputTokens: fc.integer({ min: 1, max: 60 }),
    }),
    { minLength: 1, maxLength: 25 },
  ),
  prefills: fc.integer({ min: 1, max: 3 }),
  decodes: fc.integer({ min: 1, max: 3 }),
  kvBlocks: fc.integer({ min: 11, max: 40 }),
  maxSeqs: fc.integer({ min: 1, max: 8 }),
  bandwidthBytesPerS: fc.constantFrom(1e3, 1e4, 1e6),
  ownLinks: fc.boolean(),
  cachesPrefixes: fc.boolean(),
  gaps: fc.array(
    fc.array(
      fc.record({
        upS: fc.double({ min: 0, max: 1, noNaN: true }),
        downS: fc.double({ min: 0.001, max: 1, noNaN: true }),
      }),
      { maxLength: 5 },
    ),
    { minLength: 6, maxLength: 6 },
  ),
});

type Fleet = typeof fleet extends fc.Arbitrary<infer Value> ? Value : never;

function outagesOf({ gaps }: Fleet, id: number): Outage[] {
  let toS = 0;
  return (gaps[id] ?? []).map(({ upS, downS }) => {
    const fromS = toS + upS;
    toS = fromS + downS;
    return { fromS, toS };
  });
}

function simulated(small: Fleet, overrides: Partial<SimulationConfig> = {}) {
  let arrivalS = 0;
  const specs = small.requests.map(({ gapS, promptTokens, outputTokens }) => {
    arrivalS += gapS;
    return request(arrivalS, promptTokens, outputTokens);
  });
  const { kvBlocks, maxSeqs, bandwidthBytesPerS, ownLinks, cachesPrefixes } = small;
  const batcher = chunkedPrefill({ maxSeqs, maxBatchedTokens: 64 });
  const alike = { kvBlocks, batcher, maxModelLen: 160, downW: 20 };
  const times = (count: number, one: SimulationConfig["replicas"][number]) =>
    Array.from({ length: count }, () => one);
  const transfers: TransferRecord[] = [];
  const records: RequestRecord[] = [];
  const runs: RunRecord[] = [];
  const simulation = new Simulation(
    world(specs, {
      replicas: [
        ...times(small.prefills, replica({ ...alike, cachesPrefixes, handsOver: true })),
        ...times(small.decodes, replica({ ...alike, takesOver: { maxSeqs } })),
      ],
      pools: [
        { name: "prefill", replicas: small.prefills },
        { name: "decode", replicas: small.decodes },
      ],
      router: leastLoaded(),
      handover: { bytesPerToken: 10, bandwidthBytesPerS, energyPerByteJ: 0.1, ownLinks },
      failures: { outagesOf: (id) => outagesOf(small, id).values() },
      onTransfer: (transfer) => transfers.push(transfer),
      onRequestEnd: (record) => records.push(record),
      onRun: (run) => runs.push(run),
      ...overrides,
    }),
  );
  return { simulation, specs, transfers, records, runs };
}

test("requests, tokens and joules are conserved through transfers and failures, in each pool", () => {
  fc.assert(
    fc.property(fleet, (small) => {
      const { simulation, specs, transfers, records } = simulated(small);
      const totals = simulation.run();
      const { energy, tokens, pools, transfers: sent } = totals;
      expect(totals.requests.completed).toBe(specs.length);
      expect(new Set(records.map(({ id }) => id)).size).toBe(specs.length);
      expect(tokens.output).toBe(specs.reduce((sum, { outputTokens }) => sum + outputTokens, 0));
      expect(tokens.first).toBe(specs.length);
      expect(tokens.computedPrompt).toBe(tokens.input);
      const [prefill, decode] = pools;
      expect(prefill?.outputTokens).toBe(specs.length);
      expect(prefill?.computedPromptTokens).toBe(tokens.input);
      expect(prefill?.energy.decodeJ).toBe(0);
      for (const pool of pools) {
        for (const joules of Object.values(pool.energy)) expect(joules).toBeGreaterThan(-1e-9);
        const { gpuJ, prefillJ, decodeJ, wastedJ, idleJ } = pool.energy;
        expect((prefillJ + decodeJ + wastedJ + idleJ) / gpuJ).toBeCloseTo(1, 9);
      }
      const poolsJ = (prefill?.energy.gpuJ ?? 0) + (decode?.energy.gpuJ ?? 0);
      expect(poolsJ / (energy.gpuJ - energy.transferJ)).toBeCloseTo(1, 9);
      const phases = energy.prefillJ + energy.decodeJ + energy.wastedJ + energy.transferJ;
      expect((phases + energy.idleJ) / energy.gpuJ).toBeCloseTo(1, 9);
      // Those that were broken off have moved something, too.
      const moved = transfers.reduce((sum, { bytes }) => sum + bytes, 0);
      expect(sent?.count).toBe(transfers.length);
      expect(sent?.bytes).toBeGreaterThanOrEqual(moved * (1 - 1e-12));
      expect(energy.transferJ).toBeCloseTo(0.1 * (sent?.bytes ?? 0), 6);
    }),
    { numRuns: 200 },
  );
});

test("nothing runs on, leaves or reaches a replica that is down, and phases keep their order", () => {
  fc.assert(
    fc.property(fleet, (small) => {
      const { simulation, transfers, records, runs } = simulated(small);
      simulation.run();
      const isClear = (id: number, startS: number, endS: number) =>
        outagesOf(small, id).every(({ fromS, toS }) => startS >= toS || endS <= fromS);
      for (const { replica: id, startS, endS } of runs)
        expect(isClear(id, startS, endS)).toBe(true);
      for (const { id, from, to, offeredS, startedS, endedS } of transfers) {
        expect(isClear(from, offeredS, endedS)).toBe(true);
        expect(isClear(to, startedS, endedS)).toBe(true);
        expect(startedS).toBeGreaterThanOrEqual(offeredS);
        const record = records.find((other) => other.id === id);
        expect(offeredS).toBeGreaterThanOrEqual(
          (record?.arrivalS ?? 0) + (record?.ttftS ?? Number.NaN) - 1e-9,
        );
        expect((record?.arrivalS ?? 0) + (record?.e2eS ?? 0)).toBeGreaterThan(endedS);
      }
      for (const { id, outputTokens, replica: last } of records) {
        const [transfer] = transfers.filter((other) => other.id === id).slice(-1);
        if (outputTokens > 1) expect(transfer?.to).toBe(last);
        else expect(transfer).toBeUndefined();
      }
    }),
    { numRuns: 200 },
  );
});

/**
 * A transfer ends as a step of its receiver does, but for rounding, which decides who is first. It comes about: of two
 * prompts of one length on one link the second ends as much later as it began.
 */
function isOnEdge({ runs, transfers }: ReturnType<typeof simulated>): boolean {
  return transfers.some(({ to, endedS }) =>
    runs.some(({ replica: id, endS }) => id === to && Math.abs(endS - endedS) < 1e-9),
  );
}

/** While a prompt is on its way its sender fails, and leaves the room to one that was preempted where it was to go. */
const senderFails: Fleet = {
  requests: [
    { gapS: 0, promptTokens: 1, outputTokens: 17 },
    { gapS: 0, promptTokens: 27, outputTokens: 14 },
    { gapS: 0, promptTokens: 81, outputTokens: 2 },
    { gapS: 0, promptTokens: 49, outputTokens: 2 },
    { gapS: 0, promptTokens: 1, outputTokens: 1 },
  ],
  prefills: 2,
  decodes: 1,
  kvBlocks: 13,
  maxSeqs: 4,
  bandwidthBytesPerS: 1000,
  ownLinks: false,
  cachesPrefixes: false,
  gaps: [
    [{ upS: 0, downS: 0.0024 }],
    [{ upS: 0.985, downS: 0.001 }],
    [
      { upS: 0, downS: 0.0376 },
      { upS: 0, downS: 0.008 },
    ],
    [],
    [],
    [],
  ],
};

test("macro-steps equal single steps, slices the whole, and gaps the time after the first token", () => {
  fc.assert(
    fc.property(fleet, (small) => {
      const { simulation, records } = simulated(small);
      const whole = simulation.run();
      const sliced = simulated(small).simulation;
      for (let untilS = 0; sliced.advance(untilS); untilS += 0.07) sliced.snapshot();
      expect(sliced.totals().digest).toBe(whole.digest);
      const stepped = simulated(small, { macroSteps: false });
      const single = stepped.simulation.run();
      fc.pre(!isOnEdge(stepped));
      expect(single.tokens).toEqual(whole.tokens);
      expect(single.failures?.replicas.map(({ restartedRequests }) => restartedRequests)).toEqual(
        whole.failures?.replicas.map(({ restartedRequests }) => restartedRequests),
      );
      expect(Math.abs(single.durationS / whole.durationS - 1)).toBeLessThan(1e-9);
      expect(Math.abs(single.energy.gpuJ / whole.energy.gpuJ - 1)).toBeLessThan(1e-5);
      const { mean = 0, count = 0 } = whole.latency.itlS ?? {};
      const waitedS = records.reduce((sum, { e2eS = 0, ttftS = 0 }) => sum + e2eS - ttftS, 0);
      expect(mean * count).toBeCloseTo(waitedS, 6);
    }),
    { numRuns: 200, examples: [[senderFails]] },
  );
});

/** Its KV cache has come when the one that received it fails; the horizon finds it begun anew. */
const receiverFails: Fleet = {
  requests: [{ gapS: 0, promptTokens: 64, outputTokens: 9 }],
  prefills: 2,
  decodes: 2,
  kvBlocks: 11,
  maxSeqs: 1,
  bandwidthBytesPerS: 1000,
  ownLinks: false,
  cachesPrefixes: false,
  gaps: [
    [{ upS: 0, downS: 0.00793289 }],
    [{ upS: 0, downS: 0.00793289 }],
    [{ upS: 0, downS: 0.034555 }],
    [{ upS: 0.7428, downS: 0.001 }],
    [],
    [],
  ],
};

test("a horizon at any time leaves whoever is anywhere unfinished, once", () => {
  fc.assert(
    fc.property(fleet, fc.double({ min: 0.01, max: 3, noNaN: true }), (small, horizonS) => {
      const { simulation, records } = simulated(small, { horizonS });
      const { requests, tokens } = simulation.run();
      expect(requests.completed + requests.unfinished).toBe(requests.injected);
      expect(new Set(records.map(({ id }) => id)).size).toBe(requests.injected);
      expect(tokens.output).toBe(records.reduce((sum, { outputTokens }) => sum + outputTokens, 0));
      // Who begins anew has come from nowhere yet; who has come is on a replica that decodes.
      for (const { transfer, replica: at = -1 } of records) {
        if (transfer !== undefined) expect(at).toBeGreaterThanOrEqual(small.prefills);
      }
    }),
    { numRuns: 200, examples: [[receiverFails, 0.743]] },
  );
});
