import type { PaperStudy } from "../paper.ts";
import { source } from "../published.ts";
import { paperTables } from "../tables.ts";
import { curveChart } from "./curveChart.ts";
import { escaped } from "./escaped.ts";
import { panelTable, tableHtml } from "./pageTables.ts";
import { type Panel, panelsOf } from "./panel.ts";
import { rowChart } from "./rowChart.ts";
import { style } from "./style.ts";

/** The whole study as one page that needs nothing else: tables first, then every figure redrawn. */
export function paperPage(study: PaperStudy): string {
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    "<title>arXiv 2504.17674, simulated</title>",
    `<style>${style}</style>`,
    "</head>",
    "<body>",
    "<main>",
    "<h1>arXiv 2504.17674, simulated beside published</h1>",
    `<p>${escaped(source)}. Lines and bars are simulated by tokenwatt, dots are published; a ringed ` +
      "dot is a point that a constant was fitted to. Energy is that of the GPUs.</p>",
    ...paperTables(study)
      .toReversed()
      .map((table) => tableHtml(table)),
    ...study.figures.map(({ figure, cells }) => {
      const own = new Set(cells.map((cell) => cell.figure));
      const points = study.points.filter((point) => own.has(point.figure));
      return figureHtml(figure, panelsOf(points));
    }),
    "</main>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

interface Heading {
  readonly id: string;
  readonly title: string;
  readonly setting: string;
}

function figureHtml({ id, title, setting }: Heading, panels: readonly Panel[]): string {
  const kind = id.startsWith("T") ? `Table ${id.slice(1)}` : `Figure ${id}`;
  return [
    `<section aria-labelledby="f${id}">`,
    `<h2 id="f${id}">${kind}. ${escaped(title)}</h2>`,
    `<p class="faint">${escaped(setting)}</p>`,
    '<div class="panels">',
    ...panels.map(panelHtml),
    "</div>",
    "</section>",
  ].join("\n");
}

function panelHtml(panel: Panel): string {
  const { figure, metric, unit, axis, workload, curves } = panel;
  const what = [metric.replaceAll("_", " "), workload ?? cardOf(panel)].filter(
    (part) => part !== undefined,
  );
  return [
    "<figure>",
    `<h3>${figure}: ${escaped(what.join(", "))} <span class="faint">(${escaped(unit)})</span></h3>`,
    isDrawn(panel) ? (axis === null ? rowChart(panel) : curveChart(panel)) : "",
    axis === null ? "" : legend(curves.map(({ series }) => series)),
    panelTable(panel),
    "</figure>",
  ].join("\n");
}

/** The card of a panel whose curves have no other. */
function cardOf({ curves, axis }: Panel): string | undefined {
  const cards = new Set(curves.flatMap(({ points }) => points.map(({ gpu }) => gpu)));
  const [card] = cards;
  return axis === null || cards.size > 1 ? undefined : (card ?? undefined);
}

/** Something to draw: not where nothing is simulated, as of kernels whose shapes are not printed. */
function isDrawn({ curves }: Panel): boolean {
  return curves.some(({ points }) => points.some(({ simulated }) => simulated !== null));
}

function legend(series: readonly string[]): string {
  const items = series.map(
    (name, index) => `<li><span class="key s${index}"></span>${escaped(name)}</li>`,
  );
  return `<ul class="legend">${items.join("")}</ul>`;
}
