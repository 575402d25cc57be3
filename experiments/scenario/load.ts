import { resolve } from "node:path";
import type { OwnCalibration } from "../../models/calibrationCatalogue.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import type { ScenarioChanges } from "../changes/changesSchema.ts";
import { UserError } from "../errors.ts";
import { isFolder, readText } from "../files.ts";
import { type CheckedScenario, checkObject, type ScenarioOptions } from "./check.ts";
import { gpuJsonSchema, gpuSchema, shownBesides } from "./gpuSchema.ts";
import { isPath } from "./isPath.ts";
import { type LlmFile, readLlm } from "./llmFile.ts";
import { longTrace, type StreamedTrace } from "./longTrace.ts";
import { type PoolName, poolScenarios } from "./pools.ts";
import { blame, type Places, problemsOf } from "./problems.ts";
import { readScenario } from "./scenarioFile.ts";
import { readTrace, type TraceFile } from "./traceFile.ts";
import { readingOf } from "./traceSchema.ts";
import { type KeyPath, parseYaml } from "./yamlFile.ts";

/** A scenario with everything that it names on disk. */
export interface LoadedScenario extends CheckedScenario {
  /** A Hugging Face config.json, where `llm` is a path to one. */
  readonly llmFile: LlmFile | undefined;
  /** Likewise of the network that guesses tokens. */
  readonly draftFile: LlmFile | undefined;
  /** A GPU file, where `cluster.gpu` is a path to one. */
  readonly gpuFile: { readonly file: string; readonly entry: unknown } | undefined;
  /** A calibration file, where `cluster.calibration` is a path to one. */
  readonly calibrationFile: OwnCalibration | undefined;
  /** What each pool is of, where replicas are of several kinds: all but llm and cluster as above. */
  readonly pools: readonly LoadedScenario[] | undefined;
  /** What is otherwise from a moment of the run on. */
  readonly changes?: ScenarioChanges | undefined;
  /** Somebody may change more while the run goes on, and let so many more replicas join than it has. */
  readonly steering?: { readonly spareReplicas: number } | undefined;
  /** Of which pool it is. */
  readonly pool?: PoolName | undefined;
  readonly traces: {
    readonly replay: TraceColumns | undefined;
    /** In its place, of a file with too many rows to keep. */
    readonly streamed?: StreamedTrace | undefined;
    /** Of empirical lengths that name a file. */
    readonly input: TraceColumns | undefined;
    readonly output: TraceColumns | undefined;
  };
}

/** @throws UserError naming file, line, column and key of what is wrong. */
export function loadScenario(
  path: string,
  options: ScenarioOptions & LoadOptions = {},
): LoadedScenario {
  return withFiles(readScenario(path, options), options);
}

/** The same for an object; paths in it are relative to `folder`. */
export function loadObject(
  scenario: unknown,
  folder: string,
  options: LoadOptions = {},
): LoadedScenario {
  return withFiles(checkObject(scenario, folder, options.places), options);
}

interface LoadOptions {
  /** Where an object's keys stand. */
  readonly places?: Places | undefined;
  /** What this one has read of the same files serves again. */
  readonly reused?: LoadedScenario | undefined;
  /** Of a trace with more requests, each run reads the file again. */
  readonly keptRequests?: number | undefined;
}

