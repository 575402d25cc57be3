import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import { allAtOnce } from "../../workloads/arrivals/allAtOnce.ts";
import type { ArrivalProcess } from "../../workloads/arrivals/arrivalProcess.ts";
import { constant } from "../../workloads/arrivals/constant.ts";
import { gamma } from "../../workloads/arrivals/gamma.ts";
import { hyperExponential } from "../../workloads/arrivals/hyperExponential.ts";
import { onOff } from "../../workloads/arrivals/onOff.ts";
import { poisson } from "../../workloads/arrivals/poisson.ts";
import { renewal } from "../../workloads/arrivals/renewal.ts";
import { rescaled } from "../../workloads/arrivals/rescaled.ts";
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

  test("a profile that has hardly an arrival is passed many at a time", () => {
    const rare = { gammaShape: 1, binS: 1e-9, ratesPerS: [1, 3] };
    expect(standardErrors(gapsOf(times(renewal(stream(), rare), 10_000)), 1 / 2)).toBeLessThan(3);
  });
});

describe("gamma arrivals", () => {
  test.each([0.25, 1, 4])("gaps have the rate, and vary by 1 / sqrt(%d)", (burstiness) => {
    const gaps = gapsOf(times(gamma(stream(), { ratePerS: 5, burstiness }), 100_000));
    expect(standardErrors(gaps, 1 / 5)).toBeLessThan(3);
    expect(cv(gaps) * Math.sqrt(burstiness)).toBeGreaterThan(0.97);
    expect(cv(gaps) * Math.sqrt(burstiness)).toBeLessThan(1.03);
  });

  test("rescaled, the last of n comes at n / rate, and all keep their order and proportions", () => {
    const law = { ratePerS: 5, burstiness: 0.25 };
    const drawn = times(gamma(stream(), law), 40);
    const stretched = times(rescaled(gamma(stream(), law), { requests: 40, lastS: 8 }), 40);
    expect(stretched.at(-1)).toBe(8);
    const factor = 8 / (drawn.at(-1) ?? 0);
    for (const [i, timeS] of stretched.entries()) {
      expect(timeS).toBeCloseTo((drawn[i] ?? 0) * factor, 9);
    }
  });

  test("rescaled, requests that all come at 0 stay there", () => {
    expect(times(rescaled(allAtOnce(), { requests: 2, lastS: 8 }), 2)).toEqual([0, 0]);
  });
});

describe("hyper-exponential arrivals", () => {
  test.each([1, 2, 4])("gaps have the rate and a coefficient of variation of %d", (asked) => {
    const gaps = gapsOf(times(hyperExponential(stream(), { ratePerS: 5, cv: asked }), 400_000));
    expect(standardErrors(gaps, 1 / 5)).toBeLessThan(3);
    expect(cv(gaps) / asked).toBeGreaterThan(0.95);
    expect(cv(gaps) / asked).toBeLessThan(1.05);
  });

  test("short and long gaps fill half of the time each", () => {
    // At cv 3, 1 - p is 1/2 - sqrt(0.8)/2: long gaps last 1 / (2 x 0.0528 x 5) = 1.89 s on average.
    const gaps = gapsOf(times(hyperExponential(stream(), { ratePerS: 5, cv: 3 }), 400_000));
    const longer = gaps.filter((gap) => gap > 1).length / gaps.length;
    expect(Math.abs(longer - 0.0528 * Math.exp(-1 / 1.894))).toBeLessThan(0.0012);
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

  test("a rate in place of a table of gaps makes them exponential", () => {
    const poissonBursts = { ...bursts, gapsS: { ratePerS: 20 }, pauseMinS: 10 };
    const within = gapsOf(times(onOff(stream(), poissonBursts), 100_000)).filter((gap) => gap < 10);
    expect(standardErrors(within, 0.05)).toBeLessThan(3);
    expect(cv(within)).toBeCloseTo(1, 1);
  });

  test("bursts of one request are told apart by pauses alone", () => {
    const gaps = gapsOf(times(onOff(stream(), { ...bursts, requestsPerBurst: 1 }), 1000));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10);
  });
});
