import { errorsOf } from "../validate/errors.ts";
import type { Comparison } from "./estimates.ts";
import { errorRatios } from "./gates/judges.ts";
import type { PaperStudy } from "./paper.ts";
import { pointName } from "./pointName.ts";

/** What `paper --json` writes. */
export function studyJson({ points, gates, claims, comparisons, acceptance }: PaperStudy) {
  const errors = errorsOf(errorRatios(points));
  return {
    schema: "tokenwatt/study@1",
    points,
    summary: {
      points: points.length,
      published: points.filter(({ published }) => published !== null).length,
      simulated: points.filter(({ simulated }) => simulated !== null).length,
      out_of_memory: points.filter(({ out_of_memory }) => out_of_memory).length,
      median_error: errors?.medianRatio ?? null,
      p90_error: errors?.p90Ratio ?? null,
      gates: gates.map(({ figure, what, must, got, reason, isKept }) => {
        return { figure, what, must, got, reason, kept: isKept };
      }),
      claims,
      estimates: comparisons.map(estimateOf),
      acceptance: (acceptance ?? []).map(({ acceptanceRatio, batch, changeRatio }) => ({
        acceptance_rate: acceptanceRatio,
        batch,
        energy_change: changeRatio,
      })),
      used_to_fit: points.filter(({ used_to_fit }) => used_to_fit).map(pointName),
    },
  };
}

function estimateOf({ workload, framework, estimate }: Comparison) {
  const { requests, direct } = estimate;
  return {
    workload,
    framework,
    requests,
    flops_times_tdp_sparse_j: estimate.sparsePeakJ,
    flops_times_tdp_j: estimate.densePeakJ,
    flops_times_tdp_unrounded_j: estimate.unbinnedPeakJ,
    binned_j: estimate.binnedJ,
    simulated_j: direct.energyJ,
    simulated_wasted_j: direct.wastedJ,
    simulated_batch: direct.batch,
  };
}
