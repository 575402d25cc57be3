import { resolve } from "node:path";
import { importTrace, type TraceFormat } from "../../workloads/importers/detect.ts";
import type { Reading } from "../../workloads/importers/importer.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import { type Problem, UserError } from "../errors.ts";
import { isFolder } from "../files.ts";
import { linesOfTrace } from "../traceLines.ts";
import { readServegen } from "./servegenFolder.ts";
import { located } from "./traceFault.ts";

export interface TraceFile extends Reading {
  /** As the user names it. */
  readonly path: string;
  readonly format: TraceFormat | "auto" | "parquet" | "servegen";
  /** What the path is relative to. */
  readonly folder: string;
  /** For formats that are made up of laws: what to draw, and with what. */
  readonly span?: { readonly fromS: number; readonly toS: number };
  readonly seed?: string;
  /** Who is to blame where it can't be read. */
  readonly fault: Omit<Problem, "message">;
}

/** @throws UserError naming the row that can't be read. */
export function readTrace(file: TraceFile): TraceColumns {
  const { path, format, folder, fault, ...reading } = file;
  const isServegen =
    format === "servegen" || (format === "auto" && isFolder(resolve(folder, path)));
  if (isServegen) return readServegen(file);
  const opened = linesOfTrace(resolve(folder, path), { format, fault });
  try {
    const read = () => importTrace(opened.lines, opened.format, reading);
    const columns = located(path, read, opened.headerLines);
    if (file.originS === undefined || columns.arrivalS !== undefined) return columns;
    const message = `${path}: has no arrival times to count from origin_s`;
    throw new UserError({ ...fault, message });
  } finally {
    opened.lines.return(undefined);
  }
}
