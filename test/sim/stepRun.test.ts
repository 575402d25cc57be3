import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyCost, type StepCost } from "../../sim/ports.ts";

import * as runs from "../../sim/stepRun.ts";

interface Step {
  readonly durationS: number;
  readonly perSeqJ: number;
  readonly perContextTokenJ: number;
}

/** What the steps of a run cost, one by one: durations on a line, joules on parabolas. */
interface Plan {
  readonly startS: number;
  readonly steps: number;
  readonly decodeSeqs: number;
  readonly contextTokens: number;
  readonly step: (index: number) => Step;
}

function costOf({ durationS, perSeqJ, perContextTokenJ }: Step): StepCost {
  return {
    ...emptyCost(),
    durationS,
    energyPerSeqJ: perSeqJ,
    energyPerContextTokenJ: perContextTokenJ,
    mfu: 0.5,
    mbu: 0.25,
  };
}

function priced({ step, ...given }: Plan): runs.StepRun {
  const run = Object.assign(runs.newStepRun({ gpus: 1, idleW: 0 }), given, {
    seqs: given.decodeSeqs,
  });
  const at = (index: number) => costOf(step(index));
  runs.priceRun(run, at(0), at((run.steps - 1) >> 1), at(run.steps - 1));
  return run;
}

/** Joules of step `index`, by the contract of a step model. */
function stepJ(plan: Plan, index: number): number {
  const { perSeqJ, perContextTokenJ } = plan.step(index);
  const context = plan.contextTokens + index * plan.decodeSeqs;
  return plan.decodeSeqs * perSeqJ + context * perContextTokenJ;
}

const amount = (max: number) => fc.double({ min: 0, max, noNaN: true });
const plans: fc.Arbitrary<Plan> = fc
  .record({
    startS: amount(1e4),
    steps: fc.integer({ min: 1, max: 400 }),
    decodeSeqs: fc.integer({ min: 1, max: 64 }),
    contextTokens: fc.integer({ min: 1, max: 100_000 }),
    durationS: fc.double({ min: 1e-3, max: 0.1, noNaN: true }),
    growthS: amount(1e-4),
    seq: fc.tuple(fc.double({ min: 0.1, max: 10, noNaN: true }), amount(1e-2), amount(1e-5)),
    context: fc.tuple(amount(1e-3), amount(1e-6), amount(1e-9)),
  })
  .map(({ durationS, growthS, seq, context, ...given }) => ({
    ...given,
    step: (i: number) => ({
      durationS: durationS + growthS * i,
      perSeqJ: seq[0] + seq[1] * i + seq[2] * i * i,
      perContextTokenJ: context[0] + context[1] * i + context[2] * i * i,
    }),
  }));

const near = (actual: number, expected: number, tolerance = 1e-9) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(tolerance * Math.max(1, expected));

test("the closed form of a run is the sum of its steps, one by one", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const run = priced(plan);
      let timeS = plan.startS;
      let joules = 0;
      for (let count = 1; count <= plan.steps; count++) {
        timeS += plan.step(count - 1).durationS;
        joules += stepJ(plan, count - 1);
        near(runs.endS(run, count), timeS);
        near(runs.energyJ(run, count), joules, 1e-8);
      }
      near(runs.endS(run), timeS);
      expect(runs.spanS(run, 0)).toBe(0);
      expect(runs.energyJ(run, 0)).toBe(0);
    }),
  );
});

test("sums over steps, plain and weighted by the step's number, are those of a loop", () => {
  const small = fc.integer({ min: -9, max: 9 });
  fc.assert(
    fc.property(small, small, small, fc.nat({ max: 300 }), (constant, linear, quadratic, count) => {
      let sum = 0;
      let weighted = 0;
      for (let i = 0; i < count; i++) {
        const value = constant + linear * i + quadratic * i * i;
        sum += value;
        weighted += value * i;
      }
      expect(runs.sum({ constant, linear, quadratic }, count)).toBeCloseTo(sum, 3);
      expect(runs.sumTimesIndex({ constant, linear, quadratic }, count)).toBeCloseTo(weighted, 1);
    }),
  );
});

describe("a curve goes through the prices of the first, the middle and the last step", () => {
  test.each([1, 2, 3, 4, 5, 100, 101])("of %i steps, even where they lie on no line", (steps) => {
    const middle = (steps - 1) >> 1;
    const last = steps - 1;
    const at = (perSeqJ: number) => costOf({ durationS: 1, perSeqJ, perContextTokenJ: 0 });
    const run = Object.assign(runs.newStepRun({ gpus: 1, idleW: 0 }), {
      steps,
      decodeSeqs: 1,
      contextTokens: 1,
    });
    const price = (index: number) => (index === 0 ? 5 : index === last ? 8 : 11);
    runs.priceRun(run, at(price(0)), at(price(middle)), at(price(last)));
    for (const index of [0, middle, last]) {
      const joules = runs.energyJ(run, index + 1) - runs.energyJ(run, index);
      expect(joules).toBeCloseTo(price(index), 9);
    }
  });
});

