import type { Importer } from "./importer.ts";
import { type JsonRows, jsonRows } from "./jsonRows.ts";
import { requestRows } from "./requestRows.ts";
import { decimalTimes } from "./times.ts";

/** LLMServingSim's requests; its sessions are refused, as each of their turns waits for another. */
export const llmservingsim: Importer = {
  beginning: '{"input_toks": …, "output_toks": …, "arrival_time_ns": …}',
  isJson: true,
  recognises: (beginning) => /"(input_toks|sub_requests)"\s*:/.test(beginning),
  read(lines, { originS }) {
    const rows = jsonRows(lines);
    const reader = decimalTimes("nanoseconds");
    return requestRows(rows, {
      prompt: "input_toks",
      output: "output_toks",
      ticksPerS: () => reader.ticksPerS,
      originS,
      read: () => {
        refuseSession(rows);
        const value = rows.value("arrival_time_ns");
        const ticks = typeof value === "number" ? reader.ticks(String(value)) : undefined;
        if (ticks === undefined) {
          throw rows.error({ value, expected: `${reader.expected} as arrival_time_ns` });
        }
        return {
          ticks,
          promptTokens: rows.whole("input_toks"),
          outputTokens: rows.whole("output_toks"),
        };
      },
    });
  },
};

function refuseSession(rows: JsonRows): void {
  const value = rows.value("sub_requests");
  if (value === undefined) return;
  const expected = "a request with input_toks; sessions of sub_requests are not modelled";
  throw rows.error({ value, expected });
}
