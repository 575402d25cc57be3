import type { Importer } from "./importer.ts";
import { isWhole, type JsonRows, jsonRows } from "./jsonRows.ts";
import { traceBuilder } from "./traceColumns.ts";
import { TraceError } from "./traceError.ts";

/** Tokens that a hash id stands for (FAST'25 traces of Mooncake). */
const blockTokens = 512;

/** Mooncake's traces: times in milliseconds, and blocks of the prompt by the hash of all up to them. */
export const mooncake: Importer = {
  beginning: '{"timestamp": …, "input_length": …, "output_length": …, "hash_ids": […]}',
  recognises: (firstLine) => /^\s*\{.*"(input_length|hash_ids)"/.test(firstLine),
  read(lines) {
    const rows = jsonRows(lines);
    const builder = traceBuilder();
    while (rows.nextRow()) {
      const promptTokens = rows.whole("input_length");
      const outputTokens = rows.whole("output_length");
      if (promptTokens === 0 && outputTokens > 0) {
        throw rows.error({ value: 0, expected: "at least 1 of input_length" });
      }
      builder.add({
        fileRow: rows.row,
        ticks: milliseconds(rows),
        promptTokens,
        outputTokens,
        textIds: hashIds(rows, promptTokens),
        tenant: rows.name("tenant"),
        className: rows.name("class"),
      });
    }
    if (builder.rows === 0) {
      const text = `0 in all ${builder.droppedRows} rows`;
      const expected = "at least one request with output (output_length)";
      throw new TraceError({ row: rows.row, text, expected });
    }
    return builder.columns({ ticksPerS: 1000, textTokens: blockTokens });
  },
};

/** Beyond this, milliseconds are no longer told apart. */
const longestMs = 2 ** 53;

function milliseconds(rows: JsonRows): number {
  const value = rows.value("timestamp");
  if (typeof value === "number" && Math.abs(value) <= longestMs) return value;
  throw rows.error({ value, expected: "a timestamp in milliseconds" });
}

/** What the last of them lacks to a whole block is no text; what lies beyond them is the prompt's own. */
function hashIds(rows: JsonRows, promptTokens: number): readonly number[] | undefined {
  const value = rows.value("hash_ids");
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every(isWhole)) {
    throw rows.error({ value, expected: "hash_ids as a list of whole numbers" });
  }
  const most = Math.ceil(promptTokens / blockTokens);
  if (value.length <= most) return value;
  const expected = `at most ${most} hash_ids, one for ${blockTokens} of ${promptTokens} tokens`;
  throw rows.error({ value, expected });
}
