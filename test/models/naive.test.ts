import fc from "fast-check";
import { expect, test } from "vitest";
import { mfuOnly, naivelyPowered, naivePowers, publishedMfuCurve } from "../../models/naive.ts";
import { stepModel } from "../../models/stepTime.ts";
import { emptyCost } from "../../sim/ports.ts";
import { anyStep, decodeShape, knownGpu, prefillShape, stepConfig } from "../support/stepWorld.ts";

test("the published curve draws idle watts without FLOPs and all of them from 45 % MFU on", () => {
  const { powerW } = mfuOnly(publishedMfuCurve(knownGpu("H100-SXM")));
  expect(powerW(0)).toBe(60);
  expect(powerW(0.45)).toBe(700);
  expect(powerW(0.9)).toBe(700);
  // 60 + 640 x (1/4)^0.7
  expect(powerW(0.45 / 4)).toBeCloseTo(302.5, 1);
  expect(publishedMfuCurve(knownGpu("L40S"))).toMatchObject({ maxW: 350, kneeMfu: 0.45 });
});

test("the curve on MFU alone halves the watts of a decode step", () => {
  const config = stepConfig();
  const watts = (model: ReturnType<typeof stepModel>) => {
    const cost = emptyCost();
    model.price(decodeShape(32, 1000), cost);
    return cost.energyJ / cost.durationS;
  };
  const model = stepModel(config);
  const naive = naivelyPowered(model, naivePowers(config.gpu).mfu_only_published, 1);
  expect(watts(naive) / watts(model)).toBeGreaterThan(0.35);
  expect(watts(naive) / watts(model)).toBeLessThan(0.65);
});

test("FLOPs times TDP is the energy of a GPU that does nothing but compute at its peak", () => {
  const config = stepConfig();
  const shape = prefillShape(1000);
  const joules = (name: "flops_times_tdp" | "flops_times_tdp_sparse" | "tdp_times_time") => {
    const cost = emptyCost();
    naivelyPowered(stepModel(config), naivePowers(config.gpu)[name], 1).price(shape, cost);
    return { energyJ: cost.energyJ, durationS: cost.durationS };
  };
  const { perToken, perPair } = stepModel(config).prefillFlop;
  const headFlop = 2 * 4096 * 128_256;
  const flop = 1000 * perToken + shape.prefillPairs * perPair + headFlop;
  expect(joules("flops_times_tdp").energyJ / ((700 * flop) / 989e12)).toBeCloseTo(1, 9);
  expect(joules("flops_times_tdp_sparse").energyJ * 2).toBeCloseTo(
    joules("flops_times_tdp").energyJ,
    9,
  );
  const { energyJ, durationS } = joules("tdp_times_time");
  expect(energyJ).toBeCloseTo(700 * durationS, 9);
});

test("a naive estimate changes the joules alone, and shares them as the step's own", () => {
  fc.assert(
    fc.property(anyStep, ({ config, shape }) => {
      const model = stepModel(config);
      const naive = naivelyPowered(
        model,
        naivePowers(config.gpu).mfu_only_published,
        config.tensorParallel,
      );
      const [own, other] = [emptyCost(), emptyCost()];
      model.price(shape, own);
      naive.price(shape, other);
      expect(other.durationS).toBe(own.durationS);
      expect(other.mfu).toBe(own.mfu);
      const shared = (cost: typeof own) =>
        cost.energyPerSeqJ * shape.decodeSeqs +
        cost.energyPerContextTokenJ * shape.decodeContextTokens;
      expect(shared(other) / other.energyJ).toBeCloseTo(shared(own) / own.energyJ, 9);
    }),
  );
});
