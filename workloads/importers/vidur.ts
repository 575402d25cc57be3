import { csvTable } from "./csvTable.ts";
import type { Importer } from "./importer.ts";
import { readRequests } from "./requestTable.ts";

/** Vidur's processed traces; those of lengths alone have no column `arrived_at`. */
export const vidur: Importer = {
  beginning: "[arrived_at,]num_prefill_tokens,num_decode_tokens",
  recognises: (firstLine) => /\bnum_(prefill|decode)_tokens\b/.test(firstLine),
  read(lines) {
    const table = csvTable(lines);
    const column = table.find("arrived_at");
    const ticks = (arrivedAt: number) => () => {
      const text = table.text(arrivedAt);
      const seconds = decimalSeconds(text);
      if (seconds !== undefined) return seconds;
      throw table.error({ text, expected: "an arrived_at in seconds" });
    };
    const time = column === undefined ? undefined : { ticks: ticks(column), ticksPerS: 1 };
    return readRequests(table, { prompt: "num_prefill_tokens", output: "num_decode_tokens", time });
  },
};

const decimal = /^[+-]?\d+(\.\d*)?([eE][+-]?\d{1,3})?$/;
/** Beyond this, seconds are no longer told apart. */
const longestS = 2 ** 53;

function decimalSeconds(text: string): number | undefined {
  const seconds = decimal.test(text) ? Number(text) : Number.NaN;
  return Math.abs(seconds) <= longestS ? seconds : undefined;
}
