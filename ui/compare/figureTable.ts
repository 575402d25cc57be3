import { type Line, span } from "../line.ts";
import type { Size } from "../screen.ts";
import { type FigureRow, figureRows } from "./figures.ts";
import type { PairScene, Side } from "./pairScene.ts";

/** Cells of each column; the marks of a limit stand behind a value. */
interface Widths {
  readonly name: number;
  readonly value: number;
  readonly difference: number;
  readonly percent: number;
  /** Five at least. */
  readonly better: number;
  /** 0: without. */
  readonly ranges: number;
}

const narrow: Widths = { name: 15, value: 9, difference: 9, percent: 8, better: 6, ranges: 0 };
const wide: Widths = { name: 18, value: 10, difference: 11, percent: 8, better: 8, ranges: 9 };

/** Figures of both, their difference and who is the better by it. */
export function figureTable(
  scene: PairScene,
  sides: readonly [Side, Side],
  { width, height }: Size,
): Line[] {
  const widths = width < 78 ? narrow : wide;
  const rows = figureRows(scene, sides, height - 1);
  return [
    head(widths, scene.view.comparison !== undefined),
    ...rows.map((row) => figureLine(row, widths)),
  ];
}

function head(
  { name, value, difference, percent, better, ranges }: Widths,
  isFinal: boolean,
): Line {
  const column = (title: string, width: number) => title.padStart(width);
  return [
    span((isFinal ? "At the end" : "So far").padEnd(name), "dim"),
    span(`${column("A", value)}  ${column("B", value)}  `, "bold"),
    span(column("B - A", difference), "dim"),
    span(column("", percent)),
    span(column("better", better), "dim"),
    span(ranges > 0 && isFinal ? column("ranges", ranges) : "", "dim"),
  ];
}

function figureLine(row: FigureRow, widths: Widths): Line {
  const { name, value, difference, percent, better, ranges } = widths;
  const { isApart } = row;
  const apart = isApart === undefined ? "–" : isApart ? "apart" : "overlap";
  const isEven = row.difference === "=" || row.difference === "–";
  return [
    span(row.name.padEnd(name)),
    ...cell(row.a, value, row.better === "A"),
    ...cell(row.b, value, row.better === "B"),
    span(row.difference.padStart(difference), isEven ? "dim" : "bold"),
    span(row.percent.padStart(percent), isEven ? "dim" : "bold"),
    ...mark(row.better, better),
    span(ranges > 0 && row.isApart !== undefined ? apart.padStart(ranges) : "", "dim"),
  ];
}

/** A value, and whether it keeps its limit. */
function cell({ text, isMet }: FigureRow["a"], width: number, isBetter: boolean): Line {
  const met = isMet === undefined ? "  " : isMet ? " ✓" : " ✗";
  return [
    span(text.padStart(width), isBetter ? "bold" : "plain"),
    span(met, isMet === false ? "alarm" : "plain"),
  ];
}

/** A stands to the left of B, so that who leads is seen by the place, too. */
function mark(better: FigureRow["better"], width: number): Line {
  const left = " ".repeat(width - 5);
  if (better === undefined) return [span(`${left}  ·  `, "dim")];
  return better === "A"
    ? [span(left), span(" A ", "chosen"), span("  ")]
    : [span(`${left}  `), span(" B ", "chosen")];
}
