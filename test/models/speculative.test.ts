import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectedTokensPerStep } from "../../models/acceptance.ts";
import { eagleHead } from "../../models/eagle.ts";
import { evidenceOf } from "../../models/evidence.ts";
import type { StepConfig } from "../../models/matrices.ts";
import { draftConfig, speculativeModel } from "../../models/speculative.ts";
import { speculativeEvidence } from "../../models/speculativeEvidence.ts";
import { stepModel } from "../../models/stepTime.ts";
import { type BatchShape, emptyCost, type StepModel } from "../../sim/ports.ts";

import { anyStep, decodeShape, knownLlm, prefillShape, stepConfig } from "../support/stepWorld.ts";

const small = knownLlm("meta-llama/Llama-3.2-1B");
const smallFor = (target: StepConfig) => draftConfig(target, small);
const headFor = (target: StepConfig) => draftConfig(target, eagleHead(target.llm));

function priceOf(model: StepModel, shape: Readonly<BatchShape>) {
  const cost = emptyCost();
  model.price(shape, cost);
  return cost;
}

/** The same step where each sequence verifies k guesses. */
function verifying(shape: Readonly<BatchShape>, draftTokens: number): BatchShape {
  const decodeTokens = shape.decodeSeqs * (draftTokens + 1);
  const sampledSeqs = shape.prefillSeqs + decodeTokens;
  return { ...shape, decodeTokens, sampledSeqs };
}

/** A deployment that speculates, and a step of it. */
const anySpeculation = fc
  .record({
    step: anyStep,
    draftTokens: fc.integer({ min: 1, max: 6 }),
    draftFor: fc.constantFrom(smallFor, headFor),
  })
  .map(({ step: { config: target, shape }, draftTokens, draftFor }) => {
    const draft = draftFor(target);
    const model = speculativeModel({ target, draft, draftTokens });
    return { target, draft, draftTokens, model, shape: verifying(shape, draftTokens) };
  });

test("without guesses a step costs what it costs without a draft, to the bit", () => {
  fc.assert(
    fc.property(anyStep, ({ config, shape }) => {
      const model = speculativeModel({ target: config, draft: smallFor(config), draftTokens: 0 });
      expect(priceOf(model, shape)).toEqual(priceOf(stepModel(config), shape));
      expect(model.prefillFlop).toEqual(stepModel(config).prefillFlop);
    }),
  );
});

test("the shares of a step that only decodes sum to its joules, swapping included", () => {
  fc.assert(
    fc.property(anySpeculation, fc.constantFrom(0, 1000), ({ model, shape }, swappedTokens) => {
      fc.pre(shape.decodeSeqs > 0);
      const decode = { ...withoutPrefill(shape), swappedTokens };
      const cost = priceOf(model, decode);
      const sumJ =
        decode.decodeSeqs * cost.energyPerSeqJ +
        decode.decodeContextTokens * cost.energyPerContextTokenJ;
      expect(sumJ / cost.energyJ).toBeCloseTo(1, 12);
    }),
  );
});

test("time is affine in the contexts between equal regimes", () => {
  fc.assert(
    fc.property(anySpeculation, fc.integer({ min: 1, max: 100_000 }), ({ model, shape }, more) => {
      fc.pre(shape.decodeSeqs > 0);
      const grown = (times: number) =>
        priceOf(model, { ...shape, decodeContextTokens: shape.decodeContextTokens + times * more });
      const [start, middle, end] = [grown(0), grown(1), grown(2)];
      fc.pre(start.regime === end.regime);
      expect(middle.durationS / ((start.durationS + end.durationS) / 2)).toBeCloseTo(1, 9);
      expect(middle.gpuBusyS / ((start.gpuBusyS + end.gpuBusyS) / 2)).toBeCloseTo(1, 9);
    }),
  );
});

test("a draft adds time and joules to what verifying takes, and MFU and MBU stay shares of 1", () => {
  fc.assert(
    fc.property(anySpeculation, ({ target, model, shape }) => {
      const verification = priceOf(stepModel(target), shape);
      const cost = priceOf(model, shape);
      expect(cost.durationS).toBeGreaterThan(verification.durationS);
      expect(cost.gpuBusyS).toBeGreaterThan(verification.gpuBusyS);
      expect(cost.gpuBusyS).toBeLessThanOrEqual(cost.durationS);
      expect(cost.energyJ).toBeGreaterThan(verification.energyJ);
      expect(Math.max(cost.mfu, cost.mbu)).toBeLessThanOrEqual(1);
      const watts = cost.energyJ / cost.durationS / target.tensorParallel;
      expect(watts).toBeGreaterThan(target.gpu.idleContextHeldW);
      expect(watts).toBeLessThanOrEqual(target.gpu.tdpW);
    }),
  );
});

test("a mixed step shares nothing itself, and drafts its prompts once", () => {
  const target = stepConfig();
  const costAt = (draftTokens: number) => {
    const mixed = { ...prefillShape(512), ...decodeOf(8) };
    const model = speculativeModel({ target, draft: smallFor(target), draftTokens });
    return priceOf(model, verifying(mixed, draftTokens));
  };
  const [two, three, four] = [costAt(2), costAt(3), costAt(4)];
  expect(two).toMatchObject({ energyPerSeqJ: 0, energyPerContextTokenJ: 0 });
  // One draft step and 8 rows to verify more; the prompt is in neither difference.
  const steps = [three.durationS - two.durationS, four.durationS - three.durationS];
  expect(steps[0]).toBeCloseTo(steps[1] ?? 0, 4);
  expect(steps[0]).toBeLessThan(4e-3);
});

