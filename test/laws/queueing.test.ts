import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
import { powerOfTwo } from "../../sim/routing/powerOfTwo.ts";
import { random } from "../../sim/routing/random.ts";
import { Simulation } from "../../sim/simulation.ts";
import { replica, stepModel, world } from "../support/world.ts";

/** One server: a step serves one request whose service time is its prompt's length. */
const tokenS = 1e-6;
const meanTokens = 1_000_000;
const server = replica({
  stepModel: stepModel({ stepS: 1e-12, prefillTokenS: tokenS, prefillPairS: 0, decodeSeqS: 0 }),
  batcher: chunkedPrefill({ maxSeqs: 1, maxBatchedTokens: Number.MAX_SAFE_INTEGER }),
  maxModelLen: Number.MAX_SAFE_INTEGER,
  kvBlocks: Number.MAX_SAFE_INTEGER,
  blockSize: 1,
});

type Service = (draw: () => number) => number;
const fixedService: Service = () => 1;
const exponentialService: Service = (draw) => -Math.log(1 - draw());

/** Poisson arrivals at `load` a second; a service takes 1 s on average. */
function arrivalsAt(load: number, service: Service, options: { seed: string; requests: number }) {
  const stream = randomStreams(options.seed);
  const arrivals = stream("arrivals");
  const services = stream("services");
  const specs: RequestSpec[] = [];
  let arrivalS = 0;
  for (let i = 0; i < options.requests; i++) {
    arrivalS += -Math.log(1 - arrivals()) / load;
    const promptTokens = Math.max(1, Math.round(meanTokens * service(services)));
    specs.push({ arrivalS, promptTokens, outputTokens: 1 });
  }
  return specs;
}

function waits(seed: string, load: number, service: Service): number[] {
  const waitsS: number[] = [];
  const onRequestEnd = ({ queueS = 0 }) => waitsS.push(queueS);
  const specs = arrivalsAt(load, service, { seed, requests: 100_000 });
  new Simulation(world(specs, { replicas: [server], onRequestEnd })).run();
  return waitsS;
}

/** Mean and its standard error by batch means: waits next to each other are correlated. */
function byBatches(values: readonly number[], batches: number) {
  const warm = values.slice(Math.floor(values.length / 10));
  const size = Math.floor(warm.length / batches);
  const means = Array.from({ length: batches }, (_, i) =>
    mean(warm.slice(i * size, (i + 1) * size)),
  );
  const centre = mean(means);
  const variance = means.reduce((sum, m) => sum + (m - centre) ** 2, 0) / (batches - 1);
  return { mean: centre, standardError: Math.sqrt(variance / batches) };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const seeds = ["world-1", "world-2", "world-3", "world-4", "world-5"];
const loads = [0.5, 0.8, 0.95];

test.each(loads)("M/D/1 waits as Pollaczek and Khinchine say, at load %s", (load) => {
  const expectedS = load / (2 * (1 - load));
  for (const seed of seeds) {
    const wait = byBatches(waits(seed, load, fixedService), 20);
    expect(Math.abs(wait.mean - expectedS)).toBeLessThan(3 * wait.standardError);
  }
});

test.each(loads)("M/M/1 waits as theory says, at load %s", (load) => {
  const expectedS = load / (1 - load);
  for (const seed of seeds) {
    const wait = byBatches(waits(seed, load, exponentialService), 20);
    expect(Math.abs(wait.mean - expectedS)).toBeLessThan(3 * wait.standardError);
  }
});

test("Little's law: the requests seen in the system are the rate times their stay", () => {
  const requests = 5_000;
  const specs = arrivalsAt(0.8, exponentialService, { seed: "little", requests });
  const simulation = new Simulation(world(specs, { replicas: [server] }));
  let seenS = 0;
  let lastS = 0;
  let inSystem = 0;
  while (Number.isFinite(simulation.nextEventS)) {
    const nowS = simulation.nextEventS;
    seenS += inSystem * (nowS - lastS);
    simulation.advance(nowS);
    const { injected, completed } = simulation.snapshot();
    inSystem = injected - completed;
    lastS = nowS;
  }
  const { durationS, latency } = simulation.run();
  const ratePerS = requests / durationS;
  expect(seenS / durationS).toBeCloseTo(ratePerS * (latency.e2eS?.mean ?? 0), 6);
});

/** Tokens of 10 us each, whatever the batch, prompts free: a batch of k is k servers. */
const servers = (count: number) =>
  replica({
    stepModel: stepModel({
      stepS: 1e-5,
      prefillTokenS: 0,
      prefillPairS: 0,
      decodeSeqS: 0,
      contextTokenS: 0,
    }),
    batcher: chunkedPrefill({ maxSeqs: count, maxBatchedTokens: Number.MAX_SAFE_INTEGER }),
    maxModelLen: Number.MAX_SAFE_INTEGER,
    kvBlocks: Number.MAX_SAFE_INTEGER,
    blockSize: 1,
  });

/** Erlang's C: the share of customers of M/M/k who wait, by the recursion for his B. */
function waitingRatio(offered: number, count: number): number {
  let blocked = 1;
  for (let k = 1; k <= count; k++) blocked = (offered * blocked) / (k + offered * blocked);
  return blocked / (1 - (offered / count) * (1 - blocked));
}

test.each([
  [2, 0.8],
  [8, 0.9],
])("M/M/%i waits as Erlang says, at load %s", (count, load) => {
  const offered = load * count;
  const expectedS = waitingRatio(offered, count) / (count - offered);
  for (const seed of seeds.slice(0, 3)) {
    const waitsS: number[] = [];
    const specs = arrivalsAt(offered, exponentialService, { seed, requests: 40_000 }).map(
      ({ arrivalS, promptTokens }) => ({
        arrivalS,
        // So long a prompt that no run ends because its context has grown.
        promptTokens: 1e9,
        outputTokens: Math.max(1, Math.round(promptTokens / 10)),
      }),
    );
    const onRequestEnd = ({ id, queueS = 0 }: { id: number; queueS?: number | undefined }) => {
      waitsS[id] = queueS;
    };
    new Simulation(world(specs, { replicas: [servers(count)], onRequestEnd })).run();
    const wait = byBatches(waitsS, 20);
    // Who arrives amid a step waits for its end: half a step of 10 us.
    expect(Math.abs(wait.mean - expectedS)).toBeLessThan(3 * wait.standardError + 1e-5);
  }
});

/** How long requests stay on a fleet of single servers. */
function staysS(name: string, router: typeof powerOfTwo, load: number, count: number): number {
  const specs = arrivalsAt(load * count, exponentialService, { seed: name, requests: 60_000 });
  const replicas = Array.from({ length: count }, () => server);
  const source = randomStreams(name)("router");
  const totals = new Simulation(world(specs, { replicas, router: router(source) })).run();
  return totals.latency.e2eS?.mean ?? 0;
}

test("servers behind random routing are M/M/1 each; two choices do as Mitzenmacher says", () => {
  // The supermarket model of many servers: the sum of load^(2^i - 2).
  const load = 0.8;
  let twoChoicesS = 0;
  for (let i = 1; i < 9; i++) twoChoicesS += load ** (2 ** i - 2);
  expect(Math.abs(staysS("supermarket", powerOfTwo, load, 100) / twoChoicesS - 1)).toBeLessThan(
    0.04,
  );
  expect(Math.abs(staysS("supermarket", random, load, 100) * (1 - load) - 1)).toBeLessThan(0.08);
});
