import type { MeasuredScenario } from "./measuredRun.ts";

type Law = NonNullable<NonNullable<MeasuredScenario["workload"]["lengths"]>["input"]>;

/** Mean tokens of a law of lengths; null where a file or a data set holds them. */
export function lengthMean(law: Law): number | null {
  switch (law.kind) {
    case "fixed":
      return law.tokens;
    case "uniform":
      return (law.min + law.max) / 2;
    case "empirical":
      return null;
    default:
      return law.mean;
  }
}
