import { chosenColumns } from "./columnNames.ts";
import { csvTable } from "./csvTable.ts";
import type { Importer } from "./importer.ts";
import { tableReader } from "./requestTable.ts";
import { tableImporter } from "./tableImporter.ts";
import { decimalTimes, timestampsLike } from "./times.ts";

/** Any table with a header, by what the user says its columns are called. */
export const csv: Importer = tableImporter({
  beginning: "[arrival_s,]input_tokens,output_tokens, or trace.columns",
  recognises: (header) => /\b(in|out)put_tokens\b/.test(header),
  reader(lines, { columns = {}, originS }) {
    const table = csvTable(lines);
    const { time, ...names } = chosenColumns(columns, (name) => table.find(name) !== undefined);
    return tableReader(table, {
      ...names,
      originS,
      time: time === undefined ? undefined : { column: time.name, reader: timeReaders[time.kind] },
    });
  },
});

export const timeReaders = {
  arrivalS: () => decimalTimes("seconds"),
  arrivalMs: () => decimalTimes("milliseconds"),
  arrivalNs: () => decimalTimes("nanoseconds"),
  timestamp: timestampsLike,
};
