import type { Problem } from "../../errors.ts";
import { isFigure } from "./measurementSchema.ts";
import type { ReadRow } from "./runOfRow.ts";

/** Rows that stand in the file twice; the same settings with other figures are a repeated run. */
export function duplicateProblems(rows: readonly ReadRow[]): Problem[] {
  const lines = new Map<string, number>();
  return rows.flatMap(({ text, row }): Problem[] => {
    const key = JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
    const first = lines.get(key);
    if (first === undefined) {
      lines.set(key, text.line);
      return [];
    }
    const figures = Object.keys(row).filter(isFigure).join(", ");
    const message = `the same settings and the same ${figures} as in line ${first}`;
    const hint = "a run that was repeated differs in its figures; drop one of the two lines";
    return [{ place: text.placeOf(undefined), message, hint }];
  });
}
