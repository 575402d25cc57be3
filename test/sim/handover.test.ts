import { describe, expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { HandoverConfig, TransferRecord } from "../../sim/disaggregation/handover.ts";
import { Link } from "../../sim/disaggregation/link.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { replica, request, world } from "../support/world.ts";

const handover: HandoverConfig = {
  bytesPerToken: 100,
  bandwidthBytesPerS: 10_000,
  energyPerByteJ: 0.01,
  ownLinks: false,
};
const prefill = replica({ handsOver: true });
const decode = replica({ takesOver: { maxSeqs: 8 } });

function run(specs: readonly RequestSpec[], overrides: Partial<SimulationConfig> = {}) {
  const transfers: TransferRecord[] = [];
  const records: RequestRecord[] = [];
  const totals = new Simulation(
    world(specs, {
      replicas: [prefill, decode],
      handover,
      onTransfer: (transfer) => transfers.push(transfer),
      onRequestEnd: (record) => records.push(record),
      ...overrides,
    }),
  ).run();
  return { totals, transfers, records };
}

describe("a link", () => {
  test("gives two transfers twice the time of one, and those who remain the rest", () => {
    const link = new Link<string>(10);
    link.add("a", 100, 0);
    expect(link.nextEndS()).toBe(10);
    link.add("b", 100, 0);
    expect(link.nextEndS()).toBe(20);
    link.add("c", 25, 0);
    expect(link.nextEndS()).toBe(7.5);
    expect(link.finish(7.5)).toBe("c");
    // 75 bytes each are left, at 5 bytes/s.
    expect(link.nextEndS()).toBe(22.5);
    expect(link.finish(22.5)).toBe("a");
    expect(link.nextEndS()).toBe(22.5);
    expect(link.finish(22.5)).toBe("b");
    expect(link.nextEndS()).toBeUndefined();
  });

  test("slows a transfer under way down when another joins", () => {
    const link = new Link<string>(10);
    link.add("a", 100, 0);
    link.add("b", 100, 5);
    // a has 50 left and b 100, at 5 bytes/s.
    expect(link.nextEndS()).toBe(15);
    expect(link.finish(15)).toBe("a");
    expect(link.nextEndS()).toBe(20);
  });
});

describe("links that degrade", () => {
  test("keep what was moved, and move the rest at what is left of their bandwidth", () => {
    const link = new Link<string>(10);
    link.add("a", 100, 0);
    link.change(5, 4);
    expect(link.nextEndS()).toBe(16);
    link.change(0, 6);
    expect(link.nextEndS()).toBeUndefined();
    link.change(10, 20);
    expect(link.nextEndS()).toBe(25);
    expect(link.finish(25)).toBe("a");
  });

  test("hold transfers up while they are down, at no more joules", () => {
    const { transfers: whole, totals: usual } = run([request(0, 50, 3)]);
    const degraded = [
      { fromS: 0.1, toS: 2.1, bandwidthRatio: 0 },
      { fromS: 2.1, toS: 2.3, bandwidthRatio: 0.5 },
    ];
    const { transfers, totals } = run([request(0, 50, 3)], { handover: { ...handover, degraded } });
    // Two seconds without, and a tenth more for what two tenths at half the bandwidth didn't move.
    expect(transfers[0]?.endedS).toBeCloseTo((whole[0]?.endedS ?? 0) + 2.1, 9);
    expect(totals.energy.transferJ).toBeCloseTo(usual.energy.transferJ, 9);
  });
});

describe("a request that is handed over", () => {
  test("prefills, waits for its KV cache on the link, and decodes, to the digit", () => {
    const { totals, transfers, records } = run([request(0, 50, 3)]);
    // A prefill of 50 tokens and 1275 pairs; 50 x 100 bytes at 10,000 bytes/s.
    const ttftS = 0.01 + 50e-4 + 1275e-8;
    const decodeS = 2 * (0.01 + 1e-4) + 1e-6 * (51 + 52);
    expect(records[0]?.ttftS).toBeCloseTo(ttftS, 12);
    expect(records[0]?.e2eS).toBeCloseTo(ttftS + 0.5 + decodeS, 12);
    expect(records[0]?.replica).toBe(1);
    expect(totals.latency.itlS?.mean).toBeCloseTo((0.5 + decodeS) / 2, 12);
    expect(totals.energy.transferJ).toBeCloseTo(50, 9);
    const [transfer] = transfers;
    expect(transfer).toMatchObject({ id: 0, from: 0, to: 1, bytes: 5000 });
    expect(transfer?.startedS).toBe(transfer?.offeredS);
  });

  test("of one token is not sent", () => {
    const { transfers, records } = run([request(0, 50, 1)]);
    expect(transfers).toEqual([]);
    expect(records[0]).toMatchObject({ replica: 0, status: "completed" });
  });

  test("shares the link: two prompts of one batch take twice as long as one", () => {
    const { transfers } = run([request(0, 50, 3), request(0, 50, 3)]);
    expect(transfers.map(({ startedS, endedS }) => endedS - startedS)).toEqual([
      expect.closeTo(1, 9),
      expect.closeTo(1, 9),
    ]);
    const own = [prefill, prefill, decode];
    const alone = run([request(0, 50, 3), request(0, 50, 3)], {
      replicas: own,
      handover: { ...handover, ownLinks: true },
    });
    for (const { startedS, endedS } of alone.transfers)
      expect(endedS - startedS).toBeCloseTo(0.5, 9);
  });

  test("waits where the decode pool is full, and holds its blocks on the replica that prefilled", () => {
    // Room for one of them on the decode side; on the prefill side for two.
    const small = {
      batcher: chunkedPrefill({ maxSeqs: 8, maxBatchedTokens: 256 }),
      maxModelLen: 64,
    };
    const narrow = replica({ ...small, kvBlocks: 5, takesOver: { maxSeqs: 8 } });
    const replicas = [replica({ ...small, kvBlocks: 8, handsOver: true }), narrow];
    const specs = [0, 1, 2, 3].map(() => request(0, 50, 10));
    const { transfers, records } = run(specs, { replicas });
    for (const [place, transfer] of transfers.entries()) {
      const before = records.find(({ id }) => id === transfers[place - 1]?.id);
      if (before === undefined) continue;
      expect(transfer.startedS).toBeGreaterThanOrEqual(before.e2eS ?? Number.POSITIVE_INFINITY);
    }
    // The third prompt is computed only when the first has been sent.
    const third = records.find(({ id }) => id === 2);
    expect((third?.queueS ?? 0) >= (transfers[0]?.endedS ?? Number.POSITIVE_INFINITY)).toBe(true);
    expect(transfers).toHaveLength(4);
  });

  test("and preempted where it decodes is computed again there", () => {
    const tight = replica({ kvBlocks: 9, maxModelLen: 128, takesOver: { maxSeqs: 8 } });
    const specs = [request(0, 40, 60), request(0, 40, 60)];
    const { totals, transfers } = run(specs, { replicas: [prefill, tight] });
    expect(totals.preemptions).toBeGreaterThan(0);
    expect(transfers).toHaveLength(2);
    expect(totals.energy.wastedJ).toBeGreaterThan(0);
    expect(totals.requests.completed).toBe(2);
  });

  test("and still on its way at the horizon is unfinished, its joules booked so far", () => {
    const { totals, records } = run([request(0, 50, 3)], { horizonS: 0.2 });
    expect(records[0]).toMatchObject({ status: "unfinished", outputTokens: 1 });
    const movedS = 0.2 - (0.01 + 50e-4 + 1275e-8);
    expect(totals.energy.transferJ).toBeCloseTo(movedS * 10_000 * 0.01, 9);
  });
});
