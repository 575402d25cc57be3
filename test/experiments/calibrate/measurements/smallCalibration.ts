import type { MeasurementsCalibration } from "../../../../experiments/calibrate/measurements/measurementsCalibration.ts";

/** Six rows of one stack, of which one figure has too few to hold some out. */
export const smallCalibration: MeasurementsCalibration = {
  draft: {
    id: "own",
    base: null,
    gpus: ["H100-SXM"],
    numbers: [
      {
        path: ["stacks", "vllm", "host_per_step_us"],
        value: 900,
        kind: "fitted",
        source: "mine.csv",
        standardError: 30,
      },
    ],
  },
  rows: 14,
  stacks: [
    {
      part: "vllm",
      rows: 6,
      fitted: [
        { key: "host_per_step_us", value: 900, standardError: 30 },
        { key: "gemm_factor", value: 1.1, standardError: undefined },
      ],
      transferred: ["kv_factor"],
      errors: [
        {
          figure: "TPOT",
          rows: 6,
          beforeMedianRatio: 0.12,
          medianRatio: 0.031,
          p90Ratio: 0.07,
          heldOutMedianRatio: 0.045,
          heldOutP90Ratio: 0.1,
          biasRatio: -0.004,
        },
        {
          figure: "watts",
          rows: 2,
          beforeMedianRatio: 0.2,
          medianRatio: 0.05,
          p90Ratio: 0.06,
          heldOutMedianRatio: null,
          heldOutP90Ratio: null,
          biasRatio: 0.01,
        },
      ],
    },
  ],
  warnings: ["few rows"],
};
