import type { Seconds } from "../../sim/units.ts";
import type { CsvTable } from "./csvTable.ts";
import { type RequestReader, requestReader } from "./requestRows.ts";
import type { TimeReader } from "./times.ts";

/** What the columns of a table are called. */
interface RequestTable {
  readonly prompt: string;
  readonly output: string;
  /** Undefined where the trace has no times. */
  readonly time: { readonly column: string; readonly reader: ByFirst } | undefined;
  /** From when times count; undefined: from the first request. */
  readonly originS: Seconds | undefined;
  /** Who pays and of what kind a request is; a column that is named here is needed. */
  readonly tenant?: string | undefined;
  readonly className?: string | undefined;
  /** Input and output together, where the table has such a column. */
  readonly total?: string | undefined;
  readonly leavesOutPromptless?: boolean;
  /** What the user should know beside. */
  readonly remarks?: (() => readonly string[]) | undefined;
}

/** A reader of times, chosen by the first of them. */
type ByFirst = (first: string) => TimeReader;

/** Reads a table with one request a row. Throws a TraceError where it lacks a column. */
export function tableReader(table: CsvTable, names: RequestTable): RequestReader {
  const { prompt, output, time } = names;
  const timeColumn = time === undefined ? undefined : table.column(time.column);
  const promptColumn = table.column(prompt);
  const outputColumn = table.column(output);
  const optional = (name: string | undefined, usual: string) =>
    name === undefined ? table.find(usual) : table.column(name);
  const tenantColumn = optional(names.tenant, "tenant");
  const classColumn = optional(names.className, "class");
  const totalColumn = names.total === undefined ? undefined : table.find(names.total);
  const named = (column: number | undefined): string | undefined => {
    const name = column === undefined ? "" : table.text(column).trim();
    return name === "" ? undefined : name;
  };
  let reader: TimeReader | undefined;
  const ticks = (column: number): number => {
    const text = table.text(column);
    reader ??= time?.reader(text);
    const found = reader?.ticks(text);
    if (found !== undefined) return found;
    throw table.error({ text, expected: `${reader?.expected} as ${time?.column}` });
  };
  return requestReader(table, {
    ...names,
    ticksPerS: () => reader?.ticksPerS,
    read: () => ({
      ticks: timeColumn === undefined ? 0 : ticks(timeColumn),
      promptTokens: table.tokens(promptColumn),
      outputTokens: table.tokens(outputColumn),
      totalTokens: totalColumn === undefined ? undefined : table.tokens(totalColumn),
      tenant: named(tenantColumn),
      className: named(classColumn),
    }),
  });
}
