import type { WorkloadReport } from "../workload.ts";
import type { Paint } from "./paint.ts";
import { digits, duration, grouped, percent, unknownText } from "./quantity.ts";
import { table } from "./table.ts";
import { heatMap, rateLine } from "./workloadPictures.ts";

/** What is in a workload, for a terminal. */
export function workloadText(name: string, report: WorkloadReport, paint: Paint): string {
  const { requests, duration_s, title, basis, source, license } = report;
  const time = duration_s === null ? "without times" : `in ${duration(duration_s)}`;
  const lengths = (tokens: WorkloadReport["input_tokens"]) =>
    Object.fromEntries(
      Object.entries(tokens).map(([key, value]) => [key, Number(value.toFixed(1))]),
    );
  const rows = [
    { tokens: "input", ...lengths(report.input_tokens) },
    { tokens: "output", ...lengths(report.output_tokens) },
  ];
  const lines = [
    `${paint.strong(name)}  ${title ?? ""}`.trimEnd(),
    `${grouped(requests)} requests ${time}`,
    ...(report.rate_rps === null ? [] : [arrivalsText(report)]),
    "",
    table(rows, { paint, columns: Number.POSITIVE_INFINITY }).trimEnd(),
    "",
    `correlation of input and output: ${signed(report.correlation)}`,
    ...(report.reusable_prefix_ratio === null ? [] : [reusableText(report.reusable_prefix_ratio)]),
    ...(report.rate_over_time === null ? [] : ["", rateLine(report.rate_over_time)]),
    "",
    heatMap(report.joint_histogram, paint).trimEnd(),
    ...(source === null ? [] : ["", paint.faint(`${basis}; ${license}; ${source}`)]),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function arrivalsText({ rate_rps, cv }: WorkloadReport): string {
  return `${digits(rate_rps)} requests/s; coefficient of variation of the gaps: ${digits(cv)}`;
}

function reusableText(ratio: number): string {
  const share = ratio < 0.0995 ? percent(ratio) : `${(ratio * 100).toFixed(1)} %`;
  return `${share} of the input tokens came before: a cache that forgets nothing would have them`;
}

function signed(value: number | null): string {
  return value === null ? unknownText : value.toFixed(3);
}
