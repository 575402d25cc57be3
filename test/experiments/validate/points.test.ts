import { expect, test } from "vitest";
import type { MetricName } from "../../../experiments/measured/metrics.ts";
import { errorsOf } from "../../../experiments/validate/errors.ts";
import { isPredicted, pointsOf } from "../../../experiments/validate/points.ts";
import { evidence, measuredRun } from "./points.ts";

function regimeOf(metric: MetricName) {
  const simulated = {
    status: "simulated",
    values: [9],
    evidence: evidence("interpolated", "new_architecture"),
  } as const;
  const [point] = pointsOf(measuredRun({ metric }), simulated).filter(isPredicted);
  return point?.outcome.regime;
}

test("a figure is as well known as the worse of what it rests on", () => {
  expect(regimeOf("tpot_ms")).toBe("interpolated");
  expect(regimeOf("steady_per_gpu_w")).toBe("new_architecture");
  expect(regimeOf("steady_per_output_token_j")).toBe("new_architecture");
});

test("an error is what the prediction has too much, as a share of what was measured", () => {
  const simulated = {
    status: "simulated",
    values: [12],
    evidence: evidence("interpolated", "interpolated"),
  } as const;
  const [point] = pointsOf(measuredRun({ value: 10 }), simulated).filter(isPredicted);
  expect(point?.outcome.errorRatio).toBeCloseTo(0.2, 12);
});

test("a figure that the run has not is refused, not 0", () => {
  const simulated = {
    status: "simulated",
    values: [null],
    evidence: evidence("interpolated", "interpolated"),
  } as const;
  const points = pointsOf(measuredRun(), simulated);
  expect(points.filter(isPredicted)).toEqual([]);
  expect(points[0]?.outcome).toMatchObject({ reason: "the run has no such figure" });
});

test("median, P90 and bias of errors are numpy's", () => {
  expect(errorsOf([-0.4, 0.1, 0.2, -0.1, 0.3])).toEqual({
    rows: 5,
    medianRatio: 0.2,
    p90Ratio: expect.closeTo(0.36, 12),
    worstRatio: 0.4,
    biasRatio: 0.1,
  });
  expect(errorsOf([])).toBeUndefined();
});
