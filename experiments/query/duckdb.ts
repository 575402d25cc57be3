import { createRequire } from "node:module";
import type * as DuckDB from "@duckdb/node-api";
import { UserError } from "../errors.ts";
import { memberOf } from "../scenario/schemaTree.ts";

const library = "@duckdb/node-api";
const require = createRequire(import.meta.url);

/**
 * The database, an optional package of 70 MB whose binary lies in it.
 * @throws UserError that says how to install it where it is missing, or has no binary for this machine.
 */
export function loadDuckDB(load: () => typeof DuckDB = () => require(library)): typeof DuckDB {
  try {
    return load();
  } catch (error) {
    const manifest: unknown = require("tokenwatt/package.json");
    const version = memberOf(memberOf(manifest, "optionalDependencies"), library);
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new UserError({
      message: `query needs the optional package ${library}, which cannot be loaded: ${reason}`,
      hint: `npm install ${library}@${String(version)}, or open the CSV and Parquet files elsewhere`,
    });
  }
}
