import type { Seconds, Tokens } from "../../sim/units.ts";
import type { Importer } from "./importer.ts";
import { isWhole, type JsonRows, jsonRows } from "./jsonRows.ts";
import { requestRows } from "./requestRows.ts";
import type { TraceColumns } from "./traceColumns.ts";

/** Tokens that a hash id stands for (FAST'25 traces of Mooncake). */
const mooncakeBlockTokens = 512;

/** Mooncake's traces: times in milliseconds, and blocks of the prompt by the hash of all up to them. */
export const mooncake: Importer = {
  beginning: '{"timestamp": …, "input_length": …, "output_length": …, "hash_ids": […]}',
  isJson: true,
  recognises: (beginning) => /"(input_length|hash_ids)"\s*:/.test(beginning),
  read: (lines, { blockTokens = mooncakeBlockTokens, originS }) =>
    readHashed(jsonRows(lines), { blockTokens, originS, ticksPerS: 1000, unit: "milliseconds" }),
};

interface Hashed {
  readonly blockTokens: Tokens;
  readonly originS: Seconds | undefined;
  readonly ticksPerS: number;
  readonly unit: string;
}

/** Rows of Mooncake's keys, which other tools write too, each in its own units. */
export function readHashed(rows: JsonRows, hashed: Hashed): TraceColumns {
  const { blockTokens, originS, ticksPerS, unit } = hashed;
  return requestRows(rows, {
    prompt: "input_length",
    output: "output_length",
    ticksPerS: () => ticksPerS,
    originS,
    textTokens: blockTokens,
    read: () => {
      const promptTokens = rows.whole("input_length");
      return {
        ticks: time(rows, unit),
        promptTokens,
        outputTokens: rows.whole("output_length"),
        textIds: hashIds(rows, { promptTokens, blockTokens }),
        tenant: rows.name("tenant"),
        className: rows.name("class"),
      };
    },
  });
}

/** Beyond this, milliseconds are no longer told apart. */
const latest = 2 ** 53;

function time(rows: JsonRows, unit: string): number {
  const value = rows.value("timestamp");
  if (typeof value === "number" && Math.abs(value) <= latest) return value;
  const isTurn = value === undefined && rows.value("delay") !== undefined;
  const reason = isTurn ? "; turns that wait a `delay` for the answer before are not modelled" : "";
  throw rows.error({ value, expected: `a timestamp in ${unit}${reason}` });
}

interface Prompt {
  readonly promptTokens: Tokens;
  readonly blockTokens: Tokens;
}

/** What the last of them lacks to a whole block is no text; what lies beyond them is the prompt's own. */
function hashIds(rows: JsonRows, { promptTokens, blockTokens }: Prompt): number[] | undefined {
  const value = rows.value("hash_ids");
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every(isWhole)) {
    throw rows.error({ value, expected: "hash_ids as a list of whole numbers" });
  }
  const most = Math.ceil(promptTokens / blockTokens);
  if (value.length <= most) return value;
  const expected = `at most ${most} hash_ids, one for ${blockTokens} of ${promptTokens} tokens`;
  throw rows.error({ value, expected: `${expected} (trace.block_tokens says for how many)` });
}
