import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
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