describe("time within a run", () => {
  // Steps of 1, 2, 3 and 4 s, which end at 11, 13, 16 and 20 s.
  const run = priced({
    startS: 10,
    steps: 4,
    decodeSeqs: 1,
    contextTokens: 1,
    step: (i) => ({ durationS: 1 + i, perSeqJ: 100, perContextTokenJ: 0 }),
  });

  test("a step has ended from its last instant on", () => {
    const ended = [10, 10.9, 11, 12.9, 13, 15.9, 16, 19.9, 20, 99];
    expect(ended.map((timeS) => runs.stepsEndedAt(run, timeS))).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3, 4, 4,
    ]);
  });

  test("a request joins at the first boundary at or after its arrival, never before a step", () => {
    const joins = [10, 10.5, 11, 11.5, 13, 14, 19, 20];
    expect(joins.map((timeS) => runs.stepsUntil(run, timeS))).toEqual([1, 1, 1, 2, 2, 3, 4, 4]);
  });

  test("a run that is cut short ends at that boundary and keeps the prices of its steps", () => {
    const cut = { ...run, steps: runs.stepsUntil(run, 11.5) };
    expect(runs.endS(cut)).toBe(13);
    expect(runs.energyJ(cut)).toBe(runs.energyJ(run, 2));
    expect(runs.stepsEndedAt(cut, 99)).toBe(2);
  });

  test("joules of the step in flight come evenly while it lasts", () => {
    const untilJ = [10, 10.5, 11, 12, 13, 14.5, 20, 30];
    expect(untilJ.map((timeS) => runs.energyUntilJ(run, timeS))).toEqual([
      0, 50, 100, 150, 200, 250, 400, 400,
    ]);
  });
});

test("joules drawn never fall as time passes, and end at the run's joules", () => {
  const passed = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });
  fc.assert(
    fc.property(plans, passed, (plan, ratios) => {
      const run = priced(plan);
      const spanS = runs.spanS(run, run.steps);
      let beforeJ = 0;
      for (const ratio of ratios.sort((a, b) => a - b)) {
        const drawnJ = runs.energyUntilJ(run, plan.startS + ratio * spanS);
        expect(drawnJ).toBeGreaterThanOrEqual(beforeJ - 1e-9 * Math.abs(beforeJ));
        beforeJ = drawnJ;
      }
      expect(runs.energyUntilJ(run, runs.endS(run))).toBe(runs.energyJ(run));
    }),
  );
});

test("MFU and MBU times a step's duration grow evenly, as FLOPs and bytes do", () => {
  const flopShare = (i: number) => 0.2 + 0.01 * i;
  const cost = (i: number) => ({
    ...costOf({ durationS: 1 + 0.1 * i, perSeqJ: 1, perContextTokenJ: 0 }),
    mfu: flopShare(i) / (1 + 0.1 * i),
    mbu: 0.5,
  });
  const run = Object.assign(runs.newStepRun({ gpus: 1, idleW: 0 }), {
    steps: 5,
    decodeSeqs: 1,
    contextTokens: 1,
  });
  runs.priceRun(run, cost(0), cost(2), cost(4));
  for (let i = 0; i < 5; i++) {
    expect(run.firstMfuS + run.growthMfuS * i).toBeCloseTo(flopShare(i), 12);
    expect(run.firstMbuS + run.growthMbuS * i).toBeCloseTo(0.5 * (1 + 0.1 * i), 12);
  }
});

test("what prefill leaves of a mixed step is shared as decoding alone would share it", () => {
  const run = Object.assign(runs.newStepRun({ gpus: 1, idleW: 0 }), {
    steps: 1,
    decodeSeqs: 4,
    contextTokens: 100,
  });
  const whole = { ...emptyCost(), durationS: 2, energyJ: 100 };
  const decodeAlone = {
    ...emptyCost(),
    energyJ: 50,
    energyPerSeqJ: 5,
    energyPerContextTokenJ: 0.3,
  };
  runs.priceMixedStep(run, whole, 40, decodeAlone);
  expect(run.prefillJ).toBe(40);
  expect(run.perSeqJ.constant).toBeCloseTo(6, 12);
  expect(run.perContextTokenJ.constant).toBeCloseTo(0.36, 12);
  expect(runs.energyJ(run)).toBeCloseTo(100, 12);
  expect(runs.endS(run)).toBe(2);
});
