import fc from "fast-check";
import { expect, test } from "vitest";
import { comparison } from "../../../../experiments/compare/comparison.ts";
import { storedResult } from "../../../../experiments/compare/resultFile.ts";
import { runScenario } from "../../../../experiments/run.ts";
import { loadObject } from "../../../../experiments/scenario/load.ts";
import { PairRun } from "../../../../experiments/watch/compare/pairRun.ts";
import { watchedPair } from "../../../../experiments/watch/compare/watchedPair.ts";
import { LiveRun } from "../../../../experiments/watch/liveRun.ts";

const base = {
  llm: "meta-llama/Llama-3.1-8B",
  cluster: { gpu: "H100-SXM", replicas: 2 },
  engine: { max_num_seqs: 8 },
  workload: {
    dataset: "azure-conv-2023",
    arrivals: { kind: "poisson", rate_rps: 4 },
    num_requests: 60,
  },
};
const slow = { ...base, cluster: { gpu: "L40S", replicas: 1, power_cap_w: 250 } };
const few = { ...base, seed: 7, workload: { ...base.workload, num_requests: 5 } };
const timed = { ...base, workload: { ...base.workload, num_requests: null, duration_s: 20 } };
const worlds = [base, slow, few, timed].map((scenario) => loadObject(scenario, "."));

const sides = (a: number, b: number, binS: number) => {
  const [ofA, ofB] = [worlds[a], worlds[b]];
  if (ofA === undefined || ofB === undefined) throw new Error("no such world");
  return {
    read: [
      { file: "a.yaml", loaded: ofA },
      { file: "b.yaml", loaded: ofB },
    ] as const,
    a: { file: "a.yaml", run: new LiveRun(ofA, binS) },
    b: { file: "b.yaml", run: new LiveRun(ofB, binS) },
  };
};

test("both stay in step, however they are moved, and end with the digests of runs of their own", async () => {
  const results = await Promise.all(worlds.map((world) => runScenario(world)));
  const move = fc.record({
    isEvent: fc.boolean(),
    byS: fc.double({ min: 0, max: 3, noNaN: true }),
    instants: fc.integer({ min: 1, max: 200 }),
  });
  const place = fc.nat(worlds.length - 1);
  fc.assert(
    fc.property(
      place,
      place,
      fc.constantFrom(0.01, 0.3, 5),
      fc.array(move, { minLength: 1, maxLength: 30 }),
      (first, second, binS, moves) => {
        const { a, b, read } = sides(first, second, binS);
        const pair = new PairRun(a, b);
        for (let turn = 0; !pair.ended; turn++) {
          const { isEvent, byS, instants } = moves[turn] ?? {
            isEvent: false,
            byS: Number.POSITIVE_INFINITY,
            instants: 500,
          };
          if (isEvent) pair.event();
          else pair.advance(pair.nowS + byS, instants);
          for (const { run } of [a, b]) {
            if (!run.ended) expect(run.reachedS).toBe(pair.nowS);
            else expect(run.reachedS).toBeLessThanOrEqual(pair.nowS);
          }
          expect(pair.view().comparison === undefined).toBe(!pair.ended);
        }
        const view = pair.view();
        const [ofA, ofB] = [results[first], results[second]];
        expect([view.a.digest, view.b.digest]).toEqual([ofA?.digest, ofB?.digest]);
        if (ofA === undefined || ofB === undefined) return;
        expect(view.comparison).toEqual(
          comparison(storedResult(ofA, "a.yaml"), storedResult(ofB, "b.yaml")),
        );
        // What was said before either ran is what is found of their results.
        const { scenario, requests } = watchedPair(read[0], read[1], 10);
        expect(scenario).toEqual(view.comparison?.scenario);
        expect(view.comparison?.notes).toEqual(expect.arrayContaining([...requests]));
      },
    ),
    { numRuns: 25 },
  );
});

test("an event is one of either, and both stand at its moment", () => {
  const { a, b } = sides(0, 1, 1);
  const pair = new PairRun(a, b);
  let lastS = pair.nowS;
  for (let turn = 0; turn < 200; turn++) {
    const nextS = Math.min(a.run.nextEventS, b.run.nextEventS);
    pair.event();
    expect(pair.nowS).toBe(nextS);
    expect(pair.nowS).toBeGreaterThan(lastS);
    lastS = pair.nowS;
  }
});

test("the same requests come at the same times to deployments of one workload and seed", async () => {
  const arrivals = await Promise.all(
    [base, slow].map(async (scenario) => {
      const seen: string[] = [];
      await runScenario(loadObject(scenario, "."), {
        onRequest: ({ id, arrivalS, promptTokens, outputTokens }) =>
          seen.push([id, arrivalS, promptTokens, outputTokens].join()),
      });
      return seen.sort();
    }),
  );
  expect(arrivals[0]).toHaveLength(60);
  expect(arrivals[1]).toEqual(arrivals[0]);
  const [a, b] = sides(0, 1, 1).read;
  const [, other] = sides(0, 2, 1).read;
  expect(watchedPair(a, b, 10).requests).toEqual([]);
  expect(watchedPair(a, other, 10).requests).toEqual([
    "seed: A 42, B 7: other requests were drawn; part of the differences is chance",
    "workload.num_requests differs: they served other requests",
  ]);
});

test("whichever of the two cannot go on is named", () => {
  const padded = { input: { kind: "fixed", tokens: 60_000 }, output: { kind: "fixed", tokens: 9 } };
  const failing = loadObject(
    {
      ...base,
      cluster: { gpu: "H100-SXM" },
      engine: { stack: "hf-eager", batch_size: 16 },
      workload: {
        arrivals: { kind: "poisson", rate_rps: 1 },
        lengths: padded,
        num_requests: 32,
      },
    },
    ".",
  );
  const { a } = sides(0, 0, 1);
  const pair = new PairRun(a, { file: "b.yaml", run: new LiveRun(failing, 1) });
  expect(() => {
    while (!pair.ended) pair.advance(Number.POSITIVE_INFINITY, 500);
  }).toThrow(/^b\.yaml: the run failed: replica 0 is out of KV memory/);
});
