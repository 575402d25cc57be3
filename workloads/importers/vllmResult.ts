import type { Seconds } from "../../sim/units.ts";
import { mostTokens } from "./csvTable.ts";
import { isWhole, type JsonRows } from "./jsonRows.ts";
import { requestRows } from "./requestRows.ts";
import type { TraceColumns } from "./traceColumns.ts";

/** What `vllm bench serve --save-detailed` says of each request; failed ones have no output. */
export function readBenchResult(rows: JsonRows, originS: Seconds | undefined): TraceColumns {
  rows.nextRow();
  const inputs = listOf(rows, "input_lens");
  const outputs = listOf(rows, "output_lens");
  const starts = rows.value("start_times") === undefined ? undefined : listOf(rows, "start_times");
  for (const [key, list] of Object.entries({ output_lens: outputs, start_times: starts })) {
    if (list === undefined || list.length === inputs.length) continue;
    const expected = `as many ${key} as input_lens, ${inputs.length}`;
    throw rows.error({ value: list.length, expected });
  }
  const { row } = rows;
  const concurrency = rows.value("max_concurrency");
  let place = -1;
  const tokens = (key: string, value: unknown): number => {
    if (isWhole(value)) return value;
    throw rows.error({ value, expected: `a whole number up to ${mostTokens} as ${key}[${place}]` });
  };
  const ticks = (value: unknown): number => {
    if (typeof value === "number" && Math.abs(value) <= latestS) return value;
    throw rows.error({ value, expected: `a time in seconds as start_times[${place}]` });
  };
  const trace = requestRows(
    { nextRow: () => ++place < inputs.length, row },
    {
      prompt: "input_lens",
      output: "output_lens",
      ticksPerS: () => (starts === undefined ? undefined : 1),
      originS,
      read: () => ({
        ticks: starts === undefined ? 0 : ticks(starts[place]),
        promptTokens: tokens("input_lens", inputs[place]),
        outputTokens: tokens("output_lens", outputs[place]),
      }),
      remarks: () => (concurrency === undefined ? [] : [limited(concurrency)]),
    },
  );
  if (rows.nextRow()) {
    const expected = "one result, but --append-result wrote several: keep one of the lines";
    throw rows.error({ value: undefined, expected });
  }
  return trace;
}

/** Beyond this, seconds are no longer told apart. */
const latestS = 2 ** 53;

function limited(concurrency: unknown): string {
  return (
    `the run that the trace recorded had max_concurrency ${String(concurrency)}: ` +
    "requests started when others ended, and start so here, however fast the answers are"
  );
}

function listOf(rows: JsonRows, key: string): readonly unknown[] {
  const value = rows.value(key);
  if (Array.isArray(value)) return value;
  const expected = `${key} as a list; vllm bench serve writes it with --save-detailed`;
  throw rows.error({ value, expected });
}
