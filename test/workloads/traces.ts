import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { importTrace } from "../../workloads/importers/detect.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";

export const traceFolder = join(import.meta.dirname, "../../../shared/data/traces");

/** The public traces are too large to ship; tests that compare with them need them beside the checkout. */
export const noTraces = !existsSync(traceFolder);

const read = new Map<string, TraceColumns>();

export function trace(file: string): TraceColumns {
  const known = read.get(file);
  if (known !== undefined) return known;
  const text = traceText(file);
  const columns = importTrace(text.split("\n"), "auto");
  read.set(file, columns);
  return columns;
}

export function traceText(file: string): string {
  const bytes = readFileSync(join(traceFolder, file));
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}
