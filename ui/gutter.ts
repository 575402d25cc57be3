import { type Line, span } from "./line.ts";

/** Left of a chart: what stands at a row, and the axis. */
export const gutterWidth = 9;

export function withGutter(row: Line, mark = ""): Line {
  return [span(`${mark.padStart(gutterWidth - 2)} `, "dim"), span("│", "dim"), ...row];
}
