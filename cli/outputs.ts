import { join, resolve } from "node:path";
import { UserError } from "../experiments/errors.ts";
import { makeFolder, type PendingFile, pendingFile, writeWhole } from "../experiments/files.ts";
import { chromeTrace, mostTraceEvents } from "../experiments/formats/chromeTrace.ts";
import { emissionsCsv } from "../experiments/formats/emissionsCsv.ts";
import type { FinishedRun, Format } from "../experiments/formats/format.ts";
import { prometheus } from "../experiments/formats/prometheus.ts";
import { timeSeries } from "../experiments/formats/timeSeries.ts";
import { vidurCsv } from "../experiments/formats/vidurCsv.ts";
import { vllmJson } from "../experiments/formats/vllmJson.ts";
import { runReport } from "../experiments/html/runReport.ts";
import { requestsTable } from "../experiments/report/requestsTable.ts";
import type { Result } from "../experiments/report/result.ts";
import type { RunOptions } from "../experiments/run.ts";
import { scenarioYaml } from "../experiments/scenario/resolvedYaml.ts";
import { refuseClashes } from "./clashes.ts";

/** Files in the forms of other tools, by path. */
export interface FormatPaths {
  readonly timeseries?: string | undefined;
  /** Seconds of a row of the time series. */
  readonly period?: number | undefined;
  readonly trace?: string | undefined;
  /** Most events of the trace. */
  readonly traceLimit?: number | undefined;
  readonly vllmJson?: string | undefined;
  /** Whether it tells of each request. */
  readonly vllmDetailed?: boolean | undefined;
  readonly vidurCsv?: string | undefined;
  readonly prometheus?: string | undefined;
  readonly emissionsCsv?: string | undefined;
  /** A page of the run. */
  readonly report?: string | undefined;
}

export interface OutputPaths extends FormatPaths {
  /** - is stdout. */
  readonly json?: string | undefined;
  readonly requests?: string | undefined;
  /** Takes result.json, requests.csv and scenario.yaml. */
  readonly out?: string | undefined;
}

/** The files of one run: each appears whole when the run is done, or not at all. */
export interface Outputs {
  readonly hooks: Pick<
    RunOptions,
    "onRequest" | "onRun" | "onTotals" | "detailedSeries" | "tokenGaps"
  >;
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
  const chosen = chosenFormats(paths);
  const formatted = chosen.map(({ path }) => path);
  refuseClashes([paths.json, paths.requests, ...formatted, ...ofOut], inputs);
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
    const forms = chosen.map(({ path, format }) => {
      const file = opened(path);
      return { file, writer: format(file, path) };
    });
    const takers = [
      ...requests.map(({ table }) => table.add),
      ...forms.flatMap(({ writer }) => writer.add ?? []),
    ];
    const onRequest: RunOptions["onRequest"] = (request) => {
      for (const take of takers) take(request);
    };
    const runTakers = forms.flatMap(({ writer }) => writer.addRun ?? []);
    const onRun: RunOptions["onRun"] = (run) => {
      for (const take of runTakers) take(run);
    };
    let totals: FinishedRun["totals"] | undefined;
    return {
      hooks: {
        onRequest: takers.length === 0 ? undefined : onRequest,
        onRun: runTakers.length === 0 ? undefined : onRun,
        onTotals: (counted) => {
          totals = counted;
        },
        tokenGaps: paths.vllmDetailed,
        detailedSeries: (paths.timeseries ?? paths.report) !== undefined,
      },
      names,
      discard,
      finish(result, folder) {
        for (const file of results) file.write(`${JSON.stringify(result, null, 2)}\n`);
        for (const file of scenarios) {
          file.write(scenarioYaml(result.scenario, { from: folder, to: resolve(out ?? "") }));
        }
        for (const { table } of requests) table.finish();
        if (totals === undefined) throw new Error("invariant broken: a result without totals");
        for (const { writer } of forms) writer.finish({ result, totals });
        const tables = [...requests, ...forms].map(({ file }) => file);
        for (const file of [...results, ...scenarios, ...tables]) file.commit();
      },
    };
  } catch (error) {
    discard();
    throw error;
  }
}

/** @throws UserError where a flag has nothing to say something of. */
function chosenFormats(paths: FormatPaths): { path: string; format: Format }[] {
  refuseOrphan(`--period ${paths.period}`, paths.period, ["--timeseries", paths.timeseries]);
  refuseOrphan(`--trace-limit ${paths.traceLimit}`, paths.traceLimit, ["--trace", paths.trace]);
  refuseOrphan("--vllm-detailed", paths.vllmDetailed, ["--vllm-json", paths.vllmJson]);
  const all: [string | undefined, Format][] = [
    [paths.timeseries, timeSeries(paths.period ?? 1)],
    [paths.trace, chromeTrace(paths.traceLimit ?? mostTraceEvents)],
    [paths.vllmJson, vllmJson(paths.vllmDetailed === true)],
    [paths.vidurCsv, vidurCsv],
    [paths.prometheus, prometheus],
    [paths.emissionsCsv, emissionsCsv],
    [paths.report, runReport],
  ];
  return all.flatMap(([path, format]) => (path === undefined ? [] : [{ path, format }]));
}

function refuseOrphan(
  given: string,
  value: number | boolean | undefined,
  [flag, path]: readonly [string, string | undefined],
): void {
  if (value === undefined || path !== undefined) return;
  throw new UserError({ place: { file: given }, message: `is of ${flag}, which is not asked for` });
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