function withFiles(checked: CheckedScenario, options: LoadOptions): LoadedScenario {
  const { llm, cluster, engine, workload, seed } = checked.scenario;
  const { lengths } = workload;
  const traceAt = (file: Omit<TraceFile, "folder" | "fault">, keys: KeyPath) =>
    readTrace({ ...file, seed, folder: checked.folder, fault: blame(keys, checked.places) });
  const lengthTrace = (side: "input" | "output") => {
    const law = lengths?.[side];
    if (law?.kind !== "empirical" || law.path === undefined) return undefined;
    const keys = ["workload", "lengths", side, "path"];
    return traceAt({ path: law.path, format: "auto" }, keys);
  };
  const llmAt = (
    name: string | null | undefined,
    keys: KeyPath,
    { folder, places }: CheckedScenario = checked,
  ): LlmFile | undefined => {
    if (typeof name !== "string" || !isPath(name)) return undefined;
    return readLlm(name, { folder, fault: blame(keys, places) });
  };
  const { reused } = options;
  const readOnce = <Key extends keyof LoadedScenario>(
    key: Key,
    names: (of: CheckedScenario) => unknown,
    read: () => LoadedScenario[Key],
  ) => {
    const isThere = reused?.folder === checked.folder && same(names(reused), names(checked));
    return isThere ? reused[key] : read();
  };
  const loaded = {
    ...checked,
    pools: undefined,
    llmFile: readOnce(
      "llmFile",
      (of) => of.scenario.llm,
      () => llmAt(llm, ["llm"]),
    ),
    draftFile: llmAt(engine.speculative?.draft, ["engine", "speculative", "draft"]),
    gpuFile: readOnce(
      "gpuFile",
      (of) => of.scenario.cluster.gpu,
      () => readGpu(checked),
    ),
    calibrationFile: readOnce(
      "calibrationFile",
      (of) => of.scenario.cluster.calibration,
      () =>
        cluster.calibration === null ? undefined : readCalibration(cluster.calibration, checked),
    ),
    traces: readOnce("traces", tracesNamed, () => ({
      ...replayed(checked, options),
      input: lengthTrace("input"),
      output: lengthTrace("output"),
    })),
  };
  const pools = poolScenarios(checked)?.map((pool) => ({
    ...loaded,
    ...pool,
    llmFile: pool.scenario.llm === llm ? loaded.llmFile : llmAt(pool.scenario.llm, ["llm"], pool),
    gpuFile: pool.scenario.cluster.gpu === cluster.gpu ? loaded.gpuFile : readGpu(pool),
  }));
  return { ...loaded, pools };
}

/** All that what is read of traces depends on: the seed where requests are drawn while reading. */
function tracesNamed({ scenario: { workload, seed }, folder }: CheckedScenario): unknown {
  const { trace, arrivals, lengths } = workload;
  const isDrawn = trace !== null && isFolder(resolve(folder, trace.path));
  return [trace, arrivals !== null, lengths, isDrawn ? seed : undefined];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Arrivals in place of its own, a sample and a shuffle are drawn from all of a trace. */
function replayed({ scenario, folder, places }: CheckedScenario, options: LoadOptions) {
  const { trace, arrivals } = scenario.workload;
  if (trace === null) return { replay: undefined };
  const { seed } = scenario;
  const fault = blame(["workload", "trace", "path"], places);
  const file = { ...readingOf(trace), seed, folder, fault };
  const needsAll = arrivals !== null || trace.sample < 1 || trace.shuffle_lengths;
  const found = needsAll ? readTrace(file) : longTrace(file, options.keptRequests);
  return "promptTokens" in found ? { replay: found } : { replay: undefined, streamed: found };
}

/** The files that a scenario was read from, beside its own. */
export function filesRead(loaded: LoadedScenario): string[] {
  const { scenario, folder, llmFile, draftFile, gpuFile, calibrationFile } = loaded;
  const { trace, lengths } = scenario.workload;
  const laws = lengths === null ? [] : [lengths.input, lengths.output];
  const sampled = laws.map((law) => (law.kind === "empirical" ? law.path : undefined));
  const ofPools = loaded.pools?.flatMap((pool) => [
    ...(pool.llmFile?.paths ?? []),
    pool.gpuFile?.file,
  ]);
  const files = [gpuFile?.file, calibrationFile?.file, trace?.path, ...(ofPools ?? [])];
  const names = [...(llmFile?.paths ?? []), ...(draftFile?.paths ?? []), ...files, ...sampled];
  return names.flatMap((name) => (name === undefined ? [] : [resolve(folder, name)]));
}

function readGpu(checked: CheckedScenario): LoadedScenario["gpuFile"] {
  const path = checked.scenario.cluster.gpu;
  if (!isPath(path)) return undefined;
  const fault = blame(["cluster", "gpu"], checked.places);
  const file = parseYaml(readText(resolve(checked.folder, path), fault), path);
  const entry = gpuSchema.safeParse(withoutShown(file.value));
  if (entry.success) return { file: path, entry: entry.data };
  const context = { schema: gpuJsonSchema(), value: file.value, places: file };
  throw new UserError(problemsOf(entry.error.issues, context));
}

/** What the numbers must be is checked where they are read, with the GPU and the stack. */
function readCalibration(path: string, checked: CheckedScenario): OwnCalibration {
  const fault = blame(["cluster", "calibration"], checked.places);
  return {
    file: path,
    entry: parseYaml(readText(resolve(checked.folder, path), fault), path).value,
  };
}

/** Without what `tokenwatt show gpu` adds: what it prints may be changed and used. */
function withoutShown(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== shownBesides));
}
