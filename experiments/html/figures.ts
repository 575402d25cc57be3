import { escaped } from "../paper/html/escaped.ts";
import { digits, grouped, range, si } from "../report/quantity.ts";
import { times } from "../report/ratios.ts";
import { memberOf } from "../scenario/schemaTree.ts";

/** What stands at a path of a result, where it is a number. */
export function figureAt(result: unknown, path: string): number | null {
  const value = path.split(".").reduce(memberOf, result);
  return typeof value === "number" ? value : null;
}

/** Four digits, and counts whole; a dash where it is not known. */
export function figureText(value: number | null): string {
  if (value === null) return "–";
  const shown = Number.isInteger(value) ? value : Number(value.toPrecision(4));
  return shown.toLocaleString("en-US", { maximumFractionDigits: 12 });
}

interface Headline {
  readonly name: string;
  readonly path: string;
  readonly unit: string;
  /** What a unit of the figure is in that unit: 0.001 of milliseconds in seconds. */
  readonly factor?: number;
  /** Of its 80 % range. */
  readonly interval?: string;
}

const headlines: readonly Headline[] = [
  { name: "GPU energy", path: "energy.gpu_j", unit: "J", interval: "energy.interval_80.gpu_j" },
  {
    name: "Energy per output token",
    path: "energy.per_output_token_j",
    unit: "J",
    interval: "energy.interval_80.per_output_token_j",
  },
  {
    name: "Mean power",
    path: "power.gpu_mean_w",
    unit: "W",
    interval: "power.interval_80.gpu_mean_w",
  },
  { name: "Peak power over 1 s", path: "power.gpu_peak_w", unit: "W" },
  { name: "Energy per request", path: "energy.per_request_wh", unit: "Wh" },
  {
    name: "TTFT, mean",
    path: "latency.ttft_ms.mean",
    unit: "s",
    factor: 0.001,
    interval: "latency.interval_80.ttft_ms",
  },
  {
    name: "TPOT, mean",
    path: "latency.tpot_ms.mean",
    unit: "s",
    factor: 0.001,
    interval: "latency.interval_80.tpot_ms",
  },
  { name: "Output tokens per second", path: "throughput.output_tokens_per_s", unit: "" },
  { name: "Requests completed", path: "requests.completed", unit: "" },
  { name: "Busy", path: "utilization.busy_ratio", unit: "%", factor: 100 },
];

export function headlineHtml(result: unknown): string {
  return boxesHtml(headlines.map((headline) => boxOf(result, headline)));
}

function boxOf(result: unknown, { name, path, unit, factor = 1, interval }: Headline): Box {
  const scaled = (at: string) => times(figureAt(result, at), factor);
  const value = scaled(path);
  const low = interval === undefined ? null : scaled(`${interval}.0`);
  const high = interval === undefined ? null : scaled(`${interval}.1`);
  const isPrefixed = unit !== "" && unit !== "%";
  const [figure, shownUnit] = isPrefixed ? partsOf(si(value, unit)) : [plain(value), unit];
  const isRange = low !== null && high !== null && value !== null;
  return {
    name,
    figure,
    unit: shownUnit,
    note: isRange ? `80 %: ${range([low, high], value)}` : "",
  };
}

function plain(value: number | null): string {
  return value !== null && Number.isInteger(value) ? grouped(value) : digits(value);
}

/** A figure and its unit. */
function partsOf(text: string): readonly [string, string] {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}

export interface Box {
  readonly name: string;
  readonly figure: string;
  readonly unit: string;
  readonly note: string;
}

/** What a reader came for, large. */
export function boxesHtml(boxes: readonly Box[]): string {
  const items = boxes.map(
    ({ name, figure, unit, note }) =>
      `<div><dt>${escaped(name)}</dt><dd><span class="value">${escaped(figure)}</span> ` +
      `${escaped(unit)}</dd><dd class="range">${escaped(note)}</dd></div>`,
  );
  return `<dl class="headline">${items.join("\n")}</dl>`;
}
