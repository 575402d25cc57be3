import { escaped } from "../paper/html/escaped.ts";
import { percent, si } from "../report/quantity.ts";
import { figureAt } from "./figures.ts";
import { type Bar, type Histogram, histogramOf } from "./histogram.ts";
import { roundTicks } from "./roundTicks.ts";
import type { ValueBins } from "./valueBins.ts";

/** Milliseconds of all requests that have such a time. */
export interface LatencyValues {
  readonly ttft_ms: ValueBins;
  readonly tpot_ms: ValueBins;
  readonly e2e_ms: ValueBins;
}

const kinds = [
  { key: "ttft_ms", name: "Time to first token" },
  { key: "tpot_ms", name: "Time per output token" },
  { key: "e2e_ms", name: "Whole answer" },
] as const;

/** How requests spread over each latency, with the limit that they should keep. */
export function latencyFigures(result: unknown, values: LatencyValues): string {
  const figures = kinds.flatMap(({ key, name }) => {
    const sloMs = figureAt(result, `scenario.slo.${key}`);
    const histogram = histogramOf(values[key], sloMs);
    if (histogram === undefined) return [];
    const kept = sloMs === null ? null : values[key].shareUpTo(sloMs);
    const quantiles = ["p50", "p90", "p99"].map((p) => ({
      name: p,
      valueMs: figureAt(result, `latency.${key}.${p}`),
    }));
    const drawing = { key, name, sloMs, histogram, quantiles, samples: values[key].count };
    return [figureHtml({ ...drawing, note: noteOf(sloMs, kept) })];
  });
  return `<div class="distributions">${figures.join("\n")}</div>`;
}

function noteOf(sloMs: number | null, kept: number | null): string {
  if (sloMs === null || kept === null) return "no slo is set";
  return `${shareText(kept)} within the slo of ${milliseconds(sloMs)}`;
}

interface Drawing {
  readonly name: string;
  readonly histogram: Histogram;
  readonly sloMs: number | null;
  readonly quantiles: readonly { readonly name: string; readonly valueMs: number | null }[];
  readonly samples: number;
  readonly note: string;
}

const size = { width: 380, height: 230 } as const;
const plot = { left: 38, right: 372, top: 48, bottom: 206 } as const;

function figureHtml({ name, histogram, sloMs, quantiles, samples, note }: Drawing): string {
  const { bars } = histogram;
  const { x, first, last } = scaleOf(histogram, sloMs);
  const most = Math.max(...bars.map(({ shareRatio }) => shareRatio));
  const shares = roundTicks(0, most, 3);
  const top = Math.max(most, shares.at(-1) ?? 0);
  const y = (ratio: number) => plot.bottom - (ratio / top) * (plot.bottom - plot.top);
  const told = quantiles
    .map((q) => `${q.name} ${q.valueMs === null ? "–" : milliseconds(q.valueMs)}`)
    .join(", ");
  const label = `${name} of ${samples} requests: ${told}; ${note}. Arrow keys tell of each bar.`;
  return [
    `<figure><h3>${escaped(name)}</h3>`,
    `<svg data-bars tabindex="0" role="img" aria-label="${escaped(label)}" viewBox="0 0 ${size.width} ${size.height}">`,
    ...shares.map((share) => shareTick(share, y(share))),
    ...valueTicks(first, last, x),
    ...bars.map((bar) => barSvg(bar, { x, y, sloMs })),
    ...quantiles.map((quantile, row) => quantileSvg(quantile, x, row)),
    sloMs === null ? "" : sloSvg(sloMs, { x, last }),
    ...bars.map((bar) => hitSvg(bar, x)),
    "</svg>",
    `<output>${escaped(note)}</output></figure>`,
  ].join("\n");
}

/** From milliseconds to a place; the limit is on the picture where it is near. */
function scaleOf({ first, last }: Histogram, sloMs: number | null) {
  const near = sloMs !== null && sloMs > first / 4 && sloMs < last * 4 ? [sloMs] : [];
  const from = Math.log(Math.min(first, ...near.map((ms) => ms / 1.05)));
  const to = Math.log(Math.max(last, ...near.map((ms) => ms * 1.05)));
  const x = (ms: number) =>
    plot.left + ((Math.log(ms) - from) / (to - from)) * (plot.right - plot.left);
  return { x, first: Math.exp(from), last: Math.exp(to) };
}

interface Scales {
  readonly x: (ms: number) => number;
  readonly y: (ratio: number) => number;
  readonly sloMs: number | null;
}