test("prompts pass the draft too, whose keys and values it needs", () => {
  const target = stepConfig();
  const draft = smallFor(target);
  const model = speculativeModel({ target, draft, draftTokens: 4 });
  const both = priceOf(model, prefillShape(2048)).energyJ;
  const alone = [target, draft].map((one) => priceOf(stepModel(one), prefillShape(2048)).energyJ);
  const sum = alone.reduce((total, energyJ) => total + energyJ, 0);
  // But for the draft's one row of logits and the host time that is the target's.
  expect(both).toBeLessThan(sum);
  expect(both / sum).toBeGreaterThan(0.98);
  const perToken = [target, draft].map((one) => stepModel(one).prefillFlop.perToken);
  expect(model.prefillFlop.perToken).toBe((perToken[0] ?? 0) + (perToken[1] ?? 0));
});

test("a draft step keeps the stack's host time up to 0.3 ms, and none of it for each sequence", () => {
  const target = stepConfig({ stack: "vllm" });
  const draft = smallFor(target);
  const shape = decodeShape(32, 1024);
  const verification = priceOf(stepModel(target), verifying(shape, 1));
  const cost = priceOf(speculativeModel({ target, draft, draftTokens: 1 }), verifying(shape, 1));
  const drafting = priceOf(stepModel(draft), shape);
  const draftS = cost.durationS - verification.durationS;
  expect(draftS).toBeCloseTo(drafting.gpuBusyS + 0.3e-3, 12);
  expect(drafting.durationS - drafting.gpuBusyS).toBeCloseTo(1e-3 + 32 * 30e-6, 12);
});

describe("verification", () => {
  test("reads each context once and scores it with every guess", () => {
    const model = stepModel(stepConfig({ stack: "ideal" }));
    const [plain, verified] = [0, 4].map((k) =>
      priceOf(model, verifying(decodeShape(1, 30_000), k)),
    );
    expect((verified?.durationS ?? 0) / (plain?.durationS ?? 1)).toBeLessThan(1.02);
    const flops = (cost = emptyCost()) => cost.mfu * cost.durationS;
    expect(flops(verified) / flops(plain)).toBeCloseTo(5, 9);
  });

  test("meets more experts, so that it costs a small batch of a MoE more than a dense network", () => {
    const ratioOf = (llm: string, batch: number) => {
      const model = stepModel(stepConfig({ llm, stack: "ideal" }));
      const shape = decodeShape(batch, 512);
      return priceOf(model, verifying(shape, 4)).durationS / priceOf(model, shape).durationS;
    };
    for (const batch of [1, 2, 4]) {
      expect(ratioOf("Qwen/Qwen3-30B-A3B", batch)).toBeGreaterThan(
        1.5 * ratioOf("meta-llama/Llama-3.1-8B", batch),
      );
    }
  });
});

/** Seconds and joules of a token over what they are without speculation. */
function tokenRatios(target: StepConfig, draft: StepConfig, batch: number) {
  const guess = { acceptanceRatio: 0.7, draftTokens: 4 };
  const shape = decodeShape(batch, 576);
  const plain = priceOf(stepModel(target), shape);
  const model = speculativeModel({ target, draft, draftTokens: guess.draftTokens });
  const cost = priceOf(model, verifying(shape, guess.draftTokens));
  const tokens = expectedTokensPerStep(guess);
  return {
    time: cost.durationS / tokens / plain.durationS,
    energy: cost.energyJ / tokens / plain.energyJ,
  };
}

describe("speculation on RTX A6000", () => {
  const target = stepConfig({ gpu: "RTX-A6000", constants: "catalogue" });

  test("saves time and joules at batch 1, loses both at 128, and less the larger the batch", () => {
    const ratios = [1, 8, 128].map((batch) => tokenRatios(target, smallFor(target), batch));
    expect(ratios[0]?.time).toBeLessThan(0.8);
    expect(ratios[0]?.energy).toBeLessThan(0.8);
    expect(ratios[2]?.time).toBeGreaterThan(1);
    expect(ratios[2]?.energy).toBeGreaterThan(1);
    const energies = ratios.map(({ energy }) => energy);
    expect(energies).toEqual(energies.toSorted((a, b) => a - b));
  });

  test("an EAGLE head costs less than a network of its own for the same guesses", () => {
    for (const batch of [1, 32]) {
      const head = tokenRatios(target, headFor(target), batch);
      expect(head.energy).toBeLessThan(tokenRatios(target, smallFor(target), batch).energy);
    }
  });

  test("saves on two GPUs, too, and less: a draft has more all-reduces for its weights", () => {
    const two = stepConfig({ gpu: "RTX-A6000", tensorParallel: 2, constants: "catalogue" });
    const ratio = tokenRatios(two, smallFor(two), 1).time;
    expect(ratio).toBeLessThan(1);
    expect(ratio).toBeGreaterThan(tokenRatios(target, smallFor(target), 1).time);
  });
});

test("no run with drafts was fitted, whatever its networks rest on", () => {
  const target = stepConfig({ constants: "catalogue" });
  expect(evidenceOf(target).latency.basis).toBe("fitted");
  const { latency, power, sources } = speculativeEvidence({
    target,
    draft: smallFor(target),
    draftTokens: 4,
  });
  expect([latency.basis, power.basis]).toEqual(["transferred", "transferred"]);
  expect([latency.support, power.support]).toEqual(["operators_only", "operators_only"]);
  expect(sources).toEqual(expect.arrayContaining([...evidenceOf(target).sources]));
});

function decodeOf(seqs: number) {
  const { decodeSeqs, decodeTokens, decodeContextTokens, decodeWindowTokens } = decodeShape(
    seqs,
    1024,
  );
  return { decodeSeqs, decodeTokens, decodeContextTokens, decodeWindowTokens };
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
