import { stringify } from "yaml";
import { escaped } from "../paper/html/escaped.ts";
import { tableHtml } from "../paper/html/pageTables.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import { chartScript } from "./chartScript.ts";
import { figureAt, figureText, headlineHtml } from "./figures.ts";
import { chartLibrary } from "./library.ts";
import { dataScript, pageHtml } from "./page.ts";
import { runStyle } from "./runStyle.ts";

/** What a run drew and held, a value for each period. */
export interface SeriesColumns {
  readonly periodS: number;
  readonly timeS: number[];
  readonly gpuW: (number | null)[];
  readonly batch: (number | null)[];
  readonly kvRatio: (number | null)[];
}

/** A run as a page; `result` is what `--json` writes, of this version or another. */
export function runPage(result: unknown, series: SeriesColumns | undefined): string {
  const scenario = memberOf(result, "scenario");
  const name = textAt(scenario, "name") ?? "a run";
  const library = chartLibrary();
  const drawn = series !== undefined && series.timeS.length > 1 ? series : undefined;
  return pageHtml({
    title: `${name}: tokenwatt`,
    styles: drawn === undefined ? [runStyle] : [library.style, runStyle],
    body: [
      `<h1>${escaped(name)}</h1>`,
      `<p class="faint">Simulated by tokenwatt ${escaped(textAt(result, "tokenwatt_version") ?? "–")}: ` +
        `${figureText(figureAt(result, "duration_s"))} s, seed ${escaped(String(memberOf(result, "seed")))}, ` +
        `digest ${escaped(textAt(result, "digest") ?? "–")}. Energy and power are those of the GPUs.</p>`,
      headlineHtml(result),
      ...warningsHtml(result),
      ...overTime(drawn, series !== undefined),
      ...phasesHtml(result),
      tableHtml({ title: "Latency", rows: latencyRows(result) }),
      tableHtml({ title: "Calibration", rows: calibrationRows(result) }),
      "<h2>Sources</h2>",
      `<ul>${listAt(memberOf(result, "calibration"), "sources").map(itemHtml).join("")}</ul>`,
      "<h2>Scenario, with every default</h2>",
      `<pre tabindex="0" role="region" aria-label="Scenario">${escaped(stringify(scenario))}</pre>`,
    ],
    scripts:
      drawn === undefined
        ? []
        : [
            dataScript("series", drawn),
            `<script>${library.script}</script>`,
            `<script>${chartScript}</script>`,
          ],
  });
}

function overTime(series: SeriesColumns | undefined, isKept: boolean): string[] {
  const heading = "<h2>Over time</h2>";
  if (series === undefined) {
    const why = isKept
      ? "The run is too short to draw."
      : "This result holds no power, batch or KV cache over time, so none is drawn: " +
        "tokenwatt run SCENARIO.yaml --report FILE.html draws them.";
    return [heading, `<p>${why}</p>`];
  }
  const mean = series.periodS === 1 ? "each second" : `${series.periodS} s each`;
  return [
    heading,
    `<p class="faint">Means over ${mean}. Drag across a chart to zoom all of them; on the keyboard + and - ` +
      'zoom, arrows move, 0 shows the whole run. <button id="whole" type="button">Whole run</button></p>',
    chartHtml({ series: "gpuW", name: "Power of all GPUs", unit: "W", colour: "--s1" }),
    chartHtml({ series: "batch", name: "Running sequences", unit: "sequences", colour: "--s0" }),
    chartHtml({ series: "kvRatio", name: "KV cache in use", unit: "of 1", colour: "--s2" }),
    "<noscript><p>The charts need JavaScript; the tables below don't.</p></noscript>",
  ];
}

interface Chart {
  readonly series: "gpuW" | "batch" | "kvRatio";
  readonly name: string;
  readonly unit: string;
  readonly colour: string;
}

function chartHtml({ series, name, unit, colour }: Chart): string {
  return (
    `<h3>${name} <span class="faint">(${unit})</span></h3><div class="chart" tabindex="0" role="group" ` +
    `aria-label="${name} over time" data-series="${series}" data-name="${name}" data-unit="${unit}" data-colour="${colour}"></div>`
  );
}

const phases = ["prefill", "decode", "idle", "wasted", "transfer"];

function phasesHtml(result: unknown): string[] {
  const parts = phases.flatMap((name, index) => {
    const energyJ = figureAt(result, `energy.by_phase_j.${name}`);
    return energyJ === null ? [] : [{ name, index, energyJ }];
  });
  const totalJ = parts.reduce((sum, { energyJ }) => sum + energyJ, 0);
  if (totalJ <= 0) return [];
  const share = (energyJ: number) => `${((100 * energyJ) / totalJ).toFixed(1)} %`;
  const bars = parts.map(
    ({ index, energyJ }) =>
      `<span style="background: var(--s${index}); width: ${((100 * energyJ) / totalJ).toFixed(3)}%"></span>`,
  );
  const keys = parts.map(
    ({ name, index, energyJ }) =>
      `<li><span class="key s${index}"></span>${name}: ${figureText(energyJ)} J, ${share(energyJ)}</li>`,
  );
  return [
    "<h2>Energy by phase</h2>",
    `<div class="stack" aria-hidden="true">${bars.join("")}</div>`,
    `<ul class="legend">${keys.join("")}</ul>`,
  ];
}

const latencies = ["ttft_ms", "tpot_ms", "itl_ms", "e2e_ms", "queue_ms"];
const statistics = ["mean", "std", "p50", "p90", "p95", "p99"];

function latencyRows(result: unknown) {
  return latencies.map((name) => ({
    ms: name.replace("_ms", "").toUpperCase(),
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

function warningsHtml(result: unknown): string[] {
  const warnings = listAt(result, "warnings");
  return warnings.length === 0
    ? []
    : ["<h2>Warnings</h2>", `<ul>${warnings.map(itemHtml).join("")}</ul>`];
}

function itemHtml(text: string): string {
  return `<li>${escaped(text)}</li>`;
}

function textAt(value: unknown, key: string): string | undefined {
  const member = memberOf(value, key);
  return typeof member === "string" ? member : undefined;
}

function listAt(value: unknown, key: string): string[] {
  const list = memberOf(value, key);
  return Array.isArray(list)
    ? list.map((item) => (typeof item === "string" ? item : JSON.stringify(item)))
    : [];
}
