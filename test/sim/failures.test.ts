import { describe, expect, test } from "vitest";
import { SimulationError } from "../../sim/assert.ts";
import { drawnOutages } from "../../sim/failures/outages.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { leastLoaded } from "../../sim/routing/leastLoaded.ts";
import { prefixAware } from "../../sim/routing/prefixAware.ts";
import { session } from "../../sim/routing/session.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { replica, request, stepModel, world } from "../support/world.ts";

type Down = readonly (readonly [replica: number, fromS: number, toS: number])[];

const failing = (down: Down): Partial<SimulationConfig> => ({
  failures: {
    outagesOf: (id) =>
      down
        .filter(([replica]) => replica === id)
        .map(([, fromS, toS]) => ({ fromS, toS }))
        .values(),
  },
});

/** A step takes a second, a prompt a tenth more a token, all at 300 W. */
const slow = (overrides: Partial<ReplicaConfig> = {}) =>
  replica({
    stepModel: stepModel({
      stepS: 1,
      prefillTokenS: 0.1,
      prefillPairS: 0,
      decodeSeqS: 0,
      contextTokenS: 0,
      lowW: 300,
      highW: 300,
    }),
    ...overrides,
  });

function run(specs: readonly RequestSpec[], down: Down, overrides: Partial<SimulationConfig> = {}) {
  const records: RequestRecord[] = [];
  const simulation = new Simulation(
    world(specs, {
      replicas: [slow(), slow()],
      router: leastLoaded(),
      onRequestEnd: (record) => records.push(record),
      ...failing(down),
      ...overrides,
    }),
  );
  return { totals: simulation.run(), records };
}

describe("a replica that fails", () => {
  test("loses the step in flight and all before it, and its request begins anew elsewhere, to the digit", () => {
    // Prefill until 2 s; tokens at 3, 4 s; the step that began then is broken off.
    const { totals, records } = run([request(0, 10, 5)], [[0, 4.5, 100]]);
    const [record] = records;
    expect(record?.ttftS).toBe(2);
    expect(record?.e2eS).toBe(4.5 + 2 + 4);
    expect(record?.replica).toBe(1);
    expect(totals.tokens).toMatchObject({ input: 10, output: 5, first: 1, computedPrompt: 10 });
    expect(totals.energy.prefillJ).toBeCloseTo(2 * 300, 9);
    expect(totals.energy.decodeJ).toBeCloseTo(4 * 300, 9);
    expect(totals.energy.wastedJ).toBeCloseTo(4.5 * 300, 9);
    // 2 + 1 tokens before, then the first again 2.5 s after the third, and four gaps of a second.
    expect(totals.latency.itlS?.count).toBe(2 + 1 + 4);
    expect(totals.latency.itlS?.mean).toBeCloseTo((2 * 1 + 2.5 + 4 * 1) / 7, 12);
    expect(totals.failures).toMatchObject({
      replicas: [
        {
          replica: 0,
          count: 1,
          restartedRequests: 1,
          movedRequests: 0,
          wastedJ: 4.5 * 300,
          downS: 6,
        },
      ],
      upRatio: 1 - 6 / 21,
    });
  });

  test("whose step ends at that very moment has not lost the step's last token", () => {
    const { totals, records } = run([request(0, 10, 3)], [[0, 4, 100]]);
    expect(records[0]).toMatchObject({ replica: 0, e2eS: 4 });
    expect(totals.energy.wastedJ).toBe(0);
    expect(totals.failures?.replicas).toMatchObject([{ count: 1, restartedRequests: 0, downS: 0 }]);
  });

  test("alone in its fleet holds its requests up until it is back, and those that come", () => {
    const specs = [request(0, 10, 2), request(5, 10, 2)];
    const { totals, records } = run(specs, [[0, 1, 11]], { replicas: [slow()] });
    // Both prompts in one step of 1 + 2 s.
    expect(records.map(({ e2eS, queueS }) => [e2eS, queueS])).toEqual([
      [15, 0],
      [10, 6],
    ]);
    expect(totals.failures?.replicas).toMatchObject([
      { restartedRequests: 1, movedRequests: 0, downS: 10 },
    ]);
  });
});

