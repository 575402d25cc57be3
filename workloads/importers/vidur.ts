import { csvTable } from "./csvTable.ts";
import type { Importer } from "./importer.ts";
import { tableReader } from "./requestTable.ts";
import { tableImporter } from "./tableImporter.ts";
import { decimalTimes } from "./times.ts";

/** Vidur's processed traces; those of lengths alone have no column `arrived_at`. */
export const vidur: Importer = tableImporter({
  beginning: "[arrived_at,]num_prefill_tokens,num_decode_tokens",
  recognises: (header) => /\bnum_(prefill|decode)_tokens\b/.test(header),
  reader(lines, { originS }) {
    const table = csvTable(lines);
    const column = "arrived_at";
    const isTimed = table.find(column) !== undefined;
    return tableReader(table, {
      originS,
      prompt: "num_prefill_tokens",
      output: "num_decode_tokens",
      total: "num_total_tokens",
      time: isTimed ? { column, reader: () => decimalTimes("seconds") } : undefined,
    });
  },
});
