import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import type { ArrivalProcess } from "../../workloads/arrivals/arrivalProcess.ts";
import { diurnal } from "../../workloads/arrivals/diurnal.ts";
import { burstGptRequestsPerHour } from "../../workloads/arrivals/hourProfile.ts";
import { type Ramp, ramp } from "../../workloads/arrivals/ramp.ts";
import { stages } from "../../workloads/arrivals/stages.ts";
import { cv, mean } from "./statistics.ts";

const stream = () => randomStreams("1")("workload/arrivals");

describe("a day", () => {
  const day = { ratePerS: 0.5, burstiness: 1, startHour: 0, dayS: 86_400 };
  const byHour = (parameters: Parameters<typeof diurnal>[1], days: number) => {
    const arrivals = diurnal(stream(), parameters);
    const counts = new Array<number>(24).fill(0);
    const hourS = parameters.dayS / 24;
    for (let timeS = arrivals.nextS(); timeS < days * parameters.dayS; timeS = arrivals.nextS()) {
      const hour = Math.floor(timeS / hourS) % 24;
      counts[hour] = (counts[hour] ?? 0) + 1 / days;
    }
    return counts;
  };

  test("has the mean rate, and each hour its share", () => {
    const counts = byHour(day, 20);
    expect(mean(counts)).toBeGreaterThan(1780);
    expect(mean(counts)).toBeLessThan(1820);
    const perHour = 43_200 / burstGptRequestsPerHour.reduce((sum, count) => sum + count, 0);
    counts.forEach((count, hour) => {
      const expected = (burstGptRequestsPerHour[hour] ?? 0) * perHour;
      // Poisson counts: four standard errors.
      expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected / 20));
    });
  });

  test("begins at the hour it is told to, and may be shorter", () => {
    const hourFactors = Array.from({ length: 24 }, (_, hour) => (hour === 9 ? 1 : 0));
    const counts = byHour({ ...day, ratePerS: 10, hourFactors, startHour: 7, dayS: 240 }, 50);
    expect(counts.filter((count) => count > 0)).toHaveLength(1);
    expect(counts[2]).toBeGreaterThan(2370);
    expect(counts[2]).toBeLessThan(2430);
  });

  test("the built-in one is 11.7 times as busy at its peak as in its trough", () => {
    const peak = Math.max(...burstGptRequestsPerHour);
    expect(burstGptRequestsPerHour.indexOf(peak)).toBe(14);
    expect(peak / Math.min(...burstGptRequestsPerHour)).toBeCloseTo(11.7, 1);
  });
});

describe("a ramp", () => {
  const rising: Ramp = { startPerS: 2, endPerS: 10, overS: 100, strategy: "linear", burstiness: 1 };
  /** Mean counts in tenths of the ramp, and in one more after it. */
  const counted = (parameters: Ramp, runs = 400) => {
    const counts = new Array<number>(11).fill(0);
    const random = stream();
    for (let run = 0; run < runs; run++) {
      const arrivals = ramp(random, parameters);
      for (let timeS = arrivals.nextS(); timeS < 110; timeS = arrivals.nextS()) {
        const bin = Math.floor(timeS / 10);
        counts[bin] = (counts[bin] ?? 0) + 1 / runs;
      }
    }
    return counts;
  };
  const rate = {
    linear: ({ startPerS, endPerS }: Ramp, ratio: number) =>
      startPerS + (endPerS - startPerS) * ratio,
    exponential: ({ startPerS, endPerS }: Ramp, ratio: number) =>
      startPerS * (endPerS / startPerS) ** ratio,
  };

  test.each<[string, Ramp]>([
    ["linear", rising],
    ["linear from nothing", { ...rising, startPerS: 0 }],
    ["linear downwards", { ...rising, startPerS: 10, endPerS: 1 }],
    ["flat", { ...rising, startPerS: 4, endPerS: 4 }],
    ["exponential", { ...rising, strategy: "exponential" }],
    ["exponential downwards", { ...rising, strategy: "exponential", startPerS: 10, endPerS: 1 }],
    ["exponential but flat", { ...rising, strategy: "exponential", startPerS: 4, endPerS: 4 }],
  ])("%s: each tenth of it has the rate of its middle, and the end stays", (_, parameters) => {
    const counts = counted(parameters);
    counts.forEach((count, bin) => {
      const inside = rate[parameters.strategy](parameters, (bin + 0.5) / 10);
      // The rate's curvature within a tenth is below 0.4 %.
      const expected = 10 * (bin === 10 ? parameters.endPerS : inside);
      expect(Math.abs(count - expected)).toBeLessThan(
        4 * Math.sqrt(expected / 400) + 0.004 * expected,
      );
    });
  });

  test("counts vary as those of a Poisson process at burstiness 1, less above", () => {
    const spread = (burstiness: number) => {
      const random = stream();
      const counts = Array.from({ length: 2000 }, () => {
        const arrivals = ramp(random, { ...rising, burstiness });
        let count = 0;
        while (arrivals.nextS() < 100) count++;
        return count;
      });
      return cv(counts) ** 2 * mean(counts);
    };
    expect(Math.abs(spread(1) - 1)).toBeLessThan(0.13);
    expect(Math.abs(spread(4) - 0.25)).toBeLessThan(0.04);
  });
});

describe("stages", () => {
  const three = [
    { ratePerS: 2, durationS: 10 },
    { ratePerS: 0, durationS: 5 },
    { ratePerS: 8, durationS: 2.5 },
  ];

  const timesOf = (arrivals: ArrivalProcess) => {
    const times: number[] = [];
    for (let timeS = arrivals.nextS(); timeS < Infinity; timeS = arrivals.nextS()) {
      times.push(timeS);
    }
    return times;
  };

  test("each has its rate, and after the last none comes", () => {
    const random = stream();
    const runs = Array.from({ length: 2000 }, () => {
      return timesOf(stages(random, { stages: three, burstiness: 1 }));
    });
    const within = (fromS: number, toS: number) =>
      mean(runs.map((times) => times.filter((timeS) => timeS >= fromS && timeS < toS).length));
    expect(within(10, 15)).toBe(0);
    expect(within(17.5, Infinity)).toBe(0);
    // Means of 2000 Poisson counts of 20: four standard errors.
    expect(Math.abs(within(0, 10) - 20)).toBeLessThan(0.4);
    expect(Math.abs(within(15, 17.5) - 20)).toBeLessThan(0.4);
  });
});
