import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { importTrace } from "../../workloads/importers/detect.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import { TraceError } from "../../workloads/importers/traceError.ts";
import { UserError } from "../errors.ts";
import { readBytes, readText } from "../files.ts";
import { type CheckedScenario, checkObject, readScenario, type ScenarioOptions } from "./check.ts";
import { gpuJsonSchema, gpuSchema } from "./gpuSchema.ts";
import { blame, problemsOf } from "./problems.ts";
import { type KeyPath, parseYaml } from "./yamlFile.ts";

/** A scenario with everything that it names on disk. */
export interface LoadedScenario extends CheckedScenario {
  /** A Hugging Face config.json, where `llm` is a path to one. */
  readonly llmFile: LlmFile | undefined;
  /** A GPU file, where `cluster.gpu` is a path to one. */
  readonly gpuFile: { readonly file: string; readonly entry: unknown } | undefined;
  readonly traces: {
    readonly replay: TraceColumns | undefined;
    /** Of empirical lengths that name a file. */
    readonly input: TraceColumns | undefined;
    readonly output: TraceColumns | undefined;
  };
}

export interface LlmFile {
  readonly file: string;
  readonly config: unknown;
  /** What ModelOpt writes beside it. */
  readonly hfQuantConfig: unknown;
}

/** @throws UserError naming file, line, column and key of what is wrong. */
export function loadScenario(path: string, options: ScenarioOptions = {}): LoadedScenario {
  return withFiles(readScenario(path, options));
}

/** The same for an object; paths in it are relative to `folder`. */
export function loadObject(scenario: unknown, folder: string): LoadedScenario {
  return withFiles(checkObject(scenario, folder));
}

function withFiles(checked: CheckedScenario): LoadedScenario {
  const { llm, cluster, workload } = checked.scenario;
  const { trace, lengths } = workload;
  const lengthTrace = (side: "input" | "output") => {
    const law = lengths?.[side];
    if (law?.kind !== "empirical" || law.path === undefined) return undefined;
    const keys = ["workload", "lengths", side, "path"];
    return readTrace({ path: law.path, format: "auto" }, keys, checked);
  };
  return {
    ...checked,
    llmFile: isPath(llm) ? readLlm(llm, checked) : undefined,
    gpuFile: isPath(cluster.gpu) ? readGpu(cluster.gpu, checked) : undefined,
    traces: {
      replay: trace === null ? undefined : readTrace(trace, ["workload", "trace", "path"], checked),
      input: lengthTrace("input"),
      output: lengthTrace("output"),
    },
  };
}

/** Catalogue ids hold slashes too: a path begins with one or a dot, or ends as such files do. */
export function isPath(name: string): boolean {
  return /^[./]|\.(json|ya?ml)$/i.test(name);
}

function readLlm(path: string, checked: CheckedScenario): LlmFile {
  const file = resolve(checked.folder, path);
  const quantFile = resolve(dirname(file), "hf_quant_config.json");
  const fault = blame(["llm"], checked.places);
  return {
    file: path,
    config: parseYaml(readText(file, fault), path).value,
    hfQuantConfig: existsSync(quantFile)
      ? parseYaml(readText(quantFile, fault), quantFile).value
      : undefined,
  };
}

function readGpu(path: string, checked: CheckedScenario): LoadedScenario["gpuFile"] {
  const fault = blame(["cluster", "gpu"], checked.places);
  const file = parseYaml(readText(resolve(checked.folder, path), fault), path);
  const entry = gpuSchema.safeParse(file.value);
  if (entry.success) return { file: path, entry: entry.data };
  const context = { schema: gpuJsonSchema(), value: file.value, places: file };
  throw new UserError(problemsOf(entry.error.issues, context));
}

interface TraceFile {
  readonly path: string;
  readonly format: "auto" | "azure" | "vidur";
}

function readTrace(trace: TraceFile, keys: KeyPath, checked: CheckedScenario): TraceColumns {
  const bytes = readBytes(resolve(checked.folder, trace.path), blame(keys, checked.places));
  try {
    return importTrace(linesOf(bytes), trace.format);
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    throw new UserError({ place: { file: trace.path }, message: error.message });
  }
}

/** One line at a time: a trace may be longer than a text can be. */
function* linesOf(bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length; ) {
    const found = bytes.indexOf(10, start);
    const end = found < 0 ? bytes.length : found;
    yield bytes.toString("utf8", start, end);
    start = end + 1;
  }
}
