import { azure } from "./azure.ts";
import type { Importer } from "./importer.ts";
import { mooncake } from "./mooncake.ts";
import type { TraceColumns } from "./traceColumns.ts";
import { TraceError } from "./traceError.ts";
import { type TraceLines, traceLines } from "./traceLines.ts";
import { vidur } from "./vidur.ts";

const importers = { azure, mooncake, vidur } satisfies Record<string, Importer>;

export type TraceFormat = keyof typeof importers;

/**
 * Reads a trace from its lines, as split at "\n"; `auto` tells the format by the first of them.
 * Throws a TraceError at the first row that cannot be read.
 */
export function importTrace(lines: Iterable<string>, format: TraceFormat | "auto"): TraceColumns {
  const opened = traceLines(lines);
  return (format === "auto" ? detected(opened) : importers[format]).read(opened);
}

function detected({ first, row }: TraceLines): Importer {
  const importer = Object.values(importers).find(({ recognises }) => recognises(first));
  if (importer !== undefined) return importer;
  const known = Object.entries(importers).map(([name, { beginning }]) => `${name} (${beginning})`);
  const expected = `the beginning of a known format: ${known.join(", ")}`;
  throw new TraceError({ row, text: first, expected });
}
