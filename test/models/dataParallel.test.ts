import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dataParallelProblem, lockstepModel, sharingModel } from "../../models/dataParallel.ts";
import { stepModel } from "../../models/stepTime.ts";
import { type BatchShape, emptyCost, emptyShape, type StepModel } from "../../sim/ports.ts";
import { stepConfig } from "../support/stepWorld.ts";

const llm = "Qwen/Qwen3-30B-A3B";
const configOf = (dataParallel: number, tensorParallel = 1) =>
  stepConfig({ llm, tensorParallel, dataParallel, expertParallel: true });

function decodes(seqs: number, contextEach: number): BatchShape {
  const tokens = {
    decodeContextTokens: seqs * contextEach,
    decodeWindowTokens: seqs * contextEach,
  };
  return { ...emptyShape(), decodeSeqs: seqs, decodeTokens: seqs, sampledSeqs: seqs, ...tokens };
}

function prompt(tokens: number): BatchShape {
  const pairs = (tokens * (tokens + 1)) / 2;
  const prefill = { prefillTokens: tokens, prefillPairs: pairs, prefillWindowPairs: pairs };
  return { ...emptyShape(), prefillSeqs: 1, sampledSeqs: 1, ...prefill };
}

function priced(model: StepModel | undefined, shape: BatchShape) {
  const cost = emptyCost();
  model?.price(shape, cost);
  return cost;
}

/** What the ranks with a batch cost in one step, and what each of all draws. */
function meeting(shapes: readonly (BatchShape | undefined)[], tensorParallel = 1) {
  const model = lockstepModel(sharingModel(configOf(shapes.length, tensorParallel)), shapes.length);
  const powerW = model.meet(shapes);
  const costs = shapes.flatMap((shape, rank) => (shape ? [priced(model.ranks[rank], shape)] : []));
  return { costs, powerW };
}

const anyBatch = fc.oneof(
  fc
    .record({ seqs: fc.integer({ min: 1, max: 256 }), each: fc.integer({ min: 1, max: 8000 }) })
    .map(({ seqs, each }) => decodes(seqs, each)),
  fc.integer({ min: 1, max: 8000 }).map(prompt),
);
const anyBatches = fc
  .integer({ min: 2, max: 8 })
  .chain((ranks) =>
    fc.array(fc.option(anyBatch, { nil: undefined }), { minLength: ranks, maxLength: ranks }),
  );

describe("ranks that share experts", () => {
  test("with equal batches cost what one of them does among its equals", () => {
    fc.assert(
      fc.property(anyBatch, fc.constantFrom(2, 4, 8), fc.constantFrom(1, 2), (shape, ranks, tp) => {
        const { costs } = meeting(Array(ranks).fill(shape), tp);
        const among = priced(stepModel(configOf(ranks, tp)), shape);
        for (const { durationS, energyJ, mfu, mbu } of costs) {
          expect(durationS / among.durationS).toBeCloseTo(1, 9);
          expect(energyJ / among.energyJ).toBeCloseTo(1, 9);
          expect(mfu / among.mfu).toBeCloseTo(1, 9);
          expect(mbu / among.mbu).toBeCloseTo(1, 9);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("step equally long, and their joules are those of all GPUs", () => {
    fc.assert(
      fc.property(anyBatches, (shapes) => {
        fc.pre(shapes.some((shape) => shape !== undefined));
        const { costs, powerW } = meeting(shapes);
        const [first] = costs;
        const durationS = first?.durationS ?? 0;
        let energyJ = 0;
        for (const cost of costs) {
          expect(cost.durationS).toBe(durationS);
          expect(cost.gpuBusyS).toBeLessThanOrEqual(durationS * (1 + 1e-12));
          expect(cost.mfu).toBeLessThanOrEqual(1);
          expect(cost.mbu).toBeLessThanOrEqual(1);
          energyJ += cost.energyJ;
        }
        expect(energyJ / (powerW * shapes.length * durationS)).toBeCloseTo(1, 9);
        const { gpu } = configOf(1);
        expect(powerW).toBeGreaterThan(gpu.idleContextHeldW);
        expect(powerW).toBeLessThanOrEqual(gpu.tdpW);
      }),
      { numRuns: 50 },
    );
  });

  test("wait for the slowest, whose experts meet the tokens of all", () => {
    const long = prompt(4000);
    const [waits, works] = meeting([decodes(1, 100), long]).costs;
    const [alone] = meeting([decodes(1, 100), decodes(1, 100)]).costs;
    expect(waits?.durationS).toBe(works?.durationS);
    expect(waits?.durationS).toBeGreaterThan(5 * (alone?.durationS ?? 0));
    const [beside] = meeting([long, decodes(1, 100)]).costs;
    const [both] = meeting([long, long]).costs;
    expect(both?.durationS).toBeGreaterThan(beside?.durationS ?? 0);
  });

  test("a rank without a batch takes no time of its own and draws more than idle", () => {
    const { idleContextHeldW } = configOf(1).gpu;
    const alone = meeting([decodes(64, 1000), undefined]);
    const both = meeting([decodes(64, 1000), decodes(64, 1000)]);
    expect(alone.costs[0]?.durationS).toBeLessThan(both.costs[0]?.durationS ?? 0);
    const idleJ = idleContextHeldW * (alone.costs[0]?.durationS ?? 0);
    const bothJ = both.costs[0]?.energyJ ?? 0;
    expect(alone.costs[0]?.energyJ).toBeGreaterThan(bothJ / 2 + idleJ);
  });
});

test("ranks are refused that do not divide an expert, or whose links nobody measured", () => {
  const { llm: spec } = configOf(1);
  const layout = { tensorParallel: 1, dataParallel: 5, expertParallel: false };
  expect(dataParallelProblem(spec, layout)).toContain("do not divide the 768 rows of each expert");
  expect(dataParallelProblem(spec, { ...layout, dataParallel: 8 })).toBeUndefined();
  expect(dataParallelProblem(spec, { ...layout, expertParallel: true })).toBeUndefined();
  const wide = { tensorParallel: 4, dataParallel: 8, expertParallel: true };
  expect(dataParallelProblem(spec, wide)).toContain("links are known for 16 at most");
  const { llm: dense } = stepConfig();
  expect(dataParallelProblem(dense, wide)).toBeUndefined();
});
