import { csvTable } from "./csvTable.ts";
import type { Importer } from "./importer.ts";
import { readRequests } from "./requestTable.ts";
import { wallTimes } from "./times.ts";

/** The LLM inference traces of the Azure Public Dataset: 2023, 2024 and multimodal. */
export const azure: Importer = {
  beginning: "TIMESTAMP,ContextTokens,GeneratedTokens",
  isJson: false,
  recognises: (header) => /\b(ContextTokens|GeneratedTokens)\b/.test(header),
  read(lines) {
    const table = csvTable(lines);
    const time = { column: "TIMESTAMP", reader: wallTimes };
    const trace = readRequests(table, {
      prompt: "ContextTokens",
      output: "GeneratedTokens",
      time,
    });
    return table.find("NumImages") === undefined ? trace : { ...trace, remarks: [ofImages] };
  },
};

const ofImages =
  "the trace counts images (NumImages); only ContextTokens are simulated, no encoding of images";
