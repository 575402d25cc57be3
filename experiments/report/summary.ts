import type { Interval } from "../../models/uncertainty.ts";
import { confidence, inBrackets } from "./confidence.ts";
import { enginesOf } from "./engines.ts";
import { mapped } from "./intervals.ts";
import type { Paint } from "./paint.ts";
import { count, digits, duration, grouped, percent, si, unknownText } from "./quantity.ts";
import type { Result } from "./result.ts";
import { failuresLine, groupTables, optionsLine } from "./summaryGroups.ts";
import { poolTable } from "./summaryPools.ts";

const width = 80;

export interface SummaryOptions {
  readonly paint: Paint;
  /** What to try next, a line at the end; blank lines make place for it. */
  readonly next?: string | undefined;
}

/**
 * What a run came to, for a terminal of 80 x 24: what the user came for first. With `next` it
 * leaves room for the four lines that npm prints above it.
 */
export function summary(result: Result, { paint, next }: SummaryOptions): string {
  const blank = next === undefined ? [""] : [];
  const sections = [
    heading(result, paint),
    blank,
    figures(result, paint),
    latencies(result, paint),
    groupTables(result, paint),
    poolTable(result, paint),
    blank,
    phases(result, paint),
    blank,
    footing(result, paint),
    next === undefined ? [] : [`${paint.strong("Try")} ${next}`],
  ];
  return sections
    .flat()
    .map((line) => `${line}\n`)
    .join("");
}

function heading(result: Result, paint: Paint): string[] {
  const { scenario, requests, tokens, duration_s } = result;
  const { cluster, engine } = scenario;
  const { tensor_parallel_size, pipeline_parallel_size } = cluster;
  const gpus =
    cluster.pools === null
      ? `${enginesOf(cluster) * tensor_parallel_size * pipeline_parallel_size} × ${cluster.gpu}`
      : result.pools.map((pool) => `${pool.gpus} × ${pool.gpu}`).join(" + ");
  const where = `${scenario.llm} on ${gpus}, ${engine.stack}`;
  const others = [
    requests.rejected > 0 ? `${grouped(requests.rejected)} rejected` : "",
    requests.timed_out > 0 ? `${grouped(requests.timed_out)} timed out` : "",
    requests.cancelled > 0 ? `${grouped(requests.cancelled)} cancelled` : "",
    requests.unfinished > 0 ? `${grouped(requests.unfinished)} unfinished` : "",
  ].filter((text) => text !== "");
  const counts = [`${grouped(requests.completed)} requests`, ...others].join(", ");
  const volume = `${count(tokens.input)} tokens in, ${count(tokens.output)} out`;
  const name = (scenario.name ?? "").slice(0, 30);
  return [
    `${paint.strong(name)}  ${clipped(where, width - name.length - 2)}`,
    paint.faint(clipped(`${counts} in ${duration(duration_s)}: ${volume}`, width)),
  ];
}

function figures(result: Result, paint: Paint): string[] {
  const { energy, power, throughput, utilization } = result;
  const cells = (...texts: readonly string[]) =>
    texts.map((text, index) => `${text.padEnd(cellWidths[index] ?? 0)} `).join("");
  const line = (label: string, text: string) =>
    `${paint.strong(label.padEnd(12))}${text}`.trimEnd();
  const goodput = throughput.goodput_per_s;
  return [
    line(
      "Energy",
      cells(
        `${si(energy.per_output_token_j, "J")}/output token` +
          inBrackets(energy.interval_80.per_output_token_j, energy.per_output_token_j),
        `${si(energy.per_request_wh, "Wh")}/request`,
        `${si(energy.gpu_j, "J")} in all`,
      ),
    ),
    line(
      "GPU power",
      cells(
        `${si(power.gpu_mean_w, "W")} mean` +
          inBrackets(power.interval_80.gpu_mean_w, power.gpu_mean_w),
        `${si(power.gpu_peak_w, "W")} peak over 1 s`,
        widerPower(result),
      ),
    ),
    line(
      "Throughput",
      cells(
        `${digits(throughput.output_tokens_per_s)} output tokens/s`,
        `${digits(throughput.requests_per_s)} requests/s`,
        goodput === null ? "" : `${digits(goodput)}/s in SLO`,
      ),
    ),
    line(
      "Engine",
      cells(
        `busy ${percent(utilization.busy_ratio)}, MFU ${percent(utilization.mfu)}, MBU ${percent(utilization.mbu)}`,
        `KV ${percent(utilization.kv_cache_mean)}, peak ${percent(utilization.kv_cache_peak)}`,
        `batch ${digits(utilization.mean_batch)}`,
      ),
    ),
    ...optionsLine(result, paint),
    ...failuresLine(result, paint),
    "",
  ];
}

