import { stringify } from "yaml";
import { escaped } from "../paper/html/escaped.ts";
import { tableHtml } from "../paper/html/pageTables.ts";
import { duration } from "../report/quantity.ts";
import { times } from "../report/ratios.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import { barsScript } from "./client/bars.ts";
import { copyScript } from "./client/copy.ts";
import { scriptHtml } from "./client/script.ts";
import { seriesScript } from "./client/series.ts";
import { sortingScript } from "./client/sorting.ts";
import { figureAt, headlineHtml } from "./figures.ts";
import { fleetTables } from "./fleetTables.ts";
import { type LatencyValues, latencyFigures } from "./latencyFigures.ts";
import { chartLibrary } from "./library.ts";
import { overTime } from "./overTime.ts";
import { dataScript, pageHtml } from "./page.ts";
import { phasesHtml } from "./phases.ts";
import type { ReplicaRow } from "./replicaBooks.ts";
import { reportStyle } from "./reportStyle.ts";
import type { SeriesColumns } from "./seriesColumns.ts";
import { copyableHtml, listAt, notesHtml, textAt } from "./texts.ts";

/** What a run tells beside its result. */
export interface Observed {
  readonly series: SeriesColumns;
  readonly latencies: LatencyValues;
  readonly replicas: readonly ReplicaRow[];
}

/** A run as a page; `result` is what `--json` writes, of this version or another. */
export function runPage(result: unknown, observed: Observed | undefined): string {
  const scenario = memberOf(result, "scenario");
  const name = textAt(scenario, "name") ?? "a run";
  const series = observed?.series;
  const drawn = series !== undefined && series.gpuW.length > 1 ? series : undefined;
  const library = drawn === undefined ? undefined : chartLibrary();
  return pageHtml({
    title: `${name}: tokenwatt`,
    styles: library === undefined ? [reportStyle] : [library.style, reportStyle],
    body: [
      `<h1>${escaped(name)}</h1>`,
      subtitle(result),
      headlineHtml(result),
      ...notesHtml("Warnings", listAt(result, "warnings")),
      ...overTime(drawn, series !== undefined),
      ...phasesHtml(result),
      tableHtml({ title: "Latency", rows: latencyRows(result) }),
      ...(observed === undefined ? [] : [latencyFigures(result, observed.latencies)]),
      ...fleetTables(result, observed?.replicas),
      tableHtml({ title: "Calibration", rows: calibrationRows(result) }),
      `<ul>${listAt(memberOf(result, "calibration"), "sources").map(itemHtml).join("")}</ul>`,
      "<h2>Scenario, with every default</h2>",
      copyableHtml("scenario", "Scenario", stringify(scenario)),
    ],
    scripts: [
      ...(drawn === undefined || library === undefined
        ? []
        : [dataScript("series", drawn), `<script>${library.script}</script>`]),
      scriptHtml([
        copyScript,
        sortingScript,
        barsScript,
        ...(drawn === undefined ? [] : [seriesScript]),
      ]),
    ],
  });
}

function subtitle(result: unknown): string {
  const scenario = memberOf(result, "scenario");
  const lasted = figureAt(result, "duration_s");
  const parts = [
    `${textAt(scenario, "llm") ?? "–"} on ${gpusOf(result)}`,
    lasted === null ? "–" : duration(lasted),
    `seed ${String(memberOf(result, "seed"))}`,
    `digest ${textAt(result, "digest") ?? "–"}`,
    `tokenwatt ${textAt(result, "tokenwatt_version") ?? "–"}`,
  ];
  return (
    `<p class="faint">${parts.map(escaped).join(" · ")}<br>` +
    "Energy and power are those of the GPUs; ranges hold 80 % of measurements.</p>"
  );
}

/** Of pools, where there are any, the GPUs of each. */
function gpusOf(result: unknown): string {
  const pools = memberOf(result, "pools");
  const kinds = Array.isArray(pools) && pools.length > 0 ? pools : undefined;
  const cluster = memberOf(memberOf(result, "scenario"), "cluster");
  const named = kinds?.map((pool) => `${figureAt(pool, "gpus") ?? "–"} × ${textAt(pool, "gpu")}`);
  return named?.join(" + ") ?? `${gpusIn(cluster) ?? "–"} × ${textAt(cluster, "gpu") ?? "–"}`;
}

function gpusIn(cluster: unknown): number | null {
  const sizes = ["tensor_parallel_size", "pipeline_parallel_size", "data_parallel_size"];
  return ["replicas", ...sizes].reduce<number | null>(
    (product, key) => times(product, figureAt(cluster, key) ?? 1),
    1,
  );
}

const latencies = ["ttft_ms", "tpot_ms", "itl_ms", "e2e_ms", "queue_ms"];
const statistics = ["mean", "std", "p50", "p90", "p95", "p99"];

function latencyRows(result: unknown) {
  return latencies.map((name) => ({
    ms: name.replace("_ms", "").toUpperCase(),
    slo: figureAt(result, `scenario.slo.${name}`),
    ...Object.fromEntries(
      statistics.map((statistic) => {
        const figure = figureAt(result, `latency.${name}.${statistic}`);
        return [statistic, figure === null ? null : Number(figure.toPrecision(4))];
      }),
    ),
  }));
}

function calibrationRows(result: unknown) {
  const calibration = memberOf(result, "calibration");
  return ["latency", "power"].map((of) => ({
    of,
    basis: textAt(calibration, of) ?? null,
    support: textAt(calibration, `${of}_support`) ?? null,
  }));
}

function itemHtml(text: string): string {
  return `<li>${escaped(text)}</li>`;
}
