import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DuckDBConnection, DuckDBValue } from "@duckdb/node-api";
import { UserError } from "../errors.ts";
import { loadDuckDB } from "./duckdb.ts";
import { type QueriedTable, tablesAt, viewSql } from "./tables.ts";

/** What a query answers: numbers, words, truths; null where a value is unknown or no number. */
export interface Answer {
  readonly names: readonly string[];
  readonly rows: readonly (readonly AnswerCell[])[];
}

export type AnswerCell = number | string | boolean | null;

/** Nothing is fetched from the network, and what doesn't fit in memory goes where it does no harm. */
const settings = {
  autoinstall_known_extensions: "false",
  autoload_known_extensions: "false",
  temp_directory: join(tmpdir(), `tokenwatt-query-${process.pid}`),
} as const;

/**
 * Asks SQL of the tables in a folder, or of one file.
 * @throws UserError where there is no table, where the SQL is wrong, and without the database.
 */
export async function query(path: string, sql: string, signal?: AbortSignal): Promise<Answer> {
  const tables = tablesAt(path);
  const { DuckDBInstance } = loadDuckDB();
  const instance = await DuckDBInstance.create(":memory:", settings);
  const connection = await instance.connect();
  const interrupt = () => connection.interrupt();
  signal?.addEventListener("abort", interrupt);
  try {
    for (const table of tables) await defined(connection, table);
    return await answered(connection, sql, tables);
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    throw error;
  } finally {
    signal?.removeEventListener("abort", interrupt);
    connection.closeSync();
    instance.closeSync();
  }
}

async function defined(connection: DuckDBConnection, table: QueriedTable): Promise<void> {
  const sql = viewSql(table);
  try {
    await connection.run(sql);
  } catch (error) {
    throw new UserError({ place: { file: table.file }, message: reasonOf(error, sql) });
  }
}

async function answered(
  connection: DuckDBConnection,
  sql: string,
  tables: readonly QueriedTable[],
): Promise<Answer> {
  if (sql.trim() === "")
    throw new UserError({ message: 'expected SQL, as "select * from results"' });
  try {
    const reader = await connection.runAndReadAll(sql);
    return { names: reader.columnNames(), rows: reader.getRows().map((row) => row.map(cellOf)) };
  } catch (error) {
    const names = tables.map(({ name }) => name).join(", ");
    throw new UserError({
      message: reasonOf(error),
      hint:
        `tables: ${names}; "describe ${tables[0]?.name}" lists columns; ` +
        'a name with dots stands in double quotes, as "energy.gpu_j"',
    });
  }
}

function cellOf(value: DuckDBValue): AnswerCell {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : null;
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "string":
    case "boolean":
      return value;
    default:
      if (value === null) return null;
      // A decimal is the only number among the objects.
      return "scale" in value ? Number(String(value)) : String(value);
  }
}

/** DuckDB's words; of SQL that the user didn't write, without it. */
function reasonOf(error: unknown, own?: string): string {
  const text = error instanceof Error ? error.message : String(error);
  return own === undefined ? text.trimEnd() : (text.split(/\n\n|\nLINE \d/)[0] ?? text);
}
