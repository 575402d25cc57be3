import { csvCell } from "../csvCell.ts";
import { UserError } from "../errors.ts";
import type { Paint } from "../report/paint.ts";
import { grouped } from "../report/quantity.ts";
import { cellTable } from "../report/table.ts";
import type { Answer, AnswerCell } from "./query.ts";

interface TextOptions {
  readonly paint: Paint;
  readonly columns: number;
}

/** For a terminal: six digits of each number. */
export function answerText({ names, rows }: Answer, options: TextOptions): string {
  if (names.length === 0) return "";
  const counted = rows.length === 1 ? "1 row" : `${grouped(rows.length)} rows`;
  const shown = rows.map((row) => row.map(shortened));
  return `${cellTable({ names, rows: shown }, options)}${options.paint.faint(counted)}\n`;
}

function shortened(cell: AnswerCell): string | number | null {
  if (typeof cell === "number") return Number.isInteger(cell) ? cell : Number(cell.toPrecision(6));
  return typeof cell === "boolean" ? String(cell) : cell;
}

/** Empty fields are unknown. */
export function answerCsv({ names, rows }: Answer): string {
  return [names, ...rows].map((cells) => `${cells.map(csvCell).join(",")}\n`).join("");
}

/** A block of keys for each row. @throws UserError where two columns have one name. */
export function answerObjects({ names, rows }: Answer) {
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) {
    const message = `two columns are called ${twice}; JSON holds one: name the other with "as"`;
    throw new UserError({ message });
  }
  return rows.map((row) => Object.fromEntries(names.map((name, place) => [name, row[place]])));
}
