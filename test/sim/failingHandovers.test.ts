import { describe, expect, test } from "vitest";
import type { TransferRecord } from "../../sim/disaggregation/handover.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { Simulation } from "../../sim/simulation.ts";
import { replica, request, world } from "../support/world.ts";

/** A prompt of 50 tokens, the time until its first token, and that until the 2 others have come where it decodes. */
const prompt = request(0, 50, 3);
const prefillS = 0.01 + 50e-4 + 1275e-8;
const decodeS = 2 * (0.01 + 1e-4) + 1e-6 * (51 + 52);
/** 50 x 100 bytes at 10,000 bytes/s. */
const transferS = 0.5;

type Down = readonly (readonly [replica: number, fromS: number, toS: number])[];

/** One or two replicas that prefill, then two that decode. */
function run(specs: readonly RequestSpec[], down: Down, prefills = 1) {
  const transfers: TransferRecord[] = [];
  const records: RequestRecord[] = [];
  const totals = new Simulation(
    world(specs, {
      replicas: [
        ...Array.from({ length: prefills }, () => replica({ handsOver: true })),
        replica({ takesOver: { maxSeqs: 8 } }),
        replica({ takesOver: { maxSeqs: 8 } }),
      ],
      pools: [
        { name: "prefill", replicas: prefills },
        { name: "decode", replicas: 2 },
      ],
      handover: {
        bytesPerToken: 100,
        bandwidthBytesPerS: 10_000,
        energyPerByteJ: 0.01,
        ownLinks: true,
      },
      failures: {
        outagesOf: (id) =>
          down
            .filter(([replica]) => replica === id)
            .map(([, fromS, toS]) => ({ fromS, toS }))
            .values(),
      },
      onTransfer: (transfer) => transfers.push(transfer),
      onRequestEnd: (record) => records.push(record),
    }),
  ).run();
  return { totals, transfers, records };
}

describe("a transfer", () => {
  test("whose receiver fails goes to another from its beginning, and nothing is computed again", () => {
    const { totals, transfers, records } = run([prompt], [[1, 0.2, 9]]);
    expect(transfers).toMatchObject([{ from: 0, to: 2, bytes: 5000, startedS: 0.2 }]);
    expect(transfers[0]?.endedS).toBeCloseTo(0.2 + transferS, 12);
    expect(records[0]?.e2eS).toBeCloseTo(0.2 + transferS + decodeS, 12);
    expect(totals.energy.wastedJ).toBe(0);
    expect(totals.transfers?.count).toBe(1);
    // What was moved before was moved.
    expect(totals.transfers?.bytes).toBeCloseTo(5000 + 10_000 * (0.2 - prefillS), 6);
    expect(totals.energy.transferJ).toBeCloseTo(0.01 * (totals.transfers?.bytes ?? 0), 9);
    expect(totals.failures?.replicas).toMatchObject([{ restartedRequests: 0, movedRequests: 0 }]);
  });

  test("waits where all who could receive it are down, and is sent to the first that is back", () => {
    const { transfers } = run(
      [prompt],
      [
        [1, 0.2, 9],
        [2, 0.1, 4],
      ],
    );
    expect(transfers).toMatchObject([{ to: 2, startedS: 4, offeredS: prefillS }]);
  });

  test("whose sender fails is lost: the prompt is computed again, elsewhere", () => {
    const { totals, transfers, records } = run([prompt], [[0, 0.2, 9]], 2);
    expect(transfers).toMatchObject([{ from: 1 }]);
    expect(records[0]?.ttftS).toBeCloseTo(prefillS, 12);
    expect(records[0]?.e2eS).toBeCloseTo(0.2 + prefillS + transferS + decodeS, 12);
    const [prefill, decode] = totals.pools;
    expect(prefill?.energy.wastedJ).toBeCloseTo(prefill?.energy.prefillJ ?? Number.NaN, 9);
    expect(decode?.energy.wastedJ).toBe(0);
    expect(prefill?.outputTokens).toBe(1);
  });
});

describe("a request that decodes", () => {
  test("where a replica fails is prefilled again, and each pool has wasted what it did", () => {
    const atS = prefillS + transferS + 0.015;
    const { totals, transfers, records } = run([prompt], [[1, atS, 9]]);
    expect(transfers.map(({ to }) => to)).toEqual([1, 2]);
    expect(records[0]?.e2eS).toBeCloseTo(atS + prefillS + transferS + decodeS, 12);
    const [prefill, decode] = totals.pools;
    expect(prefill?.energy.wastedJ).toBeCloseTo(prefill?.energy.prefillJ ?? Number.NaN, 9);
    expect(decode?.energy.wastedJ).toBeGreaterThan(0);
    expect(decode?.energy.wastedJ).toBeLessThan(decode?.energy.decodeJ ?? 0);
    expect(decode?.energy.prefillJ).toBe(0);
    expect(totals.tokens).toMatchObject({ input: 50, output: 3, first: 1, computedPrompt: 50 });
    expect(totals.pools.map(({ outputTokens }) => outputTokens)).toEqual([1, 2]);
  });
});
