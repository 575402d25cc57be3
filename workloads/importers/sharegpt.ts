import type { Importer } from "./importer.ts";
import { type JsonRows, jsonRows, memberOf } from "./jsonRows.ts";
import { requestRows } from "./requestRows.ts";
import { writtenRemark, writtenTokens } from "./writtenText.ts";

/** Conversations as texts: of each the first question and its answer, as vLLM's bench takes them. */
export const sharegpt: Importer = {
  beginning: '[{"id": …, "conversations": [{"from": "human", "value": …}, …]}, …]',
  isJson: true,
  recognises: (beginning) => /"conversations?"\s*:/.test(beginning),
  read(lines) {
    const rows = jsonRows(lines);
    return requestRows(rows, {
      prompt: "the first question",
      output: "its answer",
      ticksPerS: () => undefined,
      originS: undefined,
      leavesOutPromptless: true,
      remarks: () => [writtenRemark, onlyFirst],
      read: () => {
        const turns = turnsOf(rows);
        const question = turns.findIndex(isQuestion);
        const answer = question < 0 ? undefined : turns[question + 1];
        const isAnswered = answer !== undefined && !isQuestion(answer);
        return {
          ticks: 0,
          promptTokens: tokensOf(rows, turns[question]),
          // A question that nobody answered is a failed request.
          outputTokens: isAnswered ? tokensOf(rows, answer) : 0,
        };
      },
    });
  },
};

const onlyFirst =
  "of each conversation the first question and its answer were read, whatever their length " +
  "(vLLM's bench leaves out prompts above 1024 tokens)";

function turnsOf(rows: JsonRows): readonly unknown[] {
  const value = rows.value("conversations") ?? rows.value("conversation");
  if (Array.isArray(value)) return value;
  throw rows.error({ value, expected: "conversations as a list of turns" });
}

function isQuestion(turn: unknown): boolean {
  const speaker = memberOf(turn, "from") ?? memberOf(turn, "role");
  return speaker === "human" || speaker === "user";
}

function tokensOf(rows: JsonRows, turn: unknown): number {
  if (turn === undefined) return 0;
  const text = memberOf(turn, "value") ?? memberOf(turn, "content") ?? "";
  if (typeof text === "string") return writtenTokens(text);
  throw rows.error({ value: text, expected: "a text as the value of a turn" });
}
