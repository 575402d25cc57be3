import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recordByKernel } from "../../models/calibrationEntry.ts";
import type { StepConfig } from "../../models/matrices.ts";
import { powerCurve } from "../../models/power.ts";
import { regimes, stepModel } from "../../models/stepTime.ts";
import { type BatchShape, emptyCost, emptyShape } from "../../sim/ports.ts";

import {
  anyStep,
  decodeShape,
  knownStack,
  prefillShape,
  stepConfig,
} from "../support/stepWorld.ts";

function priceOf(config: Parameters<typeof stepModel>[0], shape: Readonly<BatchShape>) {
  const cost = emptyCost();
  stepModel(config).price(shape, cost);
  return cost;
}

test("MFU, MBU and the busy share lie between 0 and 1", () => {
  fc.assert(
    fc.property(anyStep, ({ config, shape }) => {
      const { mfu, mbu, gpuBusyS, durationS } = priceOf(config, shape);
      for (const ratio of [mfu, mbu, gpuBusyS / durationS]) {
        expect(ratio).toBeGreaterThan(0);
        expect(ratio).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test("nor does either exceed 1 where kernels reach every peak and start in no time", () => {
  fc.assert(
    fc.property(anyStep, fc.constantFrom(1, 2, 20), ({ config, shape }, exponent) => {
      const { mfu, mbu } = priceOf(atPeaks(config, exponent), shape);
      expect(Math.max(mfu, mbu)).toBeLessThanOrEqual(1 + 1e-12);
      expect(mfu + mbu).toBeGreaterThan(0.999);
    }),
  );
});

test("mean power lies between idle and the cap", () => {
  fc.assert(
    fc.property(anyStep, ({ config, shape }) => {
      const { energyJ, durationS } = priceOf(config, shape);
      const powerW = energyJ / durationS / config.tensorParallel;
      const { idleW, capW } = powerCurve(config.gpu, config.calibration.power);
      expect(powerW).toBeGreaterThan(idleW);
      expect(powerW).toBeLessThanOrEqual(capW * (1 + 1e-12));
    }),
  );
});

test("time is affine in the decode contexts within one regime", () => {
  const twoContexts = fc.tuple(
    anyStep.filter(({ shape }) => shape.decodeSeqs > 0),
    fc.integer({ min: 1, max: 100_000 }),
    fc.integer({ min: 0, max: 100_000 }),
  );
  fc.assert(
    fc.property(twoContexts, ([{ config, shape }, moreContext, moreWindow]) => {
      const grown = (share: number) =>
        priceOf(config, {
          ...shape,
          decodeContextTokens: shape.decodeContextTokens + share * moreContext,
          decodeWindowTokens: shape.decodeWindowTokens + share * moreWindow,
        });
      const [start, middle, end] = [grown(0), grown(1), grown(2)];
      fc.pre((start.regime & regimes.launchBound) === (end.regime & regimes.launchBound));
      expect(middle.durationS).toBeCloseTo((start.durationS + end.durationS) / 2, 12);
      expect(middle.gpuBusyS).toBeCloseTo((start.gpuBusyS + end.gpuBusyS) / 2, 12);
    }),
  );
});

test("the decode shares of energy sum to the joules of a step that only decodes", () => {
  fc.assert(
    fc.property(anyStep, ({ config, shape }) => {
      fc.pre(shape.decodeSeqs > 0);
      const cost = priceOf(config, withoutPrefill(shape));
      const sumJ =
        cost.energyPerSeqJ * shape.decodeSeqs +
        cost.energyPerContextTokenJ * shape.decodeContextTokens;
      expect(sumJ / cost.energyJ).toBeCloseTo(1, 12);
      expect(cost.energyPerSeqJ).toBeGreaterThan(0);
    }),
  );
});

test("a context token carries the joules of the time in which its KV is read", () => {
  const config = stepConfig();
  const cost = priceOf(config, decodeShape(8, 1024));
  const readS = (8 * 1024 * 131_072) / (0.8 * 3.35e12);
  const shareJ = (cost.energyJ * readS) / cost.durationS / (8 * 1024);
  expect(cost.energyPerContextTokenJ / shareJ).toBeCloseTo(1, 12);
});

test("more context, more tokens and more rows of logits never shorten a step", () => {
  const growth = fc.constantFrom<keyof BatchShape>(
    "prefillPairs",
    "prefillContextTokens",
    "decodeContextTokens",
    "sampledSeqs",
  );
  fc.assert(
    fc.property(anyStep, growth, ({ config, shape }, key) => {
      fc.pre(shape.prefillTokens > 0 && shape.decodeTokens > 0);
      const longer = priceOf(config, { ...shape, [key]: shape[key] + 1000 });
      expect(longer.durationS).toBeGreaterThanOrEqual(priceOf(config, shape).durationS);
    }),
  );
});

test("a step beyond the table of tokens costs more than one within it", () => {
  const config = stepConfig();
  const within = priceOf(config, prefillShape(16_383));
  const beyond = priceOf(config, prefillShape(16_384));
  expect(beyond.durationS).toBeGreaterThan(within.durationS);
  expect(beyond.durationS / within.durationS).toBeLessThan(1.001);
});

describe("what the stacks add", () => {
  const shape = decodeShape(1, 512);

  test("eager launching takes its time where the GPU is faster, and hides where it is slower", () => {
    const launchS = 32 * 500e-6;
    const fast = priceOf(stepConfig({ gpu: "A100-PCIe-80GB", stack: "vllm-eager" }), shape);
    expect(fast.gpuBusyS).toBeLessThan(launchS);
    expect(fast.durationS).toBeCloseTo(launchS + 1.03e-3, 9);
    expect(fast.regime & regimes.launchBound).toBe(regimes.launchBound);
    const slow = priceOf(stepConfig({ gpu: "RTX-A6000", stack: "vllm-eager" }), shape);
    const graphs = priceOf(stepConfig({ gpu: "RTX-A6000" }), shape);
    expect(slow).toEqual(graphs);
  });

  describe("launches of a step that prefills, which graphs do not hold", () => {
    // 32 layers of 100 us; 8 GPUs are faster than that with few tokens.
    const config = stepConfig({ tensorParallel: 8 });
    const isLaunchBound = ({ regime }: { readonly regime: number }) =>
      (regime & regimes.launchBound) !== 0;

    test("bound it where the GPU is faster, and no step that decodes alone", () => {
      const decode = priceOf(config, decodeShape(16, 1));
      expect(decode.gpuBusyS).toBeLessThan(3.2e-3);
      expect(decode.durationS).toBeCloseTo(decode.gpuBusyS + 1e-3 + 16 * 30e-6, 12);
      expect(isLaunchBound(decode)).toBe(false);
      const prefill = priceOf(config, prefillShape(16));
      expect(prefill.gpuBusyS).toBeLessThan(3.2e-3);
      expect(prefill.durationS).toBeCloseTo(3.2e-3 + 1.03e-3, 12);
      const mixed = priceOf(config, { ...prefillShape(16), decodeSeqs: 4, decodeTokens: 4 });
      expect(mixed.durationS).toBeCloseTo(3.2e-3 + 1.15e-3, 12);
      expect([prefill, mixed].map(isLaunchBound)).toEqual([true, true]);
    });

    test("hide where the GPU is slower, and are none on the ideal stack", () => {
      const long = priceOf(config, prefillShape(8192));
      expect(long.gpuBusyS).toBeGreaterThan(3.2e-3);
      expect(long.durationS).toBeCloseTo(long.gpuBusyS + 1.03e-3, 12);
      expect(isLaunchBound(long)).toBe(false);
      const ideal = priceOf(stepConfig({ tensorParallel: 8, stack: "ideal" }), prefillShape(16));
      expect(ideal.durationS).toBe(ideal.gpuBusyS);
    });

    test("take their own time under an eager stack, too", () => {
      const eager = stepConfig({ tensorParallel: 8, stack: "vllm-eager" });
      const calibration = { ...eager.calibration, prefillLaunchPerLayerS: 700e-6 };
      const durationS = (shape: BatchShape) => priceOf({ ...eager, calibration }, shape).durationS;
      expect(durationS(prefillShape(16))).toBeCloseTo(32 * 700e-6 + 1.03e-3, 12);
      expect(durationS(decodeShape(1, 16))).toBeCloseTo(32 * 500e-6 + 1.03e-3, 12);
    });
  });

  test("the ideal stack keeps the GPU busy all the time and is the fastest", () => {
    const ideal = priceOf(stepConfig({ stack: "ideal" }), shape);
    expect(ideal.gpuBusyS).toBe(ideal.durationS);
    for (const stack of ["vllm", "sglang", "trtllm", "hf-eager", "hf-compile"]) {
      expect(priceOf(stepConfig({ stack }), shape).durationS).toBeGreaterThan(ideal.durationS);
    }
  });

  test("decode attention slows down by the stack's factor in a step that also prefills", () => {
    const mixed = { ...prefillShape(100), decodeSeqs: 4, decodeTokens: 4 };
    const config = stepConfig();
    const readS = (bytes: number) => bytes / (0.8 * 3.35e12);
    const short = priceOf(config, { ...mixed, decodeContextTokens: 10_000 });
    const long = priceOf(config, { ...mixed, decodeContextTokens: 20_000 });
    // 2 x 32 layers x 8 heads x 128 x 2 bytes of keys and values for each token.
    expect(long.durationS - short.durationS).toBeCloseTo(1.8 * readS(10_000 * 131_072), 12);
  });
});

test("Transformers computes the logits of every prompt position, one by one in decode", () => {
  const prompt = prefillShape(512);
  const config = stepConfig({ stack: "hf-compile" });
  const { stack } = config;
  const sampledOnly = { ...config, stack: { ...stack, promptLogitBytes: 0 } };
  const headFlopPerS = 0.8 * stack.kernelEfficiencyRatio * 989e12;
  const moreS = priceOf(config, prompt).durationS - priceOf(sampledOnly, prompt).durationS;
  // 511 rows more; reading the head's weights overlaps.
  const rowsS = (511 * 2 * 4096 * 128_256) / headFlopPerS;
  expect(moreS / rowsS).toBeGreaterThan(0.5);
  expect(moreS / rowsS).toBeLessThan(1);
  const decode = decodeShape(8, 512);
  expect(priceOf(config, decode)).toEqual(priceOf(sampledOnly, decode));
  const perToken = (of: typeof config) => stepModel(of).prefillFlop.perToken;
  expect(perToken(config) - perToken(sampledOnly)).toBe(2 * 4096 * 128_256);
});

describe("orders of magnitude that published measurements agree on", () => {
  const constants = "catalogue";

  test("an H100 decodes a batch of 1 to 8 at 50-75 % of TDP below 2 % MFU", () => {
    for (const seqs of [1, 2, 4, 8]) {
      const { energyJ, durationS, mfu } = priceOf(
        stepConfig({ constants }),
        decodeShape(seqs, 1024),
      );
      expect(energyJ / durationS / 700).toBeGreaterThan(0.5);
      expect(energyJ / durationS / 700).toBeLessThan(0.75);
      expect(mfu).toBeLessThan(0.02);
    }
  });

  test("a prefill of 8192 tokens draws at least 90 % of the cap", () => {
    const { energyJ, durationS, regime } = priceOf(stepConfig({ constants }), prefillShape(8192));
    expect(energyJ / durationS).toBeGreaterThan(0.9 * 0.97 * 700);
    expect(regime & regimes.powerCapped).toBe(regimes.powerCapped);
  });

  test("tensor parallelism shortens a step and costs more joules", () => {
    const [one, two, four] = [1, 2, 4].map((tensorParallel) =>
      priceOf(stepConfig({ gpu: "RTX-6000-Ada", tensorParallel, constants }), decodeShape(1, 512)),
    );
    expect(two?.durationS).toBeLessThan(one?.durationS ?? 0);
    expect(four?.durationS).toBeLessThan(two?.durationS ?? 0);
    expect(two?.energyJ).toBeGreaterThan(one?.energyJ ?? 0);
    expect(four?.energyJ).toBeGreaterThan(two?.energyJ ?? 0);
  });
});

test("a sliding window caps what its layers read", () => {
  const config = stepConfig({ llm: "google/gemma-3-4b-it" });
  const windowTokens = config.llm.slidingWindow?.tokens ?? 0;
  const windowed = priceOf(config, decodeShape(16, 8192, windowTokens));
  const whole = priceOf(config, decodeShape(16, 8192));
  expect(stepModel(config).windowTokens).toBe(windowTokens);
  expect(windowed.durationS).toBeLessThan(whole.durationS);
  const earlier = { ...prefillShape(512, windowTokens), prefillContextTokens: 50_000 };
  const full = { ...earlier, prefillSeqs: 50 };
  expect(priceOf(config, earlier).gpuBusyS).toBeLessThan(priceOf(config, full).gpuBusyS);
});

test("prefill FLOPs per token are twice the weights that a token passes", () => {
  for (const tensorParallel of [1, 4]) {
    const config = stepConfig({ tensorParallel });
    const { parameters } = config.llm;
    const { perToken, perPair } = stepModel(config).prefillFlop;
    expect(perToken).toBe(2 * (parameters.attention + parameters.denseMlp));
    expect(perPair).toBe(4 * 32 * 32 * 128);
  }
});

test("a step without tokens has no price", () => {
  expect(() => priceOf(stepConfig(), emptyShape())).toThrow("without tokens");
});

/** On one GPU whose kernels leave nothing to gain, under the ideal stack. */
function atPeaks(config: StepConfig, exponent: number): StepConfig {
  const peak = { computeEfficiencyRatio: 1, memoryEfficiencyRatio: 1, exponent, startUpS: 0 };
  return {
    ...config,
    tensorParallel: 1,
    dataParallel: 1,
    expertParallel: false,
    stack: knownStack("ideal"),
    calibration: {
      ...config.calibration,
      gemm: recordByKernel(() => peak),
      moe: recordByKernel(() => peak),
      prefillComputeEfficiencyRatio: 1,
      decodeMemoryEfficiencyRatio: 1,
      fp8DecodeMemoryEfficiencyRatio: 1,
      smallKernelMemoryEfficiencyRatio: 1,
      mixedDecodeAttentionFactor: 1,
      launchPerLayerS: 0,
      prefillLaunchPerLayerS: 0,
      hostPerStepS: 0,
      hostPerSequenceS: 0,
    },
  };
}

function withoutPrefill(shape: Readonly<BatchShape>): BatchShape {
  return {
    ...shape,
    prefillSeqs: 0,
    prefillTokens: 0,
    prefillPairs: 0,
    prefillWindowPairs: 0,
    prefillContextTokens: 0,
    sampledSeqs: shape.decodeTokens,
  };
}
