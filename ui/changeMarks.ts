import type { MadeChange, Steered } from "../experiments/watch/steering.ts";
import { type Line, span } from "./line.ts";

/** Where time stands on an axis. */
export interface TimeScale {
  readonly startS: number;
  readonly endS: number;
  readonly columns: number;
}

/** The column of each change; where several fall into one, the last one's letter stands for them. */
export function markColumns(
  changes: readonly MadeChange[],
  { startS, endS, columns }: TimeScale,
): ReadonlyMap<number, string> {
  const marks = new Map<number, string>();
  for (const { change, letter } of changes) {
    const ratio = (change.at_s - startS) / (endS - startS);
    marks.set(Math.max(0, Math.min(columns - 1, Math.floor(ratio * columns))), letter);
  }
  return marks;
}

/** A row of a chart with a thin line at the marks, where nothing is drawn. */
export function ruled(row: Line, marks: ReadonlyMap<number, string>): Line {
  return overlaid(row, (under, column) =>
    marks.has(column) && (under === " " || under === "╌") ? "┊" : under,
  );
}

/** A row with the letters of the marks, each in the first blank from its column on. */
export function lettered(row: Line, marks: ReadonlyMap<number, string>): Line {
  const due = [...marks].sort(([a], [b]) => a - b);
  return overlaid(row, (under, column) => {
    const [at, letter] = due[0] ?? [];
    if (at === undefined || letter === undefined || column < at || under !== " ") return under;
    due.shift();
    return letter;
  });
}

/** What of the scenario is otherwise now, as short as the room asks for. */
export function stateOf(steered: Steered | undefined, room: number): string {
  const latest = new Map(
    (steered?.changes ?? []).map(({ letter, text }) => [kindOf(letter), text]),
  );
  const words = [...latest.values()].join(", ");
  if (words.length <= room) return words;
  return `${steered?.changes.length} changes`.slice(0, Math.max(0, room));
}

/** Up and down are two letters of one knob. */
function kindOf(letter: string): string {
  return letter === "a" ? "x" : letter.toLowerCase();
}

function overlaid(row: Line, glyph: (under: string, column: number) => string): Line {
  let column = 0;
  return row.map(({ text, tone }) =>
    span(Array.from(text, (under) => glyph(under, column++)).join(""), tone),
  );
}
