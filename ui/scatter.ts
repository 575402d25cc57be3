import { glyphOf } from "./braille.ts";
import { type Line, span } from "./line.ts";

/** Dots of a braille cell by row from the top, then by column. */
const dots = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;

export interface Mark {
  readonly across: number;
  readonly up: number;
  readonly isChosen: boolean;
}

export interface Scatter {
  readonly across: Float64Array;
  readonly up: Float64Array;
  /** Told apart from the others by shape. */
  readonly marks: readonly Mark[];
  readonly width: number;
  readonly height: number;
}

export interface Drawn {
  readonly rows: readonly Line[];
  readonly across: Scale;
  readonly up: Scale;
}

/** What the ends of an axis stand for. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly isLog: boolean;
}

/** Points as dots, two by four to a cell; those that are marked as ●, the chosen one as ◆. */
export function scatter({ across, up, marks, width, height }: Scatter): Drawn {
  const [x, y] = [scaleOf(across), scaleOf(up)];
  const cells = new Uint8Array(width * height);
  for (let point = 0; point < across.length; point++) {
    const column = Math.round(placeOn(x, across[point] ?? 0) * (2 * width - 1));
    const row = Math.round((1 - placeOn(y, up[point] ?? 0)) * (4 * height - 1));
    const cell = (row >> 2) * width + (column >> 1);
    cells[cell] = (cells[cell] ?? 0) | (dots[row & 3]?.[column & 1] ?? 0);
  }
  const marked = new Map<number, boolean>();
  for (const { across: markAcross, up: markUp, isChosen } of marks) {
    const column = Math.round(placeOn(x, markAcross) * (2 * width - 1)) >> 1;
    const row = Math.round((1 - placeOn(y, markUp)) * (4 * height - 1)) >> 2;
    const cell = row * width + column;
    marked.set(cell, isChosen || marked.get(cell) === true);
  }
  const rows = Array.from({ length: height }, (_, row) =>
    Array.from({ length: width }, (_, column) => {
      const isChosen = marked.get(row * width + column);
      if (isChosen !== undefined) return isChosen ? span("◆", "chosen") : span("●", "bold");
      return span(glyphOf(cells[row * width + column] ?? 0), "decode");
    }),
  );
  return { rows: rows.map(joined), across: x, up: y };
}

/** Logarithmic where the largest is more than five times the smallest: the room is small. */
function scaleOf(values: Float64Array): Scale {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high, isLog: low > 0 && high / low > 5 };
}

/** From 0 to 1; alone it is in the middle. */
function placeOn({ low, high, isLog }: Scale, value: number): number {
  if (!(high > low)) return 0.5;
  const on = (one: number) => (isLog ? Math.log(one) : one);
  return (on(value) - on(low)) / (on(high) - on(low));
}

/** Neighbours of one tone in one span. */
function joined(cells: Line): Line {
  const spans: { text: string; tone: Line[number]["tone"] }[] = [];
  for (const { text, tone } of cells) {
    const last = spans.at(-1);
    if (last?.tone === tone) last.text += text;
    else spans.push({ text, tone });
  }
  return spans;
}
