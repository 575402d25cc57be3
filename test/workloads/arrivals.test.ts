import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import { allAtOnce } from "../../workloads/arrivals/allAtOnce.ts";
import type { ArrivalProcess } from "../../workloads/arrivals/arrivalProcess.ts";
import { type ArrivalSpec, arrivalProcess } from "../../workloads/arrivals/arrivalProcesses.ts";
import { constant } from "../../workloads/arrivals/constant.ts";
import { onOff } from "../../workloads/arrivals/onOff.ts";
import { poisson } from "../../workloads/arrivals/poisson.ts";
import { renewal } from "../../workloads/arrivals/renewal.ts";
import { cv, gapsOf, mean, standardErrors } from "./statistics.ts";

const stream = (seed = "1") => randomStreams(seed)("workload/arrivals");
const times = (arrivals: ArrivalProcess, count: number) =>
  Array.from({ length: count }, () => arrivals.nextS());

describe("constant arrivals", () => {
  test("arrival k comes at k / rate, without drift", () => {
    expect(times(constant({ ratePerS: 4 }), 4)).toEqual([0, 0.25, 0.5, 0.75]);
    expect(times(constant({ ratePerS: 10 }), 1001)[1000]).toBe(100);
  });
});

describe("all at once", () => {
  test("everything arrives at 0", () => {
    expect(times(allAtOnce(), 3)).toEqual([0, 0, 0]);
  });
});

describe("Poisson arrivals", () => {
  const arrivals = times(poisson(stream(), { ratePerS: 4 }), 100_000);

  test("the first comes after a random gap", () => {
    expect(arrivals[0]).toBeGreaterThan(0);
    expect(times(poisson(stream("2"), { ratePerS: 4 }), 1)).not.toEqual([arrivals[0]]);
  });

  test("gaps have the mean and the spread of an exponential law", () => {
    const gaps = gapsOf(arrivals);
    expect(standardErrors(gaps, 0.25)).toBeLessThan(3);
    expect(cv(gaps)).toBeCloseTo(1, 1);
  });

  test("counts per second have the variance of their mean", () => {
    const counts = new Array<number>(20_000).fill(0);
    for (const timeS of arrivals) {
      const second = Math.floor(timeS);
      if (second < counts.length) counts[second] = (counts[second] ?? 0) + 1;
    }
    expect(cv(counts) ** 2 * mean(counts)).toBeCloseTo(1, 1);
  });
});

describe("renewal arrivals", () => {
  test("gaps of a flat profile have the rate and the spread of their gamma law", () => {
    const flat = { gammaShape: 0.25, binS: 7, ratesPerS: [5] };
    const gaps = gapsOf(times(renewal(stream(), flat), 100_000));
    expect(standardErrors(gaps, 1 / 5)).toBeLessThan(3);
    expect(cv(gaps)).toBeGreaterThan(1.94);
    expect(cv(gaps)).toBeLessThan(2.06);
  });

  test("each bin gets arrivals at its rate, and the profile repeats", () => {
    const profile = { gammaShape: 1, binS: 10, ratesPerS: [1, 0, 9] };
    const counts = [0, 0, 0];
    for (const timeS of times(renewal(stream(), profile), 60_000)) {
      const bin = Math.floor(timeS / 10) % 3;
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    expect(counts[1]).toBe(0);
    expect(counts[2]).toBeGreaterThan(53_700);
    expect(counts[2]).toBeLessThan(54_300);
  });
});

describe("bursts", () => {
  const gapsS = { ratios: [0, 1], values: [0, 2] };
  const bursts = { requestsPerBurst: 5, gapsS, pauseMinS: 10, pauseMeanS: 30 };

  test("a burst begins at 0", () => {
    expect(onOff(stream(), bursts).nextS()).toBe(0);
  });

  test("requests per burst, gaps and pauses have the means asked for", () => {
    const gaps = gapsOf(times(onOff(stream(), bursts), 100_000));
    const pauses = gaps.filter((gap) => gap >= 10);
    expect(standardErrors(pauses, 30)).toBeLessThan(3);
    const within = gaps.filter((gap) => gap < 10);
    expect(standardErrors(within, 1)).toBeLessThan(3);
    expect(Math.max(...within)).toBeLessThanOrEqual(2);
    expect(gaps.length / pauses.length).toBeGreaterThan(4.9);
    expect(gaps.length / pauses.length).toBeLessThan(5.1);
  });

  test("bursts of one request are told apart by pauses alone", () => {
    const gaps = gapsOf(times(onOff(stream(), { ...bursts, requestsPerBurst: 1 }), 1000));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10);
  });
});

describe("every arrival process", () => {
  const rate = fc.double({ min: 1e-3, max: 1e4, noNaN: true });
  const ratePerS = fc.record({ ratePerS: rate });
  const profile = fc.record({
    gammaShape: fc.double({ min: 0.01, max: 100, noNaN: true }),
    binS: fc.double({ min: 0.1, max: 1000, noNaN: true }),
    ratesPerS: fc.tuple(rate, fc.constant(0), rate),
  });
  const bursts = fc.record({
    requestsPerBurst: fc.double({ min: 1, max: 50, noNaN: true }),
    gapsS: fc.constant({ ratios: [0, 0.5, 1], values: [0, 0.1, 2] }),
    pauseMinS: fc.double({ min: 0, max: 10, noNaN: true }),
    pauseMeanS: fc.double({ min: 11, max: 100, noNaN: true }),
  });
  const spec: fc.Arbitrary<ArrivalSpec> = fc.oneof(
    ratePerS.map((parameters) => ({ kind: "poisson", ...parameters }) as const),
    ratePerS.map((parameters) => ({ kind: "constant", ...parameters }) as const),
    fc.constant({ kind: "allAtOnce" } as const),
    profile.map((parameters) => ({ kind: "renewal", ...parameters }) as const),
    bursts.map((parameters) => ({ kind: "onOff", ...parameters }) as const),
  );

  test("never goes back in time, and repeats itself from the same seed", () => {
    fc.assert(
      fc.property(spec, fc.string({ minLength: 1 }), (parameters, seed) => {
        const arrivals = times(arrivalProcess(parameters, stream(seed)), 200);
        expect(arrivals.every(Number.isFinite)).toBe(true);
        expect(arrivals[0]).toBeGreaterThanOrEqual(0);
        expect(gapsOf(arrivals).every((gap) => gap >= 0)).toBe(true);
        expect(times(arrivalProcess(parameters, stream(seed)), 200)).toEqual(arrivals);
      }),
    );
  });

  test.each<[ArrivalSpec, string]>([
    [{ kind: "poisson", ratePerS: 0 }, "ratePerS: expected a number above 0, found 0"],
    [{ kind: "constant", ratePerS: Number.NaN }, "ratePerS: expected a number above 0, found NaN"],
    [{ kind: "poisson", ratePerS: Infinity }, "found Infinity"],
    [{ kind: "renewal", gammaShape: 1, binS: 60, ratesPerS: [0, 0] }, "highest of ratesPerS"],
    [{ kind: "renewal", gammaShape: 1, binS: 60, ratesPerS: [] }, "highest of ratesPerS"],
    [{ kind: "renewal", gammaShape: 1, binS: 60, ratesPerS: [1, -1] }, "found -1"],
    [{ kind: "renewal", gammaShape: 0, binS: 60, ratesPerS: [1] }, "gammaShape"],
  ])("a parameter out of range is named: %o", (parameters, message) => {
    expect(() => arrivalProcess(parameters, stream())).toThrow(message);
  });
});
