import type { Line, Tone } from "../line.ts";
import { span } from "../line.ts";

export interface Column {
  readonly name: string;
  readonly cells: readonly string[];
  /** Figures stand at the right of their column. */
  readonly isFigure: boolean;
}

const gap = 2;

/** Columns under their names, as many as have room: the first matter most, and none is cut but the first of all. */
export function columnRows(
  columns: readonly Column[],
  width: number,
  toneOf: (row: number) => Tone,
): Line[] {
  const sized = columns.map((column) => ({
    ...column,
    width: column.cells.reduce(
      (widest, { length }) => Math.max(widest, length),
      column.name.length,
    ),
  }));
  let used = -gap;
  const shown = sized.filter((column) => {
    used += column.width + gap;
    return used <= width;
  });
  const row = (textOf: (column: Column) => string) =>
    shown
      .map((column) => {
        const text = textOf(column);
        return column.isFigure ? text.padStart(column.width) : text.padEnd(column.width);
      })
      .join(" ".repeat(gap));
  const rows = columns[0]?.cells ?? [];
  return [
    [
      span(
        row(({ name }) => name),
        "dim",
      ),
    ],
    ...rows.map(
      (_, place): Line => [
        span(
          row(({ cells }) => cells[place] ?? ""),
          toneOf(place),
        ),
      ],
    ),
  ];
}
