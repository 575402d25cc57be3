import type { Comparison } from "../../compare/comparison.ts";
import { comparisonText } from "../../compare/comparisonText.ts";
import { plain } from "../../report/paint.ts";

/** What `compare` prints, line by line. */
export function comparedLines(comparison: Comparison, columns: number): string[] {
  return comparisonText(comparison, { paint: plain, columns }).trimEnd().split("\n");
}
