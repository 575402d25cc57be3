import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import { datasetArrivals } from "../../workloads/dataset.ts";
import { datasetById, datasetIds } from "../../workloads/datasets.ts";
import { cv, gapsOf, mean } from "./statistics.ts";

const dataset = (id: string) => {
  const entry = datasetById(id);
  if (entry === undefined) throw new Error(`no data set ${id}`);
  return entry;
};
const arrivalsOf = (id: string, hours: number) => {
  const arrivals = datasetArrivals(dataset(id), randomStreams("1")("workload/arrivals"));
  if (arrivals === undefined) throw new Error(`${id} has no arrivals`);
  const times: number[] = [];
  for (let timeS = arrivals.nextS(); timeS < hours * 3600; timeS = arrivals.nextS()) {
    times.push(timeS);
  }
  return times;
};
const off = (value: number, expected: number | null) =>
  Math.abs(value / (expected ?? Number.NaN) - 1);

describe("arrivals of azure-conv-2023", () => {
  const { summary } = dataset("azure-conv-2023");
  const times = arrivalsOf("azure-conv-2023", 6);

  test("have the rate and the spread of the source", () => {
    expect(off(times.length / (6 * 3600), summary.rate_rps)).toBeLessThan(0.05);
    expect(off(cv(gapsOf(times)), summary.cv)).toBeLessThan(0.1);
  });

  test("come most often in the sixth five minutes of each hour", () => {
    const counts = Array.from({ length: 12 }, (_, bin) => {
      return times.filter((timeS) => Math.floor(timeS / 300) % 12 === bin).length;
    });
    expect(off((counts[5] ?? 0) / (6 * 300), 7.463)).toBeLessThan(0.05);
    expect(off((counts[0] ?? 0) / (6 * 300), 4.817)).toBeLessThan(0.05);
  });
});

describe("arrivals of azure-code-2023", () => {
  const { summary } = dataset("azure-code-2023");
  const hours = 48;
  const times = arrivalsOf("azure-code-2023", hours);
  const gaps = gapsOf(times);

  test("have the rate and the spread of the source", () => {
    expect(off(times.length / (hours * 3600), summary.rate_rps)).toBeLessThan(0.05);
    expect(off(cv(gaps), summary.cv)).toBeLessThan(0.35);
  });

  test.each(["1", "2", "42"])(
    "come in bursts of 23.0 s and pauses of 52.8 s, by seed %s",
    (seed) => {
      const random = randomStreams(seed)("workload/arrivals");
      const arrivals = datasetArrivals(dataset("azure-code-2023"), random);
      const gapsS = gapsOf(Array.from({ length: 100_000 }, () => arrivals?.nextS() ?? Number.NaN));
      const pausesS = gapsS.filter((gapS) => gapS >= 10);
      const burstsS = gapsS.reduce((sum, gapS) => sum + (gapS < 10 ? gapS : 0), 0);
      expect(off(burstsS / (pausesS.length + 1), 23.01)).toBeLessThan(0.1);
      expect(off(mean(pausesS), 52.83)).toBeLessThan(0.1);
    },
  );
});

describe("arrivals of the other data sets", () => {
  test.each([
    ["burstgpt-paper", 480],
    ["azure-conv-paper", 1],
    ["azure-code-paper", 1],
    ["mooncake-conversation", 6],
    ["mooncake-synthetic", 6],
  ])("%s: the rate is that of the source", (id, hours) => {
    const times = arrivalsOf(id, hours);
    expect(off(times.length / (hours * 3600), dataset(id).summary.rate_rps)).toBeLessThan(0.03);
  });

  test.each(["azure-conv-paper", "azure-code-paper", "burstgpt-paper", "mooncake-conversation"])(
    "%s says that they are assumed",
    (id) => {
      expect(dataset(id).arrivals?.caveat).toContain("assumed");
    },
  );

  test("gaps of mooncake-synthetic vary as those of the source", () => {
    const gaps = gapsOf(arrivalsOf("mooncake-synthetic", 6));
    expect(off(cv(gaps), dataset("mooncake-synthetic").summary.cv)).toBeLessThan(0.05);
  });

  test("lists of lengths have none", () => {
    const without = datasetIds().filter((id) => dataset(id).arrivals === null);
    expect(without).toEqual(["cnn-dailymail", "imdb", "sharegpt", "wikitext", "wmt14"]);
    const random = randomStreams("1")("workload/arrivals");
    expect(datasetArrivals(dataset("imdb"), random)).toBeUndefined();
  });
});
