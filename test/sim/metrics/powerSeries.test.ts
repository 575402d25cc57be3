import fc from "fast-check";
import { expect, test } from "vitest";
import { PowerSeries, peakW, total } from "../../../sim/metrics/powerSeries.ts";
import { emptyCost } from "../../../sim/shapley.ts";
import { endS, energyUntilJ, newStepRun, priceRun, type StepRun } from "../../../sim/stepRun.ts";

/** Steps that all last and draw the same. */
function evenRun(given: { startS: number; steps: number; stepS: number; powerW: number }): StepRun {
  const { startS, steps, stepS, powerW } = given;
  const run = Object.assign(newStepRun(), { startS, steps, decodeSeqs: 1, contextTokens: 100 });
  const cost = { ...emptyCost(), durationS: stepS, energyPerSeqJ: powerW * stepS };
  priceRun(run, cost, cost, cost);
  return run;
}

const oneGpu = { gpus: 1, idleW: 100 };

test("a run's joules fall into the seconds in which they are drawn, idle joules beside them", () => {
  // From 10 s on; the run draws 300 W from 10.5 s to 13.25 s.
  const series = new PowerSeries(10);
  const run = evenRun({ startS: 10.5, steps: 11, stepS: 0.25, powerW: 300 });
  series.add(run, endS(run), oneGpu);
  const { gpuJ, busyGpuS } = series.perSecond(4.5, 100);
  expect([...gpuJ]).toEqual([200, 300, 300, 150, 50]);
  expect([...busyGpuS]).toEqual([0.5, 1, 1, 0.25, 0]);
});

test("runs shorter than a second add up in theirs, of several replicas and all their GPUs", () => {
  const series = new PowerSeries(0);
  for (const startS of [0.25, 0.5]) {
    const run = evenRun({ startS, steps: 1, stepS: 0.125, powerW: 700 });
    series.add(run, endS(run), { gpus: 2, idleW: 200 });
  }
  const other = evenRun({ startS: 0.5, steps: 2, stepS: 0.25, powerW: 300 });
  series.add(other, endS(other), oneGpu);
  const { gpuJ, busyGpuS } = series.perSecond(1, 300);
  expect([...gpuJ]).toEqual([0.25 * 700 + 0.75 * 200 + 0.5 * 300 + 0.5 * 100]);
  expect([...busyGpuS]).toEqual([2 * 0.25 + 0.5]);
});

test("a run cut by the end of the simulation counts up to there", () => {
  const series = new PowerSeries(0);
  const run = evenRun({ startS: 0, steps: 1, stepS: 10, powerW: 300 });
  series.add(run, 2.5, oneGpu);
  const { gpuJ, busyGpuS } = series.perSecond(2.5, 100);
  expect([...gpuJ]).toEqual([300, 300, 150]);
  expect([...busyGpuS]).toEqual([1, 1, 0.5]);
});

test("a run that lasts for hours grows the series as far", () => {
  const series = new PowerSeries(0);
  const run = evenRun({ startS: 0.5, steps: 10_000, stepS: 1, powerW: 400 });
  series.add(run, endS(run), oneGpu);
  const { gpuJ } = series.perSecond(10_001, 100);
  expect(gpuJ.length).toBe(10_001);
  expect(gpuJ[0]).toBe(250);
  expect(gpuJ.slice(1, -1).every((joules) => Math.abs(joules - 400) < 1e-6)).toBe(true);
  expect(gpuJ[10_000]).toBeCloseTo(250, 6);
});

test("seconds sum to the joules of the runs and of the idleness around them", () => {
  const runs = fc.array(
    fc.record({
      afterS: fc.double({ min: 0, max: 3, noNaN: true }),
      steps: fc.integer({ min: 1, max: 50 }),
      stepS: fc.double({ min: 1e-4, max: 0.4, noNaN: true }),
      powerW: fc.double({ min: 100, max: 700, noNaN: true }),
    }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(runs, fc.double({ min: 0, max: 100, noNaN: true }), (given, originS) => {
      const series = new PowerSeries(originS);
      let nowS = originS;
      let joules = 0;
      let busyS = 0;
      for (const { afterS, ...shape } of given) {
        const run = evenRun({ ...shape, startS: nowS + afterS });
        nowS = endS(run);
        series.add(run, nowS, oneGpu);
        joules += 100 * afterS + energyUntilJ(run, nowS);
        busyS += nowS - run.startS;
      }
      const { gpuJ, busyGpuS } = series.perSecond(nowS - originS, 100);
      expect(Math.abs(total(gpuJ) - joules)).toBeLessThanOrEqual(1e-9 * joules);
      expect(total(busyGpuS)).toBeCloseTo(busyS, 6);
    }),
  );
});

test("the peak is the highest mean over a second", () => {
  expect(peakW(Float64Array.of(100, 450, 300), 3)).toBe(450);
});

test("a busy last part of a second counts with what was drawn before it", () => {
  // 400 J in the last half second, and half of the 300 J of the second before.
  expect(peakW(Float64Array.of(100, 300, 400), 2.5)).toBe(550);
  expect(peakW(Float64Array.of(500, 300, 100), 2.5)).toBe(500);
});

test("a run shorter than a second has its mean as peak, and no run has none", () => {
  expect(peakW(Float64Array.of(150), 0.5)).toBe(300);
  expect(peakW(new Float64Array(0), 0)).toBe(0);
});
