import type { ReportTable } from "../../validate/tables.ts";
import { signedPercent } from "../gates/judges.ts";
import type { PaperPoint } from "../study.ts";
import { escaped } from "./escaped.ts";
import type { Panel } from "./panel.ts";
import { figureText } from "./pointText.ts";

type Cell = string | number | null | undefined;

/** A table of the report, under its title. */
export function tableHtml({ title, rows }: ReportTable): string {
  return `<h2>${escaped(title)}</h2>\n${rowsHtml(rows, title)}`;
}

function rowsHtml(rows: ReportTable["rows"], label: string): string {
  const names = Object.keys(rows[0] ?? {});
  const head = names.map((name) => `<th scope="col">${escaped(name)}</th>`).join("");
  const body = rows.map((row) => `<tr>${names.map((name) => cellHtml(row[name])).join("")}</tr>`);
  return (
    `<div class="scroll" tabindex="0" role="region" aria-label="${escaped(label)}">` +
    `<table><thead><tr>${head}</tr></thead><tbody>\n${body.join("\n")}\n</tbody></table></div>`
  );
}

const verdicts = ["kept", "MISSED", "reproduced", "partly", "not"];

function cellHtml(cell: Cell): string {
  if (typeof cell === "number") return `<td class="number">${cell}</td>`;
  const text = cell ?? "–";
  if (verdicts.includes(text)) return `<td class="${text}">${text}</td>`;
  return `<td>${escaped(text)}</td>`;
}

/** Every point of a panel, folded away: what the picture shows, to be read. */
export function panelTable({ figure, metric, curves }: Panel): string {
  const rows = curves.flatMap(({ points }) => points.map(rowOf));
  const label = `Points of ${figure}, ${metric}`;
  return `<details><summary>${rows.length} points</summary>\n${rowsHtml(rows, label)}\n</details>`;
}

function rowOf(point: PaperPoint) {
  const { series, workload, gpu, batch, input_tokens, output_tokens, error } = point;
  return {
    series,
    workload: workload ?? gpu,
    batch,
    input: input_tokens,
    output: output_tokens,
    simulated: point.out_of_memory ? "out of memory" : figureText(point.simulated),
    published: figureText(point.published),
    error: error === null ? null : signedPercent(error),
    known: [point.kind, point.used_to_fit ? "used to fit" : null]
      .filter((part) => part !== null)
      .join(", "),
  };
}
