import { csvTable } from "./csvTable.ts";
import type { Importer } from "./importer.ts";
import { tableReader } from "./requestTable.ts";
import { tableImporter } from "./tableImporter.ts";
import { wallTimes } from "./times.ts";

/** The LLM inference traces of the Azure Public Dataset: 2023, 2024 and multimodal. */
export const azure: Importer = tableImporter({
  beginning: "TIMESTAMP,ContextTokens,GeneratedTokens",
  recognises: (header) => /\b(ContextTokens|GeneratedTokens)\b/.test(header),
  reader(lines, { originS }) {
    const table = csvTable(lines);
    const countsImages = table.find("NumImages") !== undefined;
    return tableReader(table, {
      originS,
      prompt: "ContextTokens",
      output: "GeneratedTokens",
      time: { column: "TIMESTAMP", reader: wallTimes },
      remarks: () => (countsImages ? [ofImages] : []),
    });
  },
});

const ofImages =
  "the trace counts images (NumImages); only ContextTokens are simulated, no encoding of images";
