import type { Paint } from "../report/paint.ts";
import { digits, grouped, si, unknownText } from "../report/quantity.ts";
import { cellTable } from "../report/table.ts";
import { rangeText } from "./objective.ts";
import type { Plan } from "./plan.ts";
import { bestOf, type PlanReport, valuesOf } from "./planReport.ts";
import type { Ranked } from "./ranking.ts";
import { rackPeakW } from "./trial.ts";

interface TextOptions {
  readonly paint: Paint;
  readonly columns: number;
}

/** Of a longer list, what a person reads of it. */
const mostRows = 40;

/** For a terminal: the question, those that keep the promises, the others with their reasons. */
export function planText(report: PlanReport, options: TextOptions): string {
  const { rows, notes } = report;
  const { paint, columns } = options;
  const cut = (text: string) =>
    text.length > columns ? `${text.slice(0, columns - 1)}…\n` : `${text}\n`;
  const kept = rows.filter(({ score }) => score !== null);
  const lost = rows.filter(({ score }) => score === null);
  const runs = rows.reduce((all, { studied }) => all + studied.runs, 0);
  const keep = kept.length === 1 ? "1 keeps it" : `${grouped(kept.length)} keep it`;
  return [
    cut(paint.strong(question(report.loaded.plan))),
    cut(`${grouped(rows.length)} choices in ${grouped(runs)} runs: ${keep}`),
    kept.length === 0 ? "" : `\n${keptTable(report, kept, options)}`,
    kept.length > mostRows ? cut(`and ${grouped(kept.length - mostRows)} more: --csv has all`) : "",
    lost.length === 0 ? "" : `\n${lostTable(report, lost, options)}`,
    lost.length > mostRows ? cut(`and ${grouped(lost.length - mostRows)} more: --csv has all`) : "",
    notes.length === 0 ? "" : `\n${notes.map((note) => cut(`- ${note}`)).join("")}`,
    `\n${answer(report)}`,
  ].join("");
}

const least = { energy: "joules", carbon: "carbon", cost: "money", gpus: "GPUs" } as const;

function question({ objective, find, promised, powerBudgetW, maxReplicas }: Plan): string {
  const limits = [
    ...(promised.ttft_ms === null ? [] : [`TTFT ${promised.ttft_ms} ms`]),
    ...(promised.tpot_ms === null ? [] : [`TPOT ${promised.tpot_ms} ms`]),
    ...(promised.e2e_ms === null ? [] : [`E2E ${promised.e2e_ms} ms`]),
  ];
  const percentile = promised.percentile.toUpperCase();
  const slo = limits.length === 0 ? "no slo" : `${percentile} of ${limits.join(", ")}`;
  const found = {
    none: "",
    replicas: `, fewest replicas up to ${maxReplicas}`,
    rate: ", highest rate",
  }[find];
  const budget = powerBudgetW === null ? "" : `, ${si(powerBudgetW, "W")} at most`;
  return `Least ${least[objective]} within ${slo}${found}${budget}`;
}

/** A column of the table, and its cell of a row. */
interface Shown {
  readonly name: string;
  readonly cell: (row: Ranked) => string | number | null;
}

function keptTable(report: PlanReport, kept: readonly Ranked[], options: TextOptions): string {
  const { plan } = report.loaded;
  const percentile = plan.promised.percentile.toUpperCase();
  const varied = variedNames(report);
  const latency =
    (key: "ttft_ms" | "tpot_ms" | "e2e_ms") =>
    ({ studied: { result } }: Ranked) =>
      digits(result?.latency[key][plan.promised.percentile] ?? null);
  const shown: Shown[] = [
    { name: "verdict", cell: verdictText },
    ...varied.paths.map((path, place) => ({
      name: varied.names[place] ?? path,
      cell: ({ studied }: Ranked) => valueText(valuesOf(report.loaded, studied.index)[path]),
    })),
    ...found(report, kept),
    { name: "GPUs", cell: ({ studied }) => studied.gpus },
    {
      name: "J/token",
      cell: ({ studied }) => digits(studied.result?.energy.per_output_token_j ?? null),
    },
    { name: `E2E ${percentile} ms`, cell: latency("e2e_ms") },
    { name: "TTFT", cell: latency("ttft_ms") },
    { name: "TPOT", cell: latency("tpot_ms") },
    { name: "peak kW", cell: peakText },
    ...scored(report),
    { name: "why not", cell: ({ why }) => why },
  ];
  const rows = kept.slice(0, mostRows).map((row) => shown.map(({ cell }) => cell(row)));
  return cellTable({ names: shown.map(({ name }) => name), rows }, options);
}

