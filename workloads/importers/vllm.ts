import type { Importer } from "./importer.ts";
import { type JsonRows, jsonRows } from "./jsonRows.ts";
import { readHashed } from "./mooncake.ts";
import { requestRows } from "./requestRows.ts";
import type { TraceColumns } from "./traceColumns.ts";
import { readBenchResult } from "./vllmResult.ts";
import { writtenRemark, writtenTokens } from "./writtenText.ts";

/** The default of vLLM's --timed-trace-chunk-hash-size. */
const timedTraceBlockTokens = 16;

/** What vLLM's bench writes, a detailed result, and what it reads, prompts or a timed trace. */
export const vllm: Importer = {
  beginning: '{"date": …, "input_lens": […]}, the result of vllm bench serve, or {"prompt": …}',
  isJson: true,
  recognises: (beginning) =>
    /"(input_lens|request_throughput)"\s*:/.test(beginning) || /^\s*\{\s*"prompt"/.test(beginning),
  read(lines, { blockTokens = timedTraceBlockTokens, originS }) {
    const rows = jsonRows(lines);
    const opening = rows.opening();
    const isResult = ["input_lens", "request_throughput"].some((key) => opening(key) !== undefined);
    if (isResult) return readBenchResult(rows, originS);
    if (opening("prompt") !== undefined) return readPrompts(rows);
    return readHashed(rows, { blockTokens, originS, ticksPerS: 1, unit: "seconds" });
  },
};

/** The bench's custom data set. */
function readPrompts(rows: JsonRows): TraceColumns {
  return requestRows(rows, {
    prompt: "prompt",
    output: "output_tokens",
    ticksPerS: () => undefined,
    originS: undefined,
    remarks: () => [writtenRemark],
    read: () => {
      const prompt = rows.value("prompt");
      if (typeof prompt !== "string") {
        throw rows.error({ value: prompt, expected: "a text as prompt" });
      }
      const promptTokens = writtenTokens(prompt);
      return { ticks: 0, promptTokens, outputTokens: rows.whole("output_tokens") };
    },
  });
}
