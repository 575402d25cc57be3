import { escaped } from "../paper/html/escaped.ts";
import { figureText } from "./figures.ts";

export type TableCell = string | number | null;

interface Table {
  /** What the table is of, for those who don't see it. */
  readonly label: string;
  readonly names: readonly string[];
  readonly rows: readonly (readonly TableCell[])[];
  /** Whether rows are points that a picture shows, too: the row of each by its place. */
  readonly points?: boolean;
}

/** A table that the page's script sorts by its headings; without scripts it is a table. */
export function sortableTable({ label, names, rows, points = false }: Table): string {
  const isNumber = names.map((_, place) => rows.some((row) => typeof row[place] === "number"));
  const head = names.map((name, place) => {
    const numeric = isNumber[place] === true ? ' class="number"' : "";
    return `<th scope="col"${numeric}><button type="button">${escaped(name)}</button></th>`;
  });
  const body = rows.map((row, index) => {
    const cells = row.map((cell, place) => cellHtml(cell, isNumber[place] === true));
    const point = points ? ` data-point="${index}"` : "";
    return `<tr${point}>${cells.join("")}</tr>`;
  });
  return (
    `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(label)}">` +
    `<table class="sortable"><thead><tr>${head.join("")}</tr></thead>\n<tbody>${body.join("\n")}</tbody></table></div>`
  );
}

function cellHtml(cell: TableCell, isNumber: boolean): string {
  if (typeof cell === "string") return `<td>${escaped(cell)}</td>`;
  if (!isNumber) return "<td>–</td>";
  return `<td class="number" data-value="${cell ?? ""}">${figureText(cell)}</td>`;
}
