import { chosenColumns } from "./columnNames.ts";
import { timeReaders } from "./csv.ts";
import type { Importer } from "./importer.ts";
import { jsonRows } from "./jsonRows.ts";
import { requestRows } from "./requestRows.ts";
import type { TimeReader } from "./times.ts";

/** Any JSON objects, one a line or in a list, by what the user says their keys are called. */
export const jsonl: Importer = {
  beginning: '{["arrival_s": …,] "input_tokens": …, "output_tokens": …}, or trace.columns',
  isJson: true,
  recognises: (beginning) => /"(in|out)put_tokens"\s*:/.test(beginning),
  read(lines, { columns = {}, originS }) {
    const rows = jsonRows(lines);
    const opening = rows.opening();
    const names = chosenColumns(columns, (name) => opening(name) !== undefined);
    const { time, prompt, output, tenant = "tenant", className = "class" } = names;
    let reader: TimeReader | undefined;
    const ticks = (key: string): number => {
      const value = rows.value(key);
      const text = typeof value === "number" || typeof value === "string" ? String(value) : "";
      reader ??= time === undefined ? undefined : timeReaders[time.kind](text);
      const found = reader?.ticks(text);
      if (found !== undefined) return found;
      throw rows.error({ value, expected: `${reader?.expected} as ${key}` });
    };
    return requestRows(rows, {
      prompt,
      output,
      ticksPerS: () => reader?.ticksPerS,
      originS,
      read: () => ({
        ticks: time === undefined ? 0 : ticks(time.name),
        promptTokens: rows.whole(prompt),
        outputTokens: rows.whole(output),
        tenant: rows.name(tenant),
        className: rows.name(className),
      }),
    });
  },
};