describe("the books of a replica that fails", () => {
  test("show what replicas draw that are down, booked as idle without a context", () => {
    const replicas = [slow({ downW: 30 })];
    const { totals } = run([request(0, 10, 2)], [[0, 1, 11]], { replicas });
    expect(totals.durationS).toBe(14);
    expect(totals.energy.idleJ).toBe(10 * 30);
    expect(totals.energy.idleNoContextJ).toBe(10 * 30);
    expect(totals.energy.idleContextHeldJ).toBe(0);
    expect(totals.energy.gpuJ).toBeCloseTo(300 + 300 + 3 * 300, 9);
    expect(totals.series?.secondW(5, { constantW: totals.idleW, perBusyGpuW: 0 })).toBeCloseTo(30);
  });

  test("are settled in the end, and shown right before", () => {
    const options = { replicas: [slow({ downW: 30 })], ...failing([[0, 1, 11]]) };
    const simulation = new Simulation(world([request(0, 10, 2)], options));
    simulation.advance(6);
    expect(simulation.snapshot()).toMatchObject({ idleJ: 5 * 30, stepsJ: 300, heldRequests: 1 });
    expect(simulation.snapshot().replicas).toMatchObject([{ phase: "down", powerW: 30 }]);
    simulation.run();
    expect(simulation.snapshot().idleJ).toBe(10 * 30);
  });

  test("keep pools apart", () => {
    const replicas = [slow({ downW: 0 }), slow({ downW: 0 })];
    const pools = ["a", "b"].map((name) => ({ name, replicas: 1 }));
    const { totals } = run([request(0, 10, 5)], [[0, 4.5, 100]], { replicas, pools });
    expect(
      totals.pools.map(({ energy: { gpuJ, idleJ, wastedJ } }) => [gpuJ, idleJ, wastedJ]),
    ).toEqual([
      [4.5 * 300, 0, 4.5 * 300],
      [6 * 300 + 4.5 * 100, 4.5 * 100, 0],
    ]);
  });

  test("tell those apart who only waited: they move, and have lost nothing", () => {
    const specs = Array.from({ length: 20 }, () => request(0, 10, 5));
    const { totals } = run(specs, [[0, 0.5, 100]], { router: () => 0, replicas: [slow(), slow()] });
    expect(totals.failures?.replicas[0]).toMatchObject({ restartedRequests: 8, movedRequests: 12 });
    expect(totals.requests.completed).toBe(20);
  });

  test("lose what it cached of prompts", () => {
    const shared = [{ textId: 1, tokens: 64 }];
    const specs = [0, 20, 40].map((arrivalS) => ({ ...request(arrivalS, 80, 2), shared }));
    const replicas = [slow({ cachesPrefixes: true })];
    const hits = (down: Down) =>
      run(specs, down, { replicas }).records.map(({ cachedTokens }) => cachedTokens);
    expect(hits([])).toEqual([0, 64, 64]);
    expect(hits([[0, 15, 16]])).toEqual([0, 0, 64]);
  });

  test("lose what a host's tier held, too", () => {
    // Blocks for one prompt: the second throws the first out to the host, from where the third loads it.
    const specs = [1, 2, 1].map((textId, place) => ({
      ...request(20 * place, 80, 2),
      shared: [{ textId, tokens: 64 }],
    }));
    const tier = { offload: { blocks: 100, linkTokensPerToken: 1 }, kvBlocks: 6, maxModelLen: 96 };
    const replicas = [slow({ cachesPrefixes: true, ...tier })];
    const hits = (down: Down) =>
      run(specs, down, { replicas }).records.map(({ cachedTokens }) => cachedTokens);
    expect(hits([])).toEqual([0, 0, 64]);
    expect(hits([[0, 35, 36]])).toEqual([0, 0, 0]);
  });
});

