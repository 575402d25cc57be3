import type { PaperPoint } from "../study.ts";
import { escaped } from "./escaped.ts";
import { axisNames, axisValue, type Curve, type Panel } from "./panel.ts";
import { figureText, pointText } from "./pointText.ts";
import { evenScale, logScale, type Scale } from "./scale.ts";

const size = { width: 560, height: 330 };
const inner = { left: 64, right: 546, top: 12, bottom: 286 };

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
}

/** Simulated lines and published points over one axis, as an SVG. */
export function curveChart(panel: Panel): string {
  const scales = scalesOf(panel);
  const { axis } = panel;
  const axisName = axis === null ? "" : axisNames[axis];
  const name = `Figure ${panel.figure}: ${panel.metric} over ${axisName}`;
  return [
    `<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${escaped(name)}">`,
    ...grid(scales),
    `<text class="name" x="${(inner.left + inner.right) / 2}" y="${size.height - 8}">${axisName}</text>`,
    ...panel.curves.map((curve, index) => line(curve, index, scales)),
    ...panel.curves.flatMap((curve, index) => dots(curve, index, scales)),
    "</svg>",
  ].join("\n");
}

function scalesOf({ curves, unit }: Panel): Scales {
  const points = curves.flatMap((curve) => curve.points);
  const values = points
    .flatMap(({ simulated, published }) => [simulated, published])
    .filter((value) => value !== null);
  const up = { from: inner.bottom, to: inner.top };
  const isEven = unit === "%" || unit === "prob" || values.some((value) => value <= 0);
  return {
    x: logScale(points.map(axisValue), { from: inner.left, to: inner.right }, 2),
    y: isEven ? evenScale(values, up) : logScale(values, up, 10),
  };
}

function grid({ x, y }: Scales): string[] {
  const across = y.ticks.map((tick) => {
    const at = y.place(tick).toFixed(1);
    return (
      `<line class="grid" x1="${inner.left}" x2="${inner.right}" y1="${at}" y2="${at}"/>` +
      `<text class="tick y" x="${inner.left - 6}" y="${at}">${figureText(tick)}</text>`
    );
  });
  const along = x.ticks.map((tick) => {
    const at = x.place(tick).toFixed(1);
    const text = tick >= 1024 ? `${tick / 1024}k` : String(tick);
    return (
      `<line class="grid" x1="${at}" x2="${at}" y1="${inner.top}" y2="${inner.bottom}"/>` +
      `<text class="tick x" x="${at}" y="${inner.bottom + 16}">${text}</text>`
    );
  });
  return [...across, ...along];
}

/** A curve ends where memory does. */
function line({ points }: Curve, index: number, { x, y }: Scales): string {
  const places = points
    .filter(({ simulated }) => simulated !== null)
    .toSorted((a, b) => axisValue(a) - axisValue(b))
    .map(
      (point) =>
        `${x.place(axisValue(point)).toFixed(1)},${y.place(point.simulated ?? 0).toFixed(1)}`,
    );
  return `<polyline class="line s${index}" points="${places.join(" ")}"/>`;
}

function dots({ points }: Curve, index: number, { x, y }: Scales): string[] {
  return points.flatMap((point: PaperPoint) => {
    if (point.published === null) return [];
    const [cx, cy] = [x.place(axisValue(point)), y.place(point.published)];
    const fitted = point.used_to_fit ? " fitted" : "";
    return [
      `<circle class="dot s${index}${fitted}" cx="${cx.toFixed(1)}" cy="${cy.toFixed(1)}" r="4.5">` +
        `<title>${escaped(pointText(point))}</title></circle>`,
    ];
  });
}
