import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { powerCurve } from "../../models/power.ts";
import { regimes, stepModel } from "../../models/stepTime.ts";
import type { BatchShape } from "../../sim/ports.ts";
import { emptyCost, emptyShape } from "../../sim/shapley.ts";
import { anyStep, decodeShape, prefillShape, stepConfig } from "../support/stepWorld.ts";

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
