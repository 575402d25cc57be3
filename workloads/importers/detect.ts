import { aiperf } from "./aiperf.ts";
import { azure } from "./azure.ts";
import { burstgpt } from "./burstgpt.ts";
import { csv } from "./csv.ts";
import type { Importer, Reading } from "./importer.ts";
import { jsonl } from "./jsonl.ts";
import { llmservingsim } from "./llmservingsim.ts";
import { mooncake } from "./mooncake.ts";
import { openai } from "./openai.ts";
import type { RequestReader } from "./requestRows.ts";
import { sharegpt } from "./sharegpt.ts";
import type { TraceColumns } from "./traceColumns.ts";
import { TraceError } from "./traceError.ts";
import { type TraceLines, traceLines } from "./traceLines.ts";
import { vidur } from "./vidur.ts";
import { vllm } from "./vllm.ts";

/** In the order in which a file is held against them: those of any names come last. */
const importers = {
  azure,
  burstgpt,
  vidur,
  mooncake,
  llmservingsim,
  aiperf,
  vllm,
  sharegpt,
  openai,
  csv,
  jsonl,
} satisfies Record<string, Importer>;

export type TraceFormat = keyof typeof importers;

const isFormat = (name: string): name is TraceFormat => Object.hasOwn(importers, name);

/** Of all formats, in the order in which a file is held against them. */
export const traceFormats: readonly TraceFormat[] = Object.keys(importers).filter(isFormat);

/**
 * Reads a trace from its lines, as split at "\n"; `auto` tells the format by the first of them.
 * Throws a TraceError at the first row that cannot be read.
 */
export function importTrace(
  lines: Iterable<string>,
  format: TraceFormat | "auto",
  reading: Reading = {},
): TraceColumns {
  const { importer, opened } = opening(lines, format, reading);
  return importer.read(opened, reading);
}

/**
 * The requests of a trace one at a time; undefined where its format can't be read so.
 * Throws a TraceError where the file does not begin as such a trace does.
 */
export function traceReader(
  lines: Iterable<string>,
  format: TraceFormat | "auto",
  reading: Reading = {},
): RequestReader | undefined {
  const { importer, opened } = opening(lines, format, reading);
  return importer.reader?.(opened, reading);
}

function opening(lines: Iterable<string>, format: TraceFormat | "auto", reading: Reading) {
  const opened = traceLines(lines);
  const importer: Importer = format === "auto" ? detected(opened, reading) : importers[format];
  return { importer, opened };
}

function detected({ first, beginning, row }: TraceLines, { columns }: Reading): Importer {
  const isJson = /^\s*[[{]/.test(first);
  if (columns !== undefined) return isJson ? jsonl : csv;
  const importer = Object.values(importers).find(
    (candidate) => candidate.isJson === isJson && candidate.recognises(beginning),
  );
  if (importer !== undefined) return importer;
  const known = Object.entries(importers)
    .filter(([, candidate]) => candidate.isJson === isJson)
    .map(([name, candidate]) => `${name} (${candidate.beginning})`);
  const expected = `the beginning of a known format: ${known.join(", ")}`;
  throw new TraceError({ row, text: first, expected });
}
