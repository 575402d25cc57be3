import { mostTokens } from "./csvTable.ts";
import type { Importer } from "./importer.ts";
import { isWhole, type JsonRows, jsonRows, memberOf } from "./jsonRows.ts";
import { counted, requestRows } from "./requestRows.ts";
import { decimalTimes } from "./times.ts";

/** AIPerf's record of each request (profile_export.jsonl); its traces to replay are Mooncake's. */
export const aiperf: Importer = {
  beginning: '{"metadata": {"request_start_ns": …}, "metrics": {"input_sequence_length": …}}',
  isJson: true,
  recognises: (beginning) =>
    /"metadata"\s*:/.test(beginning) && /"(request_start_ns|metrics)"\s*:/.test(beginning),
  read(lines, { originS }) {
    const rows = jsonRows(lines);
    const reader = decimalTimes("nanoseconds");
    let warmups = 0;
    return requestRows(rows, {
      prompt: "input_sequence_length",
      output: "output_sequence_length",
      ticksPerS: () => reader.ticksPerS,
      originS,
      remarks: () => counted(warmups, "are of the warm-up and were left out"),
      read: () => {
        const isWarmup = rows.value("metadata.benchmark_phase") === "warmup";
        if (isWarmup) warmups++;
        if (isWarmup) return undefined;
        if (rows.value("error") !== undefined) return failed;
        const value = rows.value("metadata.request_start_ns");
        const ticks = typeof value === "number" ? reader.ticks(String(value)) : undefined;
        if (ticks === undefined) {
          throw rows.error({ value, expected: `${reader.expected} as request_start_ns` });
        }
        return {
          ticks,
          promptTokens: metric(rows, "input_sequence_length"),
          outputTokens: metric(rows, "output_sequence_length"),
        };
      },
    });
  },
};

const failed = { ticks: 0, promptTokens: 0, outputTokens: 0 };

/** A number, or a number with its unit. */
function metric(rows: JsonRows, name: string): number {
  const found = rows.value(`metrics.${name}`);
  const value = memberOf(found, "value") ?? found;
  if (isWhole(value)) return value;
  throw rows.error({ value, expected: `a whole number of ${name} up to ${mostTokens}` });
}
