import { expect, test } from "vitest";
import {
  powerBaseline,
  shippedBaselines,
  withBaselines,
} from "../../../experiments/validate/baselines.ts";
import { isPredicted, type Point } from "../../../experiments/validate/points.ts";
import { naivePowers } from "../../../models/naive.ts";
import { predictedPoint } from "./points.ts";

function said(points: readonly Point[], name: string) {
  return points.filter(isPredicted).map(({ outcome }) => outcome.baselines[name]);
}

test("TDP x time draws TDP while a GPU is busy, whatever it does", () => {
  const baseline = powerBaseline("TDP x time", (gpu) => naivePowers(gpu).tdp_times_time);
  const watts = predictedPoint(0, { suite: "static_batch_power", metric: "per_gpu_w", value: 400 });
  const time = predictedPoint(0, { metric: "tpot_ms" });
  const [ofWatts, ofTime] = said(withBaselines([watts, time], [baseline]), "TDP x time");
  // The front end of the first requests is idle time.
  expect(ofWatts).toBeGreaterThan(650);
  expect(ofWatts).toBeLessThan(700);
  expect(ofTime).toBeUndefined();
});

test("the median of other architectures knows nothing of the row's own", () => {
  const point = (architecture: string, value: number, gpu = "H100-SXM") =>
    predictedPoint(0, { architecture, value, gpu });
  const points = [
    point("one", 10),
    point("one", 1000),
    point("two", 20),
    point("three", 40),
    point("two", 7, "B200-SXM"),
  ];
  const medians = said(withBaselines(points, shippedBaselines), "median of other architectures");
  expect(medians).toEqual([30, 30, 40, 20, undefined]);
});
