import { mostTokens } from "./csvTable.ts";
import type { Importer } from "./importer.ts";
import { isWhole, type JsonRows, jsonRows } from "./jsonRows.ts";
import { requestRows } from "./requestRows.ts";
import { decimalTimes } from "./times.ts";

/**
 * Answers of OpenAI's interface, and of all that speak it, as a log keeps them: bare, under
 * `response`, or as the output of a batch. Answers without a usage are failed requests.
 */
export const openai: Importer = {
  beginning: '{"created": …, "usage": {"prompt_tokens": …, "completion_tokens": …}}',
  isJson: true,
  recognises: (beginning) => /"(usage|custom_id)"\s*:/.test(beginning),
  read(lines, { originS }) {
    const rows = jsonRows(lines);
    const reader = decimalTimes("seconds");
    let isTimed: boolean | undefined;
    const ticks = (place: string): number => {
      const value = rows.value(`${place}created`) ?? rows.value(`${place}created_at`);
      isTimed ??= value !== undefined;
      const found = typeof value === "number" ? reader.ticks(String(value)) : undefined;
      if (found !== undefined) return found;
      if (!isTimed) return 0;
      throw rows.error({ value, expected: `${reader.expected} as ${place}created` });
    };
    return requestRows(rows, {
      prompt: "prompt_tokens",
      output: "completion_tokens",
      ticksPerS: () => (isTimed === true ? reader.ticksPerS : undefined),
      originS,
      remarks: () => (isTimed === true ? [ofCreation] : []),
      read: () => {
        const place = places.find((candidate) => rows.value(`${candidate}usage`) !== undefined);
        if (place === undefined) return isChunk(rows) ? undefined : failed;
        return {
          promptTokens: used(rows, place, ["prompt_tokens", "input_tokens"]),
          outputTokens: used(rows, place, ["completion_tokens", "output_tokens"]),
          ticks: ticks(place),
        };
      },
    });
  },
};

const places = ["", "response.body.", "response."];
const failed = { ticks: 0, promptTokens: 0, outputTokens: 0 };
const ofCreation =
  "the times of the trace are when answers were created, to the second; requests came before";

/** A part of an answer, of which only the last has the usage. */
function isChunk(rows: JsonRows): boolean {
  return rows.value("object") === "chat.completion.chunk";
}

/** Under the names of the one or the other interface; embeddings have no output. */
function used(rows: JsonRows, place: string, names: readonly string[]): number {
  const values = names.map((name) => rows.value(`${place}usage.${name}`));
  const value = values.find((candidate) => candidate !== undefined) ?? 0;
  if (isWhole(value)) return value;
  throw rows.error({ value, expected: `a whole number of ${names[0]} up to ${mostTokens}` });
}
