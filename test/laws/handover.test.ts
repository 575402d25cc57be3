import fc from "fast-check";
import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { TransferRecord } from "../../sim/disaggregation/handover.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { leastLoaded } from "../../sim/routing/leastLoaded.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { replica, request, world } from "../support/world.ts";

/** Two pools of any size, tight or roomy, and a link from slow to fast. */
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
  degradedS: fc.option(fc.double({ min: 0.2, max: 1, noNaN: true }), { nil: undefined }),
});

type Fleet = typeof fleet extends fc.Arbitrary<infer Value> ? Value : never;

function run(small: Fleet, overrides: Partial<SimulationConfig> = {}) {
  let arrivalS = 0;
  const specs = small.requests.map(({ gapS, promptTokens, outputTokens }) => {
    arrivalS += gapS;
    return request(arrivalS, promptTokens, outputTokens);
  });
  const { kvBlocks, maxSeqs, bandwidthBytesPerS, ownLinks, cachesPrefixes } = small;
  const batcher = chunkedPrefill({ maxSeqs, maxBatchedTokens: 64 });
  const degraded =
    small.degradedS === undefined
      ? undefined
      : [{ fromS: 0.1, toS: small.degradedS, bandwidthRatio: 0.2 }];
  const alike = { kvBlocks, batcher, maxModelLen: 160 };
  const prefill = replica({ ...alike, cachesPrefixes, handsOver: true });
  const decode = replica({ ...alike, takesOver: { maxSeqs } });
  const transfers: TransferRecord[] = [];
  const records: RequestRecord[] = [];
  const simulation = new Simulation(
    world(specs, {
      replicas: [
        ...Array.from({ length: small.prefills }, () => prefill),
        ...Array.from({ length: small.decodes }, () => decode),
      ],
      pools: [
        { name: "prefill", replicas: small.prefills },
        { name: "decode", replicas: small.decodes },
      ],
      router: leastLoaded(),
      handover: { bytesPerToken: 10, bandwidthBytesPerS, energyPerByteJ: 0.1, ownLinks, degraded },
      onTransfer: (transfer) => transfers.push(transfer),
      onRequestEnd: (record) => records.push(record),
      ...overrides,
    }),
  );
  return { simulation, specs, transfers, records };
}

test("prefill, transfer, decode: in this order, each request once, every token and joule booked", () => {
  fc.assert(
    fc.property(fleet, (small) => {
      const { simulation, specs, transfers, records } = run(small);
      const totals = simulation.run();
      expect(totals.requests.completed).toBe(specs.length);
      expect(totals.tokens.output).toBe(
        specs.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
      );
      expect(totals.tokens.computedPrompt).toBe(totals.tokens.input);
      const sent = new Map(transfers.map((transfer) => [transfer.id, transfer]));
      expect(sent.size).toBe(transfers.length);
      for (const record of records) {
        const transfer = sent.get(record.id);
        expect(transfer !== undefined).toBe(record.outputTokens > 1);
        if (transfer === undefined) continue;
        const { offeredS, startedS, endedS, from, to, bytes } = transfer;
        const firstTokenS = record.arrivalS + (record.ttftS ?? Number.NaN);
        expect(offeredS).toBeCloseTo(firstTokenS, 9);
        expect(startedS).toBeGreaterThanOrEqual(offeredS);
        expect(bytes).toBe(10 * record.promptTokens);
        const aloneS = bytes / small.bandwidthBytesPerS;
        expect(endedS - startedS).toBeGreaterThanOrEqual(aloneS * (1 - 1e-9) - 1e-12);
        expect(record.arrivalS + (record.e2eS ?? 0)).toBeGreaterThan(endedS);
        expect(from).toBeLessThan(small.prefills);
        expect(to).toBeGreaterThanOrEqual(small.prefills);
        expect(record.replica).toBe(to);
      }
      const bytes = transfers.reduce((sum, transfer) => sum + transfer.bytes, 0);
      expect(totals.transfers).toMatchObject({ count: transfers.length, bytes });
      expect(totals.energy.transferJ).toBeCloseTo(0.1 * bytes, 6);
      const [prefill, decode] = totals.pools;
      expect(prefill?.energy.decodeJ).toBe(0);
      // Whoever is computed again has one token that never was.
      if (totals.preemptions === 0) expect(decode?.energy.prefillJ).toBe(0);
      expect(prefill?.outputTokens).toBe(specs.length);
      const poolsJ = (prefill?.energy.gpuJ ?? 0) + (decode?.energy.gpuJ ?? 0);
      const expectedJ = totals.energy.gpuJ - totals.energy.transferJ;
      expect(Math.abs(poolsJ / expectedJ - 1)).toBeLessThan(1e-9);
    }),
  );
});

test("runs in closed form and in slices come to what single steps come to", () => {
  fc.assert(
    fc.property(fleet, (small) => {
      const whole = run(small).simulation.run();
      const sliced = run(small).simulation;
      for (let untilS = 0; sliced.advance(untilS); untilS += 0.07) {
        expect(sliced.snapshot().nowS).toBe(untilS);
      }
      expect(sliced.totals().digest).toBe(whole.digest);
      const single = run(small, { macroSteps: false }).simulation.run();
      expect(single.preemptions).toBe(whole.preemptions);
      expect(single.tokens).toEqual(whole.tokens);
      expect(Math.abs(single.durationS / whole.durationS - 1)).toBeLessThan(1e-9);
      expect(Math.abs(single.energy.gpuJ / whole.energy.gpuJ - 1)).toBeLessThan(1e-5);
      const [a, b] = [single.latency.itlS, whole.latency.itlS];
      expect(Math.abs((a?.mean ?? 1) / (b?.mean ?? 1) - 1)).toBeLessThan(1e-9);
    }),
  );
});

test("a horizon at any time leaves whoever is between two replicas unfinished, and the books balanced", () => {
  fc.assert(
    fc.property(fleet, fc.double({ min: 0.01, max: 3, noNaN: true }), (small, horizonS) => {
      const { simulation, records } = run(small, { horizonS });
      const { requests } = simulation.run();
      expect(requests.completed + requests.unfinished).toBe(requests.injected);
      expect(records.length).toBe(requests.injected);
      for (const { e2eS, arrivalS } of records) {
        expect(arrivalS + (e2eS ?? 0)).toBeLessThanOrEqual(horizonS);
      }
    }),
  );
});

test("the mean gap between tokens is what users wait, transfers included", () => {
  fc.assert(
    fc.property(fleet, (small) => {
      const { simulation, records } = run(small);
      const { itlS } = simulation.run().latency;
      const waitedS = records.reduce((sum, { e2eS = 0, ttftS = 0 }) => sum + e2eS - ttftS, 0);
      expect((itlS?.mean ?? 0) * (itlS?.count ?? 0)).toBeCloseTo(waitedS, 6);
    }),
  );
});