function verdictText({ verdict, isOnFront }: Ranked): string {
  return isOnFront && verdict !== "front" ? `${verdict}, front` : verdict;
}

function peakText({ studied: { result } }: Ranked): string {
  const peakW = result && rackPeakW(result);
  return peakW === null ? unknownText : digits(peakW / 1000);
}

/** What the search came to. */
function found(report: PlanReport, kept: readonly Ranked[]): Shown[] {
  const { find } = report.loaded.plan;
  const replicas: Shown = {
    name: "replicas",
    cell: ({ studied }) => studied.replicas,
  };
  const rate: Shown = {
    name: kept[0]?.studied.rate?.unit ?? "rate",
    cell: ({ studied }) => digits(studied.rate?.value ?? null),
  };
  return { none: [], replicas: [replicas], rate: [rate] }[find];
}

/** What is compared, where no other column has it. */
function scored({ loaded: { plan }, unit }: PlanReport): Shown[] {
  if (plan.objective === "gpus" && plan.find !== "rate") return [];
  return [{ name: unit, cell: ({ score }) => digits(score?.value ?? null) }];
}

function lostTable(report: PlanReport, lost: readonly Ranked[], options: TextOptions): string {
  const varied = variedNames(report);
  const rows = lost.slice(0, mostRows).map(({ studied, verdict, why }) => {
    const values = valuesOf(report.loaded, studied.index);
    return [verdict.replace("_", " "), ...varied.paths.map((path) => valueText(values[path])), why];
  });
  return cellTable({ names: ["verdict", ...varied.names, "why not"], rows }, options);
}

/** The last word of each path, or all of it where two end alike. */
function variedNames({ loaded }: PlanReport) {
  const paths = loaded.plan.choices.axes.flatMap((axis) => axis.paths);
  const last = (path: string) => path.slice(path.lastIndexOf(".") + 1);
  const names = paths.map((path) =>
    paths.some((other) => other !== path && last(other) === last(path)) ? path : last(path),
  );
  return { paths, names };
}

function valueText(value: unknown): string | number {
  if (value === null || value === undefined) return "null";
  if (typeof value === "number" || typeof value === "string") return value;
  return JSON.stringify(value);
}

function answer(report: PlanReport): string {
  const best = bestOf(report);
  const result = best?.studied.result;
  if (best === undefined || result == null) return "No choice keeps the slo.\n";
  const { index, replicas, gpus, rate } = best.studied;
  const { paths, names } = variedNames(report);
  const values = valuesOf(report.loaded, index);
  const words = paths.map((path, place) => `${names[place]} ${valueText(values[path])}`);
  const found = rate === null ? "" : ` at ${digits(rate.value)} ${rate.unit}`;
  const fleet = `${counted(replicas ?? 0, "replica")}, ${counted(gpus ?? 0, "GPU")}${found}`;
  const { value = 0, interval = null } = best.score ?? {};
  const around = interval === null ? "" : ` (${rangeText(interval)})`;
  const figure =
    report.loaded.plan.objective === "gpus" ? "" : `: ${digits(value)}${around} ${report.unit}`;
  return `Best: ${words.join(", ")}; ${fleet}${figure}\n`;
}

function counted(count: number, what: string): string {
  return `${grouped(count)} ${count === 1 ? what : `${what}s`}`;
}
