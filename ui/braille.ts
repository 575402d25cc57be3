import { type Line, span, type Tone } from "./line.ts";

/** Dots of a braille cell from the bottom up: left column, right column. */
const dots = [
  [0x40, 0x80],
  [0x04, 0x20],
  [0x02, 0x10],
  [0x01, 0x08],
] as const;
/** Every other dot: what lies below the base line, told apart without colour. */
const sparse = 0xa5;
const blank = 0x2800;

export interface Chart {
  /** One for each column of dots; undefined: nothing yet. */
  readonly values: readonly (number | undefined)[];
  readonly highest: number;
  readonly width: number;
  readonly height: number;
  readonly tone: Tone;
  /** Below it the area is of another kind, drawn sparsely. */
  readonly base?: number | undefined;
  /** A dashed line at this height, where nothing covers it. */
  readonly limit?: number | undefined;
}

/** The area under a curve, two values and four levels to a cell; the top row first. */
export function brailleArea(chart: Chart): Line[] {
  const { values, highest, width, height, tone, base = 0, limit } = chart;
  const level = (value: number) => Math.round((Math.max(0, value) / highest) * height * 4);
  const levels = values.map((value) => (value === undefined ? 0 : level(value)));
  const baseLevel = level(base);
  const limitRow = limit === undefined ? -1 : Math.ceil(level(limit) / 4) - 1;
  return Array.from({ length: height }, (_, fromTop) => {
    const row = height - 1 - fromTop;
    const isBase = (row + 1) * 4 <= baseLevel;
    const cells = Array.from({ length: width }, (_, column) => {
      const code = cell(levels[2 * column] ?? 0, levels[2 * column + 1] ?? 0, row * 4);
      return code === 0 && row === limitRow ? "╌" : glyphOf(isBase ? code & sparse : code);
    });
    return [span(cells.join(""), isBase ? "idle" : tone)];
  });
}

function cell(left: number, right: number, bottom: number): number {
  let code = 0;
  for (const [height, [leftDot, rightDot]] of dots.entries()) {
    if (left > bottom + height) code |= leftDot;
    if (right > bottom + height) code |= rightDot;
  }
  return code;
}

export function glyphOf(code: number): string {
  return code === 0 ? " " : String.fromCodePoint(blank + code);
}

/** `values` drawn into `columns` columns: means where there are more, each repeated where there are fewer. */
export function resampled(
  values: readonly number[],
  columns: number,
  whole: number,
): (number | undefined)[] {
  const perColumn = Math.max(whole, values.length) / columns;
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor(column * perColumn);
    const to = Math.max(from + 1, Math.floor((column + 1) * perColumn));
    if (from >= values.length) return undefined;
    const part = values.slice(from, to);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}
