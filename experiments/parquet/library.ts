import { createRequire } from "node:module";
import type * as Reading from "hyparquet";
import type * as Columns from "hyparquet/src/column.js";
import type * as Conversion from "hyparquet/src/convert.js";
import type * as Trees from "hyparquet/src/schema.js";
import type * as Compressors from "hyparquet-compressors";
import type * as Writing from "hyparquet-writer";
import { UserError } from "../errors.ts";

const require = createRequire(import.meta.url);

/**
 * Loaded when a Parquet file is met, and in one go, since scenarios are read so.
 * @throws UserError on a Node that cannot, 22.0 to 22.11.
 */
function loaded<Module>(load: () => Module): Module {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "ERR_REQUIRE_ESM") {
      throw error;
    }
    const message = `Parquet needs Node 20.19, 22.12 or later; this is ${process.version}`;
    throw new UserError({ message });
  }
}

/** The parts of the reader that need no waiting. */
export function parquetReading(): ParquetReading {
  return loaded(() => {
    const { parquetMetadata, parquetSchema, flatten }: typeof Reading = require("hyparquet");
    const { readColumn, parquetHeader }: typeof Columns = require("hyparquet/src/column.js");
    const { getTreePath }: typeof Trees = require("hyparquet/src/schema.js");
    const { DEFAULT_PARSERS }: typeof Conversion = require("hyparquet/src/convert.js");
    const { compressors }: typeof Compressors = require("hyparquet-compressors");
    const parsers = DEFAULT_PARSERS;
    return {
      parquetMetadata,
      parquetSchema,
      flatten,
      readColumn,
      getTreePath,
      parsers,
      compressors,
      parquetHeader,
    };
  });
}

type ParquetReading = Pick<typeof Reading, "parquetMetadata" | "parquetSchema" | "flatten"> &
  Pick<typeof Columns, "readColumn" | "parquetHeader"> &
  Pick<typeof Trees, "getTreePath"> &
  Pick<typeof Compressors, "compressors"> & { readonly parsers: typeof Conversion.DEFAULT_PARSERS };

export type PageHeader = ReturnType<typeof Columns.parquetHeader>;

export function parquetWriting(): Pick<typeof Writing, "ParquetWriter" | "ByteWriter"> {
  return loaded(() => {
    const { ParquetWriter, ByteWriter }: typeof Writing = require("hyparquet-writer");
    return { ParquetWriter, ByteWriter };
  });
}
