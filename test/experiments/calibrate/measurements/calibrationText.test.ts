import { expect, test } from "vitest";
import { calibrationReport } from "../../../../experiments/calibrate/measurements/calibrationReport.ts";
import { calibrationText } from "../../../../experiments/calibrate/measurements/calibrationText.ts";
import { plain } from "../../../../experiments/report/paint.ts";
import { smallCalibration } from "./smallCalibration.ts";

const text = calibrationText(smallCalibration, {
  paint: plain,
  columns: Number.POSITIVE_INFINITY,
  gpu: "H100-SXM",
  file: "mine.yaml",
});

test("constants, errors and what to do next stand in the text", () => {
  expect(text).toMatchInlineSnapshot(`
    "H100-SXM from 14 rows: vllm

    Constants
    part  constant          value  std error  kind
    vllm  host_per_step_us  900    ± 30.0     fitted
    vllm  gemm_factor       1.10   –          fitted
    vllm  kv_factor         –      –          transferred

    Errors of predictions, in % of what was measured
    part  figure  rows  before, median  after, median  P90  bias  held out, median  held out, P90
    vllm  TPOT       6              12            3.1    7  -0.4               4.5             10
    vllm  watts      2              20              5    6     1                 –              –

    Too few rows tell of 1 constant, kept as before.
    Nothing was held out of watts: more rows would tell how far to trust it.
    Use it:   tokenwatt run my.yaml --set cluster.calibration=mine.yaml
    or write  cluster: { calibration: mine.yaml }  into a scenario.
    "
  `);
});

test("the report says null for what is not known", () => {
  const subject = { gpu: "H100-SXM", measurements: "mine.csv", calibration: "mine.yaml" };
  const report = calibrationReport(smallCalibration, { ...subject, warnings: ["doubt"] });
  expect(report.stacks[0]?.part).toBe("vllm");
  expect(report.stacks[0]?.fitted[1]).toEqual({ key: "gemm_factor", value: 1.1, std_error: null });
  expect(report.stacks[0]?.errors[1]).toMatchObject({ held_out_median_ratio: null });
  expect(report.warnings).toEqual(["doubt", "few rows"]);
});