describe("a request that comes in the instant", () => {
  test("of a failure is not sent there, and of a repair is", () => {
    const takers = (arrivalS: number) =>
      run([request(arrivalS, 10, 2)], [[0, 5, 10]]).records.map(({ replica }) => replica);
    expect(takers(5)).toEqual([1]);
    expect(takers(10)).toEqual([0]);
    const { totals } = run([request(5, 10, 2)], [[0, 5, 10]]);
    expect(totals.failures?.replicas).toMatchObject([{ restartedRequests: 0, movedRequests: 0 }]);
  });
});

describe("requests of a replica that fails", () => {
  test("end where their client gave up, also one that waits at the front door", () => {
    const specs = [{ ...request(0, 10, 9), cancelAfterS: 3.5 }, request(1, 10, 2)];
    const options = { clientsCancel: true, replicas: [slow()] };
    // It gives up in the step that is broken off at 3.7 s.
    const { records } = run(specs, [[0, 3.7, 20]], options);
    expect(records.map(({ id, status }) => [id, status])).toEqual([
      [0, "cancelled"],
      [1, "completed"],
    ]);
    const atDoor = run([{ ...request(2, 10, 9), cancelAfterS: 1 }], [[0, 1, 20]], options);
    expect(atDoor.records).toMatchObject([{ status: "cancelled", replica: undefined }]);
  });

  test("at the front door are unfinished where the horizon comes first", () => {
    const { totals, records } = run([request(0, 10, 9)], [[0, 1, 20]], {
      replicas: [slow()],
      horizonS: 10,
    });
    expect(records).toMatchObject([{ status: "unfinished", outputTokens: 0 }]);
    expect(totals.failures?.upRatio).toBeCloseTo(0.1, 12);
    expect(totals.energy.wastedJ).toBeCloseTo(300, 9);
  });

  test("that never get through end the run with the reason", () => {
    const outagesOf = () =>
      drawnOutages({ meanUpS: 0.1, meanDownS: 0.1, reloadS: 0 }, randomStreams("x")("y"));
    const attempt = () =>
      run([request(0, 10, 500)], [], { replicas: [slow()], failures: { outagesOf } });
    expect(attempt).toThrow(SimulationError);
    expect(attempt).toThrow("replicas fail too often: no request ended in 1000 failures");
  });
});

describe("a router whose replicas fail", () => {
  const text = (textId: number) => [{ textId, tokens: 64 }];

  test("by prefixes forgets what the replica was sent that is down", () => {
    // The text is on replica 0, which is busy when it is back: only the text would lead there.
    const specs = [
      { ...request(0, 80, 2), shared: text(1) },
      { ...request(30, 80, 2), shared: text(1) },
      { ...request(60, 80, 2), shared: text(1) },
    ];
    const replicas = [slow({ cachesPrefixes: true }), slow({ cachesPrefixes: true })];
    const takers = (down: Down) =>
      run(specs, down, { replicas, router: prefixAware() }).records.map(({ replica }) => replica);
    expect(takers([])).toEqual([0, 0, 0]);
    expect(takers([[0, 20, 50]])).toEqual([0, 1, 1]);
  });

  test("by sessions sends only the conversations elsewhere whose replica is down", () => {
    const specs = Array.from({ length: 40 }, (_, place) => ({
      ...request(100 * place, 80, 2),
      shared: text(place),
      isContinued: true,
    }));
    const replicas = [slow(), slow(), slow()];
    const takers = (down: Down) =>
      run(specs, down, { replicas, router: session() }).records.map(({ replica }) => replica);
    const usual = takers([]);
    const moved = takers([[1, 0, 1e6]]);
    for (const [place, taker] of usual.entries()) {
      if (taker === 1) expect([0, 2]).toContain(moved[place]);
      else expect(moved[place]).toBe(taker);
    }
    expect(new Set(usual).size).toBe(3);
  });
});
