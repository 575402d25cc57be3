import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { randomStreams } from "../../sim/random.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import {
  lengthWindows,
  rateWindows,
  type ServegenClient,
} from "../../workloads/servegen/client.ts";
import { generated, generatedRequests } from "../../workloads/servegen/generated.ts";
import { type Problem, UserError } from "../errors.ts";
import { fileLines } from "../fileLines.ts";
import { attempted, readText } from "../files.ts";
import { located } from "./traceFault.ts";

interface ServegenFolder {
  /** As the user names it. */
  readonly path: string;
  readonly folder: string;
  readonly span?: { readonly fromS: number; readonly toS: number };
  readonly seed?: string | undefined;
  readonly fault: Omit<Problem, "message">;
}

/** Their columns take 16 bytes a request, sorting and sampling as much again. */
const mostRequests = 3e7;
const everything = { fromS: 0, toS: Number.POSITIVE_INFINITY };
const traceFile = /^(.*chunk-\d+)-trace\.csv$/;

/**
 * A folder of ServeGen's: of each client its rates and, where the file is there, its lengths.
 * @throws UserError naming the file and row that can't be read, or that there is too much to draw.
 */
export function readServegen(servegen: ServegenFolder): TraceColumns {
  const { path, folder, span = everything, seed = "1", fault } = servegen;
  const place = resolve(folder, path);
  const blame = { path, blame: fault };
  const names = attempted(() => readdirSync(place), blame).flatMap(
    (name) => traceFile.exec(name)?.[1] ?? [],
  );
  if (names.length === 0) {
    const message = `${path}: expected a folder of ServeGen's with files chunk-*-trace.csv`;
    throw new UserError({ ...fault, message });
  }
  const clients = names.sort(byNumber).map((name) => clientOf(join(place, name), fault));
  const requests = generatedRequests(clients, span);
  if (requests > mostRequests) {
    const found = `${(requests / 1e6).toFixed(0)} million requests are asked for`;
    const most = `${mostRequests / 1e6} million are drawn at most`;
    throw new UserError({
      ...fault,
      message: `${path}: ${found}, ${most}`,
      hint: "choose a part of the time by from_s and to_s",
    });
  }
  const random = randomStreams(seed)("workload/trace/servegen");
  const trace = generated(clients, { ...span, random });
  if (trace.promptTokens.length > 0) return trace;
  const message = `${path}: no client with lengths asks anything in this time`;
  throw new UserError({ ...fault, message });
}

function clientOf(chunk: string, fault: Omit<Problem, "message">): ServegenClient {
  const [trace, dataset] = [`${chunk}-trace.csv`, `${chunk}-dataset.json`];
  return {
    rates: located(basename(trace), () => rateWindows(fileLines(trace, fault))),
    lengths: existsSync(dataset)
      ? located(basename(dataset), () => lengthWindows(readText(dataset, fault)))
      : [],
  };
}

/** chunk-9 before chunk-10: what is drawn must not hang on the order of a folder. */
function byNumber(a: string, b: string): number {
  const [ofA = 0, ofB = 0] = [a, b].map((name) => Number(/\d+$/.exec(name)?.[0]));
  return ofA - ofB || (a < b ? -1 : 1);
}
