import type { SeriesColumns } from "./seriesColumns.ts";

/** The charts of a run, which a script draws. */
export function overTime(series: SeriesColumns | undefined, isKept: boolean): string[] {
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
    `<p class="faint">Means over ${mean}. <span class="screen">Drag across a chart to zoom all of them; on the ` +
      "keyboard + and - zoom, arrows move, with Shift they read values, 0 shows the whole run. " +
      '<button id="whole" type="button">Whole run</button></span></p>',
    chartHtml({ series: "gpuW", name: "Power of all GPUs", unit: "W", colour: "--s1" }),
    chartHtml({ series: "batch", name: "Running sequences", unit: "sequences", colour: "--s0" }),
    chartHtml({ series: "kvPercent", name: "KV cache in use", unit: "%", colour: "--s2" }),
    "<noscript><p>The charts need JavaScript; the figures below don't.</p></noscript>",
  ];
}

interface Chart {
  readonly series: "gpuW" | "batch" | "kvPercent";
  readonly name: string;
  readonly unit: string;
  readonly colour: string;
}

function chartHtml({ series, name, unit, colour }: Chart): string {
  const last = series === "kvPercent" ? ' data-last="yes"' : "";
  return (
    `<h3 class="over">${name} <span class="faint">(${unit})</span> <output></output></h3>` +
    `<div class="chart" tabindex="0" role="group" aria-label="${name} over time, in ${unit}" ` +
    `data-series="${series}" data-unit="${unit}" data-colour="${colour}"${last}></div>`
  );
}
