import fc from "fast-check";
import { expect, test } from "vitest";
import { PowerSeries } from "../../../sim/metrics/powerSeries.ts";
import { emptyCost } from "../../../sim/ports.ts";
import { endS, energyUntilJ, newStepRun, priceRun, type StepRun } from "../../../sim/stepRun.ts";

const oneGpu = { gpus: 1, idleW: 100 };

/** Steps that all last and draw the same. */
function evenRun(
  given: { startS: number; steps: number; stepS: number; powerW: number },
  replica = oneGpu,
): StepRun {
  const { startS, steps, stepS, powerW } = given;
  const run = Object.assign(newStepRun(replica), {
    startS,
    steps,
    decodeSeqs: 1,
    contextTokens: 100,
  });
  const cost = { ...emptyCost(), durationS: stepS, energyPerSeqJ: powerW * stepS };
  priceRun(run, cost, cost, cost);
  return run;
}

/** Mean watts of the first seconds above an idle draw, and busy GPU-seconds in each. */
function bySecond(series: PowerSeries, seconds: number, idleW: number) {
  const all = Array.from({ length: seconds }, (_, second) => second);
  const idle = { constantW: idleW, perBusyGpuW: 0 };
  const powerW = all.map((second) => series.secondW(second, idle));
  const busy = { constantW: idleW, perBusyGpuW: 1000 };
  const busyGpuS = all.map((second, i) => (series.secondW(second, busy) - (powerW[i] ?? 0)) / 1000);
  return { powerW, busyGpuS };
}

test("a run's joules fall into the seconds in which they are drawn, idle joules beside them", () => {
  // From 10 s on; the run draws 300 W from 10.5 s to 13.25 s.
  const series = new PowerSeries(10);
  const run = evenRun({ startS: 10.5, steps: 11, stepS: 0.25, powerW: 300 });
  series.add(run, endS(run));
  const { powerW, busyGpuS } = bySecond(series, 5, 100);
  expect(powerW).toEqual([200, 300, 300, 150, 100]);
  expect(busyGpuS).toEqual([0.5, 1, 1, 0.25, 0]);
});

test("runs shorter than a second add up in theirs, of several replicas and all their GPUs", () => {
  const series = new PowerSeries(0);
  for (const startS of [0.25, 0.5]) {
    const two = { gpus: 2, idleW: 200 };
    const run = evenRun({ startS, steps: 1, stepS: 0.125, powerW: 700 }, two);
    series.add(run, endS(run));
  }
  const other = evenRun({ startS: 0.5, steps: 2, stepS: 0.25, powerW: 300 });
  series.add(other, endS(other));
  const { powerW, busyGpuS } = bySecond(series, 1, 300);
  expect(powerW).toEqual([0.25 * 700 + 0.75 * 200 + 0.5 * 300 + 0.5 * 100]);
  expect(busyGpuS).toEqual([2 * 0.25 + 0.5]);
});

test("a run cut by the end of the simulation counts up to there", () => {
  const series = new PowerSeries(0);
  const run = evenRun({ startS: 0, steps: 1, stepS: 10, powerW: 300 });
  series.add(run, 2.5);
  const { powerW, busyGpuS } = bySecond(series, 3, 100);
  expect(powerW).toEqual([300, 300, 200]);
  expect(busyGpuS).toEqual([1, 1, 0.5]);
});

test("a run that lasts for hours grows the series as far", () => {
  const series = new PowerSeries(0);
  const run = evenRun({ startS: 0.5, steps: 10_000, stepS: 1, powerW: 400 });
  series.add(run, endS(run));
  const { powerW } = bySecond(series, 10_002, 100);
  expect(powerW[0]).toBe(250);
  expect(powerW.slice(1, -2).every((watts) => Math.abs(watts - 400) < 1e-6)).toBe(true);
  expect(powerW[10_000]).toBeCloseTo(250, 6);
  expect(powerW[10_001]).toBe(100);
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
        series.add(run, nowS);
        joules += 100 * afterS + energyUntilJ(run, nowS);
        busyS += nowS - run.startS;
      }
      const spanS = nowS - originS;
      expect(Math.abs(series.aboveIdleJ() + 100 * spanS - joules)).toBeLessThanOrEqual(
        1e-9 * joules,
      );
      const { busyGpuS } = bySecond(series, Math.ceil(spanS) + 1, 100);
      expect(busyGpuS.reduce((sum, seconds) => sum + seconds, 0)).toBeCloseTo(busyS, 6);
    }),
  );
});

/** A series that draws these joules in its seconds, over idle watts of 0. */
function seriesOf(joules: readonly number[]): PowerSeries {
  const series = new PowerSeries(0);
  for (const [startS, powerW] of joules.entries()) {
    const run = evenRun(
      { startS, steps: 1, stepS: 0.25, powerW: powerW * 4 },
      { gpus: 1, idleW: 0 },
    );
    series.add(run, endS(run));
  }
  return series;
}

const nothing = { constantW: 0, perBusyGpuW: 0 };

test("the peak is the highest mean over a second", () => {
  expect(seriesOf([100, 450, 300]).peakW(3, nothing)).toBe(450);
  expect(seriesOf([100, 450, 300]).peakW(3, { constantW: 50, perBusyGpuW: 0 })).toBe(500);
  expect(seriesOf([100, 450, 300]).peakW(3, { constantW: 0, perBusyGpuW: 40 })).toBe(460);
});

