import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kvCapacity } from "../../models/kvCapacity.ts";
import { pipelinedModel, pipelineParallelProblem, stageOf } from "../../models/pipeline.ts";
import { powerCurve } from "../../models/power.ts";
import { stepModel } from "../../models/stepTime.ts";
import { type BatchShape, emptyCost, emptyShape, type StepModel } from "../../sim/ports.ts";
import { stepConfig } from "../support/stepWorld.ts";

const llm = "meta-llama/Llama-3.1-70B";
const config = stepConfig({ llm, tensorParallel: 4 });
const maxBatchedTokens = 2048;
const over = (stages: number) => pipelinedModel({ config, stages, maxBatchedTokens });

function decodes(seqs: number, contextEach: number): BatchShape {
  const tokens = {
    decodeContextTokens: seqs * contextEach,
    decodeWindowTokens: seqs * contextEach,
  };
  return { ...emptyShape(), decodeSeqs: seqs, decodeTokens: seqs, sampledSeqs: seqs, ...tokens };
}

function prompts(tokens: number): BatchShape {
  const pairs = (tokens * (tokens + 1)) / 2;
  const prefill = { prefillTokens: tokens, prefillPairs: pairs, prefillWindowPairs: pairs };
  return { ...emptyShape(), prefillSeqs: 1, sampledSeqs: 1, ...prefill };
}

function priced(model: StepModel, shape: BatchShape) {
  const cost = emptyCost();
  model.price(shape, cost);
  return cost;
}

const anyStages = fc.constantFrom(2, 4, 8);
const anySeqs = fc.integer({ min: 1, max: 300 });
const anyContext = fc.integer({ min: 1, max: 20_000 });

describe("a pipeline", () => {
  test("of one stage is the step model itself", () => {
    expect(priced(over(1), decodes(7, 900))).toEqual(priced(stepModel(config), decodes(7, 900)));
  });

  test("takes a lone sequence as long as one group of GPUs does, and a hop for each stage", () => {
    const alone = priced(stepModel(config), decodes(1, 500)).durationS;
    const hopsS = [2, 4, 8].map(
      (stages) => priced(over(stages), decodes(1, 500)).durationS - alone,
    );
    expect(hopsS[0]).toBeGreaterThan(0);
    expect(hopsS[0]).toBeLessThan(1e-4);
    expect((hopsS[1] ?? 0) / (hopsS[0] ?? 1)).toBeCloseTo(2, 6);
    expect((hopsS[2] ?? 0) / (hopsS[0] ?? 1)).toBeCloseTo(4, 6);
  });

  test("gives a large batch its tokens in the time of a part of it", () => {
    const whole = priced(stepModel(config), decodes(256, 1000)).durationS;
    const part = priced(stepModel(config), decodes(128, 1000)).durationS;
    const rotation = priced(over(2), decodes(256, 1000)).durationS;
    expect(rotation).toBeLessThan(whole);
    expect(rotation).toBeGreaterThanOrEqual(part);
  });

  test("lets the chunks of a long prompt follow each other through the stages", () => {
    const chunk = priced(stepModel(config), prompts(2048)).durationS;
    const four = priced(over(4), prompts(4 * 2048)).durationS;
    expect(four).toBeLessThan(2 * chunk);
    // A prompt of one chunk gains nothing.
    expect(priced(over(4), prompts(2048)).durationS).toBeGreaterThanOrEqual(chunk);
  });
});

describe("the joules of a pipeline", () => {
  test("are at least what waiting GPUs draw and at most what all may", () => {
    const { busyW, idleW, capW } = powerCurve(config.gpu, config.calibration.power);
    fc.assert(
      fc.property(anyStages, anySeqs, anyContext, (stages, seqs, context) => {
        const { energyJ, durationS, mfu, mbu } = priced(over(stages), decodes(seqs, context));
        const perGpuW = energyJ / durationS / (4 * stages);
        expect(perGpuW).toBeGreaterThan(Math.min(idleW, idleW + busyW));
        expect(perGpuW).toBeLessThanOrEqual(capW * (1 + 1e-12));
        expect(mfu).toBeLessThan(1);
        expect(mbu).toBeLessThan(1);
      }),
    );
  });

  test("of a lone sequence hold those of all stages but one, which wait", () => {
    const { busyW, idleW } = powerCurve(config.gpu, config.calibration.power);
    const alone = priced(stepModel(config), decodes(1, 500));
    const { energyJ, durationS } = priced(over(4), decodes(1, 500));
    const waitingJ = 4 * (idleW + busyW) * (4 * durationS - alone.durationS);
    expect(energyJ / (alone.energyJ + waitingJ)).toBeCloseTo(1, 9);
  });

  test("of decoding are shared between sequences and context without a rest", () => {
    fc.assert(
      fc.property(anyStages, anySeqs, anyContext, (stages, seqs, context) => {
        const { energyJ, energyPerSeqJ, energyPerContextTokenJ } = priced(
          over(stages),
          decodes(seqs, context),
        );
        const sharedJ = seqs * energyPerSeqJ + seqs * context * energyPerContextTokenJ;
        expect(sharedJ / energyJ).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe("a rotation", () => {
  test("lasts longer in a straight line as context grows, within one regime", () => {
    fc.assert(
      fc.property(anyStages, anySeqs, anyContext, (stages, seqs, context) => {
        const at = (more: number) => priced(over(stages), decodes(seqs, context + more));
        const [low, middle, high] = [at(0), at(100), at(200)];
        if (low.regime !== high.regime) return;
        const meanS = (low.durationS + high.durationS) / 2;
        expect(middle.durationS / meanS).toBeCloseTo(1, 9);
      }),
    );
  });

  test("has more room for keys and values than a step, as each GPU holds fewer layers", () => {
    const tokensOver = (stages: number) => {
      const capacity = kvCapacity({
        ...config,
        llm: stageOf(config.llm, stages),
        maxNumSeqs: 256,
        maxNumBatchedTokens: maxBatchedTokens,
        gpuMemoryUtilization: 0.9,
        blockSize: 16,
      });
      return capacity.fits ? capacity.tokens : 0;
    };
    // Weights that leave make room, and what is left is for half of the layers.
    expect(tokensOver(2)).toBeGreaterThan(2 * tokensOver(1));
    expect(tokensOver(4)).toBeGreaterThan(2 * tokensOver(2));
  });

  test("is refused where stages don't divide the layers", () => {
    expect(pipelineParallelProblem(config.llm, 8)).toBeUndefined();
    expect(pipelineParallelProblem(config.llm, 3)).toBe(
      `pipeline_parallel_size 3 does not divide the 80 layers of ${llm}`,
    );
  });
});