/** The first has room for a range: "1.05 J/output token (0.98-1.4)". */
const cellWidths = [31, 20] as const;

/** Of many GPUs the mean of one; of one GPU the whole site. */
function widerPower({ power }: Result): string {
  if (power.gpu_mean_w !== power.per_gpu_mean_w) return `${si(power.per_gpu_mean_w, "W")} per GPU`;
  return power.site_mean_w === null ? "" : `${si(power.site_mean_w, "W")} at site`;
}

function latencies({ latency }: Result, paint: Paint): string[] {
  const columns = ["p50", "p90", "p99"] as const;
  const row = (label: string, mean: string, texts: readonly string[]) =>
    label.padEnd(25) + mean.padEnd(25) + texts.map((text) => text.padStart(10)).join("");
  const { ttft_ms, tpot_ms, e2e_ms, interval_80 } = latency;
  const lines = [
    { label: "TTFT  first token", of: ttft_ms, interval: interval_80.ttft_ms },
    { label: "TPOT  each later token", of: tpot_ms, interval: interval_80.tpot_ms },
    { label: "E2E   whole answer", of: e2e_ms, interval: null },
  ];
  return [
    paint.strong(row("Latency", "    mean", columns)),
    ...lines.map(({ label, of, interval }) =>
      row(
        `  ${label}`,
        meanText(of.mean, interval),
        columns.map((column) => milliseconds(of[column])),
      ),
    ),
  ];
}

function meanText(meanMs: number | null, intervalMs: Interval | null): string {
  const brackets = inBrackets(
    mapped(intervalMs, seconds),
    meanMs === null ? null : seconds(meanMs),
  );
  return milliseconds(meanMs).padStart(8) + brackets;
}

function phases({ energy, preemptions }: Result, paint: Paint): string[] {
  const { prefill, decode, idle, wasted, transfer = 0 } = energy.by_phase_j;
  // Sums that should cancel leave a rest far below what is shown.
  const rounded = (joules: number) => (Math.abs(joules) < 1e-9 * energy.gpu_j ? 0 : joules);
  const rows = [
    { label: "prefill", joules: rounded(prefill), colour: paint.accent },
    { label: "decode", joules: rounded(decode), colour: paint.good },
    { label: "transfer", joules: rounded(transfer), colour: paint.accent },
    { label: "idle", joules: rounded(idle), colour: paint.warning },
    { label: "wasted", joules: rounded(wasted), colour: paint.bad },
  ].filter(({ label, joules }) => !rare.includes(label) || joules > 0);
  const title = paint.strong("Where the joules went");
  const preempted = paint.faint(`${grouped(preemptions)} preemptions`);
  return [
    preemptions === 0 ? title : `${title}  ${preempted}`,
    ...rows.map(({ label, joules, colour }) => {
      const share = energy.gpu_j > 0 ? joules / energy.gpu_j : 0;
      const figuresText = `${percent(share).padStart(8)}${si(joules, "J").padStart(12)}`;
      return `  ${label.padEnd(10)}${colour(bar(share, 46))}${figuresText}`;
    }),
  ];
}

/** Told where there are any. */
const rare: readonly string[] = ["wasted", "transfer"];

function footing(result: Result, paint: Paint) {
  const { energy, scenario, warnings, carbon, cost } = result;
  const site =
    energy.facility_j === null
      ? "unknown, as host power is: set site.host for carbon and cost"
      : `${si(energy.facility_j, "J")} with host at PUE ${scenario.site.pue}, ` +
        `${si(carbon.operational_g, "g")} CO2e, ${digits(cost.energy)} ${cost.currency} of energy`;
  const shown = warnings.slice(0, 1);
  return [
    `${paint.strong("Site".padEnd(12))}${clipped(site, width - 12)}`,
    `${paint.strong("Confidence".padEnd(12))}${clipped(confidence(result), width - 12)}`,
    ...shown.map((text) => {
      const count = warnings.length === 1 ? "1 warning" : `${warnings.length} warnings`;
      return `${paint.warning(count.padEnd(12))}${clipped(text, width - 12)}`;
    }),
  ];
}

/** `share` of `cells` filled, to an eighth of a cell. */
function bar(share: number, cells: number): string {
  const eighths = Math.round(share * cells * 8);
  const part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8] ?? "";
  return ("█".repeat(Math.floor(eighths / 8)) + part).padEnd(cells);
}

function milliseconds(value: number | null): string {
  return value === null ? unknownText : si(seconds(value), "s");
}

function seconds(milliseconds: number): number {
  return milliseconds / 1000;
}

function clipped(text: string, cells: number): string {
  return text.length <= cells ? text : `${text.slice(0, cells - 1)}…`;
}
