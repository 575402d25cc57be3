import { type PageHeader, parquetReading } from "./library.ts";

interface Column {
  readonly rows: number;
  readonly unpackedBytes: number;
}

/**
 * Holds what the pages of a column say of themselves against what the file says of the column: a count
 * that is wrong by a damaged byte would keep the decoder busy for ever.
 * Throws an Error that names what does not fit.
 */
export function checkPages(view: DataView, { rows, unpackedBytes }: Column): void {
  const { parquetHeader } = parquetReading();
  const reader = { view, offset: 0 };
  let values = 0;
  while (reader.offset < view.byteLength - 1 && values < rows) {
    const header = parquetHeader(reader);
    counts("a page's packed bytes", [header.compressed_page_size], view.byteLength - reader.offset);
    counts("a page's bytes", [header.uncompressed_page_size], unpackedBytes);
    values += valuesOf(header, rows);
    reader.offset += header.compressed_page_size;
  }
  if (values !== rows) throw new Error(`${values} values in ${rows} rows`);
}

/** Of rows; a dictionary has none. */
function valuesOf(header: PageHeader, rows: number): number {
  const { data_page_header: first, data_page_header_v2: second } = header;
  if (header.type === "DATA_PAGE" && first !== undefined) {
    counts("a page's values", [first.num_values], rows);
    return first.num_values;
  }
  if (header.type === "DATA_PAGE_V2" && second !== undefined) {
    counts("a page's values", [second.num_values, second.num_nulls, second.num_rows], rows);
    const levels = [second.definition_levels_byte_length, second.repetition_levels_byte_length];
    counts("a page's levels", levels, header.uncompressed_page_size);
    return second.num_values;
  }
  const dictionary = header.dictionary_page_header;
  if (header.type === "DICTIONARY_PAGE" && dictionary !== undefined) {
    counts("a dictionary's values", [dictionary.num_values], 8 * header.uncompressed_page_size);
    return 0;
  }
  throw new Error("a page of no known kind");
}

function counts(what: string, found: readonly unknown[], most: number): void {
  const wrong = found.find(
    (count) => typeof count !== "number" || !Number.isInteger(count) || count < 0 || count > most,
  );
  if (wrong !== undefined || found.includes(undefined)) {
    throw new Error(`expected ${what} from 0 to ${most}, found ${wrong}`);
  }
}
