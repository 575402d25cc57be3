import { groupedBy } from "../../validate/groups.ts";
import type { PaperPoint } from "../study.ts";
import { escaped } from "./escaped.ts";
import type { Panel } from "./panel.ts";
import { figureText, pointText } from "./pointText.ts";
import { evenScale, logScale } from "./scale.ts";

const width = 560;
const left = 262;
const right = 540;
const rowHeight = 24;

/** A row for each figure: a bar as simulated, a dot as published. */
export function rowChart(panel: Panel): string {
  const rows = panel.curves.flatMap(({ points }, index) =>
    points.map((point) => ({ point, index })),
  );
  const sorted = groupedBy(rows, ({ point }) => point.workload).flatMap(({ members }) => members);
  const values = rows
    .flatMap(({ point: { simulated, published } }) => [simulated, published])
    .filter((value) => value !== null);
  const span = { from: left, to: right };
  const isEven = panel.unit !== "kWh" && panel.unit !== "tokens";
  const scale = isEven ? evenScale(values, span) : logScale(values, span, 10);
  const bottom = 8 + rowHeight * sorted.length;
  const height = bottom + 24;
  const start = isEven ? scale.place(0) : left;
  const name = `Figure ${panel.figure}: ${panel.metric}`;
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(name)}">`,
    ...scale.ticks.map((tick) => {
      const at = scale.place(tick).toFixed(1);
      return (
        `<line class="grid" x1="${at}" x2="${at}" y1="8" y2="${bottom}"/>` +
        `<text class="tick x" x="${at}" y="${bottom + 16}">${figureText(tick)}</text>`
      );
    }),
    ...sorted.map(({ point, index }, row) => {
      const y = 8 + rowHeight * row + rowHeight / 2;
      return bar(point, index, { y, start, place: scale.place });
    }),
    "</svg>",
  ].join("\n");
}

interface RowPlace {
  readonly y: number;
  readonly start: number;
  readonly place: (value: number) => number;
}

function bar(point: PaperPoint, index: number, { y, start, place }: RowPlace): string {
  const { simulated, published } = point;
  const end = simulated === null ? start : place(simulated);
  const [from, to] = [Math.min(start, end), Math.max(start, end)];
  const dot =
    published === null
      ? ""
      : `<circle class="dot s${index}" cx="${place(published).toFixed(1)}" cy="${y}" r="4.5"/>`;
  return (
    `<g><title>${escaped(pointText(point))}</title>` +
    `<text class="tick y" x="${left - 8}" y="${y}">${escaped(rowName(point))}</text>` +
    `<rect class="bar s${index}" x="${from.toFixed(1)}" width="${(to - from).toFixed(1)}" y="${y - 7}" height="14"/>` +
    `${dot}</g>`
  );
}

const longestName = 38;

/** What tells a row from the others; the kind of figure stands above them. */
function rowName({ workload, series, gpu, axis, batch }: PaperPoint): string {
  const short = workload?.replace(/ (full trace )?offline.*| \(inferred\)/, "");
  const card = gpu?.replace(/ \d+GB.*/, "");
  const place = short === undefined || short === series ? card : short;
  const name = [place, series].filter((part) => part !== null && part !== undefined).join(": ");
  const cut = name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
  return axis === null && batch !== null && batch !== 1 ? `${cut}, batch ${batch}` : cut;
}
