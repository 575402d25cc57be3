import { errorsOf } from "../validate/errors.ts";
import { errorRatios } from "./gates/judges.ts";
import type { PaperStudy } from "./paper.ts";
import { pointName } from "./pointName.ts";

/** What `paper --json` writes. */
export function studyJson({ points, gates, acceptance }: PaperStudy) {
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
      acceptance: (acceptance ?? []).map(({ acceptanceRatio, batch, changeRatio }) => ({
        acceptance_rate: acceptanceRatio,
        batch,
        energy_change: changeRatio,
      })),
      used_to_fit: points.filter(({ used_to_fit }) => used_to_fit).map(pointName),
    },
  };
}
