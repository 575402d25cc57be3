import type { Paint } from "./paint.ts";
import { unknownText } from "./quantity.ts";

type Cell = string | number | null;

interface TableOptions {
  readonly paint: Paint;
  /** Longer lines are cut: Infinity where nobody looks at the screen. */
  readonly columns: number;
}

/** Rows of the same keys under their names: text to the left, numbers to the right. */
export function table(
  rows: readonly Readonly<Record<string, Cell>>[],
  options: TableOptions,
): string {
  const names = Object.keys(rows[0] ?? {});
  return cellTable(
    { names, rows: rows.map((row) => names.map((name) => row[name] ?? null)) },
    options,
  );
}

interface Cells {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** The same where names may be twice there, or rows may be none. */
export function cellTable({ names, rows }: Cells, { paint, columns }: TableOptions): string {
  const texts = rows.map((row) => row.map(shown));
  const widths = names.map((name, index) =>
    texts.reduce((widest, cells) => Math.max(widest, cells[index]?.length ?? 0), name.length),
  );
  const isNumber = names.map((_, index) => rows.some((row) => typeof row[index] === "number"));
  const line = (cells: readonly string[]) => {
    const padded = cells.map((cell, index) => {
      const width = widths[index] ?? 0;
      return isNumber[index] === true ? cell.padStart(width) : cell.padEnd(width);
    });
    const text = padded.join("  ").trimEnd();
    return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
  };
  return [paint.strong(line(names)), ...texts.map(line)].map((text) => `${text}\n`).join("");
}

function shown(cell: Cell): string {
  return cell === null ? unknownText : String(cell);
}
