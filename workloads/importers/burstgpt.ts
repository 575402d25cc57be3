import { csvTable } from "./csvTable.ts";
import type { Importer } from "./importer.ts";
import { tableReader } from "./requestTable.ts";
import { tableImporter } from "./tableImporter.ts";
import { decimalTimes } from "./times.ts";

/**
 * BurstGPT, its first to third file (arXiv 2401.17644): the third has columns in between, so all go
 * by name. Failed requests have no response; equal rows are requests of one second and stay.
 */
export const burstgpt: Importer = tableImporter({
  beginning: "Timestamp,Model,Request tokens,Response tokens",
  recognises: (header) => /\b(Request|Response) tokens\b/.test(header),
  reader: (lines, { originS }) =>
    tableReader(csvTable(lines), {
      originS,
      prompt: "Request tokens",
      output: "Response tokens",
      total: "Total tokens",
      time: { column: "Timestamp", reader: () => decimalTimes("seconds") },
      leavesOutPromptless: true,
    }),
});