function barSvg({ from, to, shareRatio }: Bar, { x, y, sloMs }: Scales): string {
  if (shareRatio === 0) return "";
  const isLate = sloMs !== null && from >= sloMs * 0.999;
  // A single late request is seen, too.
  const top = Math.min(y(shareRatio), plot.bottom - 1);
  return (
    `<rect class="share${isLate ? " late" : ""}" x="${at(x(from) + 0.4)}" y="${at(top)}" ` +
    `width="${at(Math.max(0.5, x(to) - x(from) - 0.8))}" height="${at(plot.bottom - top)}"/>`
  );
}

/** As high as the picture, so that the pointer needs not meet a low bar. */
function hitSvg({ from, to, shareRatio, upToRatio }: Bar, x: Scales["x"]): string {
  const text = `${milliseconds(from)} to ${milliseconds(to)}: ${shareText(shareRatio)}; ${shareText(upToRatio)} take no longer`;
  return (
    `<rect class="hit" x="${at(x(from))}" y="${plot.top}" width="${at(x(to) - x(from))}" ` +
    `height="${plot.bottom - plot.top}" data-text="${text}"/>`
  );
}

function shareTick(share: number, y: number): string {
  return (
    `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${at(y)}" y2="${at(y)}"/>` +
    `<text class="tick y" x="${plot.left - 5}" y="${at(y)}">${Number((share * 100).toPrecision(3))} %</text>`
  );
}

function valueTicks(first: number, last: number, x: Scales["x"]): string[] {
  const room = 46;
  let right = Number.NEGATIVE_INFINITY;
  return logTicks(first, last).flatMap((ms) => {
    const place = x(ms);
    if (place - right < room || place > plot.right) return [];
    right = place;
    return [
      `<line class="grid" x1="${at(place)}" x2="${at(place)}" y1="${plot.bottom}" y2="${plot.bottom + 4}"/>` +
        `<text class="tick x" x="${at(Math.min(place, size.width - 20))}" y="${plot.bottom + 17}">${tickText(ms)}</text>`,
    ];
  });
}

/** 1, 2 and 5 times powers of ten; within less than a decade, round steps. */
function logTicks(first: number, last: number): number[] {
  if (last / first < 8) return roundTicks(first, last, 5).filter((tick) => tick >= first);
  const powers: number[] = [];
  for (let power = Math.floor(Math.log10(first)); 10 ** power <= last; power++) powers.push(power);
  return powers
    .flatMap((power) => [1, 2, 5].map((times) => times * 10 ** power))
    .filter((tick) => tick >= first && tick <= last);
}

function quantileSvg(
  { name, valueMs }: Drawing["quantiles"][number],
  x: Scales["x"],
  row: number,
): string {
  if (valueMs === null || valueMs <= 0) return "";
  const place = Math.min(plot.right, Math.max(plot.left, x(valueMs)));
  const isRight = place > (plot.left + plot.right) / 2;
  const y = 11 + row * 13;
  return (
    `<line class="quantile" x1="${at(place)}" x2="${at(place)}" y1="${y - 8}" y2="${plot.bottom}"/>` +
    `<text class="mark" text-anchor="${isRight ? "end" : "start"}" x="${at(place + (isRight ? -4 : 4))}" y="${y}">` +
    `${name} ${milliseconds(valueMs)}</text>`
  );
}

function sloSvg(sloMs: number, { x, last }: { readonly x: Scales["x"]; readonly last: number }) {
  const place = x(sloMs);
  if (place < plot.left || sloMs > last) return "";
  const isRight = place > (plot.left + plot.right) / 2;
  return (
    `<line class="slo" x1="${at(place)}" x2="${at(place)}" y1="${plot.top - 2}" y2="${plot.bottom}"/>` +
    `<text class="mark slo" text-anchor="${isRight ? "end" : "start"}" x="${at(place + (isRight ? -4 : 4))}" ` +
    `y="${plot.top + 10}">slo</text>`
  );
}

function shareText(ratio: number): string {
  return ratio > 0.995 && ratio < 1 ? `${(ratio * 100).toFixed(2)} %` : percent(ratio);
}

function milliseconds(ms: number): string {
  return si(ms / 1000, "s");
}

/** Ticks are round: 50 ms, not 50.0 ms. */
function tickText(ms: number): string {
  return milliseconds(ms)
    .replace(/(\.\d*?)0+(?= )/, "$1")
    .replace(/\.(?= )/, "");
}

function at(place: number): string {
  return String(Number(place.toFixed(1)));
}
