import { csvTable } from "./csvTable.ts";
import type { Importer } from "./importer.ts";
import { readRequests } from "./requestTable.ts";
import { nanosecondsPerS, wallClock } from "./wallClock.ts";

/** The LLM inference traces of the Azure Public Dataset, 2023 and 2024. */
export const azure: Importer = {
  beginning: "TIMESTAMP,ContextTokens,GeneratedTokens",
  recognises: (firstLine) => /\b(ContextTokens|GeneratedTokens)\b/.test(firstLine),
  read(lines) {
    const table = csvTable(lines);
    const column = table.column("TIMESTAMP");
    const clock = wallClock();
    const ticks = () => {
      const text = table.text(column);
      const nanoseconds = clock(text);
      if (nanoseconds !== undefined) return nanoseconds;
      throw table.error({ text, expected: "a TIMESTAMP like 2023-11-16 18:17:03.9799600" });
    };
    const time = { ticks, ticksPerS: nanosecondsPerS };
    return readRequests(table, { prompt: "ContextTokens", output: "GeneratedTokens", time });
  },
};
