import { join, resolve } from "node:path";
import { makeFolder, type PendingFile, pendingFile, writeWhole } from "../experiments/files.ts";
import { requestsTable } from "../experiments/report/requestsTable.ts";
import type { Result } from "../experiments/report/result.ts";
import type { RunOptions } from "../experiments/run.ts";
import { scenarioYaml } from "../experiments/scenario/resolvedYaml.ts";
import { refuseClashes } from "./clashes.ts";

export interface OutputPaths {
  /** - is stdout. */
  readonly json?: string | undefined;
  readonly requests?: string | undefined;
  /** Takes result.json, requests.csv and scenario.yaml. */
  readonly out?: string | undefined;
}

/** The files of one run: each appears whole when the run is done, or not at all. */
export interface Outputs {
  readonly onRequest: RunOptions["onRequest"];
  /** Writes what is left and gives every file its name. */
  finish(result: Result, folder: string): void;
  /** Leaves nothing behind; harmless after finish. */
  discard(): void;
  /** The files, for the user to find. */
  readonly names: readonly string[];
}

/** Opens every file before the run, so that a bad path costs no time; none may be an input. */
export function openOutputs(paths: OutputPaths, inputs: readonly string[]): Outputs {
  const { out } = paths;
  const inOut = (name: string) => (out === undefined ? [] : [join(out, name)]);
  const ofOut = ["result.json", "scenario.yaml", "requests.csv"].flatMap(inOut);
  refuseClashes([paths.json, paths.requests, ...ofOut], inputs);
  const undo: (() => void)[] = [];
  const names: string[] = [];
  const opened = (path: string): PendingFile => {
    const file = pendingFile(path);
    undo.unshift(file.discard);
    names.push(path);
    return file;
  };
  const discard = () => {
    for (const step of undo) step();
  };
  try {
    if (out !== undefined) undo.unshift(makeFolder(out));
    const inFolder = (name: string) => inOut(name).map(opened);
    const json = paths.json === undefined || paths.json === "-" ? [] : [opened(paths.json)];
    const results = [...json, ...inFolder("result.json")];
    const scenarios = inFolder("scenario.yaml");
    const given = paths.requests === undefined ? [] : [paths.requests];
    const requests = [...given, ...inOut("requests.csv")].map((path) => {
      const file = opened(path);
      return { file, table: requestsTable(path, file) };
    });
    const onRequest: RunOptions["onRequest"] = (request) => {
      for (const { table } of requests) table.add(request);
    };
    return {
      onRequest: requests.length === 0 ? undefined : onRequest,
      names,
      discard,
      finish(result, folder) {
        for (const file of results) file.write(`${JSON.stringify(result, null, 2)}\n`);
        for (const file of scenarios) {
          file.write(scenarioYaml(result.scenario, { from: folder, to: resolve(out ?? "") }));
        }
        for (const { table } of requests) table.finish();
        const tables = requests.map(({ file }) => file);
        for (const file of [...results, ...scenarios, ...tables]) file.commit();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}

/** Writes a report as JSON; - is stdout. */
export function writeJson(path: string, report: unknown): void {
  writeText(path, `${JSON.stringify(report, null, 2)}\n`);
}

/** A file appears whole or not at all; - is stdout. */
export function writeText(path: string, text: string): void {
  if (path === "-") process.stdout.write(text);
  else writeWhole(path, text);
}
