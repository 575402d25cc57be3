import { escaped } from "../paper/html/escaped.ts";
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
  /** Of its 80 % range. */
  readonly interval?: string;
}

const headlines: readonly Headline[] = [
  { name: "GPU energy", path: "energy.gpu_j", unit: "J", interval: "energy.interval_80.gpu_j" },
  {
    name: "energy per output token",
    path: "energy.per_output_token_j",
    unit: "J",
    interval: "energy.interval_80.per_output_token_j",
  },
  {
    name: "mean power of the GPUs",
    path: "power.gpu_mean_w",
    unit: "W",
    interval: "power.interval_80.gpu_mean_w",
  },
  { name: "peak power of the GPUs, 1 s", path: "power.gpu_peak_w", unit: "W" },
  {
    name: "TTFT, mean",
    path: "latency.ttft_ms.mean",
    unit: "ms",
    interval: "latency.interval_80.ttft_ms",
  },
  {
    name: "TPOT, mean",
    path: "latency.tpot_ms.mean",
    unit: "ms",
    interval: "latency.interval_80.tpot_ms",
  },
  { name: "output throughput", path: "throughput.output_tokens_per_s", unit: "tokens/s" },
  { name: "requests completed", path: "requests.completed", unit: "" },
];

export function headlineHtml(result: unknown): string {
  const boxes = headlines.map(({ name, path, unit, interval }) => {
    const low = interval === undefined ? null : figureAt(result, `${interval}.0`);
    const high = interval === undefined ? null : figureAt(result, `${interval}.1`);
    const range =
      low === null || high === null ? "" : `80 %: ${figureText(low)} to ${figureText(high)}`;
    return (
      `<div><dt>${escaped(name)}</dt><dd><span class="value">${figureText(figureAt(result, path))}</span> ` +
      `${unit}</dd><dd class="range">${range}</dd></div>`
    );
  });
  return `<dl class="headline">${boxes.join("\n")}</dl>`;
}
