import { stringify } from "yaml";
import { escaped } from "../paper/html/escaped.ts";
import { digits, grouped, si } from "../report/quantity.ts";
import { copyScript } from "./client/copy.ts";
import { pointsScript } from "./client/points.ts";
import { scriptHtml } from "./client/script.ts";
import { sortingScript } from "./client/sorting.ts";
import { type Box, boxesHtml } from "./figures.ts";
import { pageHtml } from "./page.ts";
import { type Points, pointsData, pointsHtml } from "./pointsHtml.ts";
import { reportStyle } from "./reportStyle.ts";
import { sortableTable, type TableCell } from "./sortableTable.ts";
import type { StoredSweep } from "./sweepRows.ts";
import { copyableHtml, notesHtml } from "./texts.ts";

/** What of a row a page shows; the table of the sweep has them all. */
const figures = [
  { name: "energy.per_output_token_j", more: false },
  { name: "energy.per_request_wh", more: false },
  { name: "power.gpu_mean_w", more: false },
  { name: "power.gpu_peak_w", more: false },
  { name: "throughput.output_tokens_per_s", more: true },
  { name: "throughput.goodput_per_s", more: true },
  { name: "latency.ttft_ms.mean", more: false },
  { name: "latency.ttft_ms.p99", more: false },
  { name: "latency.tpot_ms.mean", more: false },
  { name: "latency.tpot_ms.p99", more: false },
  { name: "latency.e2e_ms.p50", more: false },
  { name: "latency.e2e_ms.p99", more: false },
  { name: "utilization.busy_ratio", more: true },
  { name: "utilization.kv_cache_peak", more: false },
  { name: "utilization.mean_batch", more: true },
  { name: "carbon.per_request_g", more: false },
  { name: "cost.per_million_output_tokens", more: false },
];

const joules = "energy.per_output_token_j";
const wait = "latency.e2e_ms.p99";
const output = "throughput.output_tokens_per_s";

/** A sweep as a page: pictures of all points, and a table that sorts. */
export function sweepPage({ manifest, rows }: StoredSweep): string {
  const { sweep, sweep_file: name } = manifest;
  const points = pointsOf(manifest, rows);
  const base = stringify(sweep.base);
  const failed = rows.filter((row) => row["status"] !== "ok");
  const note = (row: Readonly<Record<string, string>>) =>
    `${givenText(points, rows.indexOf(row))}: ${row["error"] ?? ""}`;
  const notes = failed.slice(0, 20).map(note);
  const rest = failed.length > 20 ? [`and ${failed.length - 20} more: results.csv has all`] : [];
  const hint = "Point at a dot, or choose with the arrow keys, to read it here.";
  return pageHtml({
    title: `${name}: a sweep by tokenwatt`,
    styles: [reportStyle, "@page { size: landscape; }"],
    body: [
      `<h1>${escaped(name)}</h1>`,
      `<p class="faint">A sweep of ${grouped(manifest.points)} points · digest ${manifest.digest.slice(0, 12)} · ` +
        `tokenwatt ${escaped(manifest.tokenwatt_version)}<br>Energy and power are those of the GPUs.</p>`,
      boxesHtml(bestOf(points, failed.length)),
      ...notesHtml(`${failed.length} of ${rows.length} points failed`, [...notes, ...rest]),
      "<h2>Two figures against each other</h2>",
      ...pointsHtml(points),
      "<h2>All points</h2>",
      '<p class="faint screen">A heading sorts. results.csv beside this page has every figure.</p>',
      '<div class="wide">',
      sortableTable({ label: "All points", names: points.names, rows: points.rows, points: true }),
      "</div>",
      "<h2>The scenario that was varied</h2>",
      copyableHtml("scenario", "Scenario", base),
    ],
    scripts: [pointsData(points, hint), scriptHtml([copyScript, sortingScript, pointsScript])],
  });
}

function pointsOf({ sweep }: StoredSweep["manifest"], rows: StoredSweep["rows"]): Points {
  const paths = sweep.axes.flatMap((axis) => axis.paths);
  const given = sweep.replications > 1 ? [...paths, "replication"] : paths;
  // A figure that no row has, or that is varied itself, is no column.
  const shown = figures.filter(
    ({ name }) => !given.includes(name) && rows.some((row) => (row[name] ?? "") !== ""),
  );
  const names = [...given, ...shown.map(({ name }) => name)];
  const cells = rows.map((row) => [
    ...given.map((name) => givenCell(row[name] ?? "")),
    ...shown.map(({ name }) => numberCell(row[name] ?? "")),
  ]);
  const isVaried = given.map((_, place) => new Set(cells.map((row) => row[place])).size > 1);
  const at = (name: string, otherwise: number) =>
    names.includes(name) ? names.indexOf(name) : otherwise;
  const first = Math.min(given.length, names.length - 1);
  const varied = given.map((_, place) => place).filter((place) => isVaried[place] === true);
  const sideBySide = [wait, output, joules].filter((name) => names.includes(name));
  return {
    names,
    more: names.map((name) => shown.find((figure) => figure.name === name)?.more ?? false),
    rows: cells,
    given: given.map((_, place) => place),
    figures: [...shown.map((_, place) => given.length + place), ...numericOf(cells, given.length)],
    x: at(wait, first),
    y: at(joules, first),
    colour: varied[0] ?? 0,
    lines: [...varied.slice(0, 7), ...sideBySide.map((name) => names.indexOf(name))],
  };
}

/** Varied values that are numbers may be an axis, too. */
function numericOf(cells: readonly (readonly TableCell[])[], given: number): number[] {
  const places = Array.from({ length: given }, (_, place) => place);
  return places.filter((place) => cells.every((row) => typeof row[place] === "number"));
}

interface Wanted {
  readonly label: string;
  readonly name: string;
  readonly more?: boolean;
  readonly unit?: string;
  /** From the column's unit to that one. */
  readonly factor?: number;
}

function bestOf(points: Points, failed: number): Box[] {
  const first = ({ label, name, more = false, unit = "", factor = 1 }: Wanted): Box[] => {
    const column = points.names.indexOf(name);
    const order = points.rows
      .map((row, index) => ({ index, value: row[column] }))
      .flatMap(({ index, value }) => (typeof value === "number" ? [{ index, value }] : []))
      .sort((a, b) => (more ? b.value - a.value : a.value - b.value));
    const [best] = order;
    if (best === undefined) return [];
    const text = unit === "" ? digits(best.value) : si(best.value * factor, unit);
    const [figure = "", shown = ""] = text.split(" ");
    return [{ name: label, figure, unit: shown, note: givenText(points, best.index) }];
  };
  return [
    ...first({ label: "Least joules per output token", name: joules, unit: "J" }),
    ...first({ label: "Shortest E2E, p99", name: wait, unit: "s", factor: 0.001 }),
    ...first({ label: "Most output tokens per second", name: output, more: true }),
    { name: "Points that failed", figure: grouped(failed), unit: "", note: "" },
  ];
}

function givenText({ names, rows, given }: Points, index: number): string {
  return given
    .map((place) => {
      const name = names[place] ?? "";
      return `${name.slice(name.lastIndexOf(".") + 1)} ${rows[index]?.[place] ?? "null"}`;
    })
    .join(", ");
}

function givenCell(text: string): TableCell {
  if (text === "") return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : text;
}

function numberCell(text: string): number | null {
  return text === "" ? null : Number(text);
}