test("a busy last part of a second counts with what was drawn before it", () => {
  // 400 J in the last half second, and half of the 300 J of the second before.
  expect(seriesOf([100, 300, 400]).peakW(2.5, nothing)).toBe(550);
  expect(seriesOf([500, 300, 100]).peakW(2.5, nothing)).toBe(500);
});

test("a run shorter than a second has its mean as peak, and no run has none", () => {
  expect(seriesOf([150]).peakW(0.5, nothing)).toBe(300);
  expect(seriesOf([]).peakW(0, nothing)).toBe(0);
});

test("seconds in which nothing runs cost no memory, however many", () => {
  const series = new PowerSeries(0);
  const run = evenRun({ startS: 1e12, steps: 1, stepS: 0.5, powerW: 300 });
  series.add(run, endS(run));
  expect(series.peakW(1e12 + 1, { constantW: 100, perBusyGpuW: 0 })).toBe(200);
});

test("what is drawn evenly for days is, second by second, what adding it by the second gives", () => {
  const spans = fc.array(
    fc.record({
      startedS: fc.double({ min: 7, max: 20_000, noNaN: true }),
      lastsS: fc.oneof(
        fc.double({ min: 0, max: 5, noNaN: true }),
        fc.double({ min: 0, max: 40_000, noNaN: true }),
        fc.constantFrom(4096, 8192),
      ),
      powerW: fc.double({ min: -300, max: 300, noNaN: true }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(spans, (given) => {
      const series = new PowerSeries(7);
      const plain = new Float64Array(70_000);
      let joules = 0;
      let mostW = 0;
      for (const { startedS, lastsS, powerW } of given) {
        series.addEvenly({ startedS, endedS: startedS + lastsS }, powerW * lastsS);
        joules += powerW * lastsS;
        for (let s = Math.floor(startedS - 7); s <= startedS + lastsS - 7; s++) {
          const fromS = Math.max(startedS, 7 + s);
          const toS = Math.min(startedS + lastsS, 8 + s);
          plain[s] = (plain[s] ?? 0) + powerW * (toS - fromS);
        }
      }
      for (const [s, expectedW] of plain.entries()) {
        mostW = Math.max(mostW, expectedW);
        const foundW = series.secondW(s, nothing);
        if (Math.abs(foundW - expectedW) > 1e-6) expect([s, foundW]).toEqual([s, expectedW]);
      }
      expect(series.aboveIdleJ()).toBeCloseTo(joules, 3);
      expect(series.peakW(plain.length, nothing)).toBeCloseTo(mostW, 6);
    }),
    { numRuns: 30 },
  );
});

test("a draw of ten thousand years costs no more than one of a day", () => {
  const series = new PowerSeries(0);
  series.addEvenly({ startedS: 0.5, endedS: 3e11 }, 3e13);
  expect(series.secondW(1e11, nothing)).toBeCloseTo(100, 6);
  expect(series.aboveIdleJ() / 3e13).toBeCloseTo(1, 9);
  expect(series.peakW(4e11, nothing)).toBeCloseTo(100, 6);
});

const noSums = () => ({ gpuJ: 0, busyGpuS: 0, seqS: 0, kvRatioS: 0, highestRunW: 0 });

test("sums over any seconds are those of each of them", () => {
  const series = new PowerSeries(0, true);
  for (const startS of [3, 5000.5, 9000]) {
    const even = evenRun({ startS, steps: 40, stepS: 0.25, powerW: 100 + startS / 50 });
    const run = Object.assign(even, { seqs: 1 });
    series.add(run, endS(run), 0.5);
  }
  series.addEvenly({ startedS: 3, endedS: 40_000 }, 4e6);
  fc.assert(
    fc.property(fc.nat(30_000), fc.nat(20_000), fc.boolean(), (from, seconds, isPart) => {
      const sums = noSums();
      // The last second counts whole, as the end of a run may lie within it.
      series.addUp(sums, from, from + seconds + (isPart ? 0.5 : 0));
      const { powerW, busyGpuS } = bySecond(series, from + seconds + (isPart ? 1 : 0), 0);
      const plainJ = powerW.slice(from).reduce((sumJ, watts) => sumJ + watts, 0);
      const plainBusyS = busyGpuS.slice(from).reduce((sumS, busyS) => sumS + busyS, 0);
      expect(Math.abs(sums.gpuJ - plainJ)).toBeLessThan(1e-4);
      expect(sums.busyGpuS).toBeCloseTo(plainBusyS, 6);
      // One sequence at a time, in half of the blocks.
      expect(sums.seqS).toBeCloseTo(plainBusyS, 6);
      expect(sums.kvRatioS).toBeCloseTo(plainBusyS / 2, 6);
      expect(sums.highestRunW > 0).toBe(plainBusyS > 1e-6);
    }),
    { numRuns: 30 },
  );
});

test("a thousand years in which nothing runs are summed block by block", () => {
  const series = new PowerSeries(0);
  series.addEvenly({ startedS: 0, endedS: 3e10 }, 3e12);
  const sums = noSums();
  series.addUp(sums, 0, 3e10);
  expect(sums.gpuJ / 3e12).toBeCloseTo(1, 9);
});
