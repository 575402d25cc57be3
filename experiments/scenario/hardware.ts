import { calibrationFor } from "../../models/calibrationCatalogue.ts";
import { dataParallelProblem } from "../../models/dataParallel.ts";
import { type GpuSpec, gpuFromEntry } from "../../models/gpu.ts";
import { gpuById, gpuIds } from "../../models/gpuCatalogue.ts";
import { llmFromConfig } from "../../models/huggingFace.ts";
import { tensorParallelProblem } from "../../models/kvCapacity.ts";
import type { LlmSpec } from "../../models/llm.ts";
import { llmById, llmIds } from "../../models/llmCatalogue.ts";
import type { StepConfig } from "../../models/matrices.ts";
import { pipelineParallelProblem } from "../../models/pipeline.ts";
import { resolvePrecision } from "../../models/precision.ts";
import { stackById } from "../../models/stackCatalogue.ts";
import type { Stack } from "../../models/stacks.ts";
import { UserError } from "../errors.ts";
import { suggestion } from "../suggestion.ts";
import { governorOf } from "./governor.ts";
import type { LlmFile } from "./llmFile.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { ScenarioSpec } from "./spec.ts";
import type { KeyPath } from "./yamlFile.ts";

/** The network, the GPUs and the software that a scenario names. */
export function stepConfigOf(loaded: LoadedScenario, spec: ScenarioSpec): StepConfig {
  const gpu = gpuOf(loaded);
  const llm = llmOf(loaded);
  const stack = stackOf(loaded);
  const { tensorParallel } = spec.cluster;
  const problem = tensorParallelProblem(llm, tensorParallel);
  if (problem !== undefined) {
    throw new UserError({
      ...blame(["cluster", "tensor_parallel_size"], loaded.places),
      message: problem,
      hint: `sizes that do: ${dividingSizes(llm).join(", ")}`,
    });
  }
  const { pipelineParallel } = spec.cluster;
  const undivided = pipelineParallelProblem(llm, pipelineParallel);
  if (undivided !== undefined) {
    const path = ["cluster", "pipeline_parallel_size"];
    throw new UserError({ ...blame(path, loaded.places), message: undivided });
  }
  const unshared = dataParallelProblem(llm, spec.cluster);
  if (unshared !== undefined) {
    const path = ["cluster", "data_parallel_size"];
    throw new UserError({ ...blame(path, loaded.places), message: unshared });
  }
  const { calibrationFile: own } = loaded;
  const blamed = <Value>(path: KeyPath, make: () => Value) => explained(loaded, path, make);
  const config: StepConfig = {
    gpu,
    llm,
    tensorParallel,
    dataParallel: llm.moe === undefined ? 1 : spec.cluster.dataParallel,
    expertParallel: expertParallelOf(loaded, spec, llm),
    routingSkewRatio: spec.cluster.routingSkewRatio,
    stack,
    calibration: blamed(["cluster", own === undefined ? "gpu" : "calibration"], () =>
      calibrationFor(gpu, stack, { own }),
    ),
    precision: blamed(["engine", "quantization"], () =>
      resolvePrecision(gpu, llm, spec.engine.precision),
    ),
    governor: undefined,
    sampling: spec.engine.sampling.strategy,
  };
  return { ...config, governor: governorOf(loaded, spec, config) };
}

function gpuOf(loaded: LoadedScenario): GpuSpec {
  const { gpuFile, scenario } = loaded;
  const id = scenario.cluster.gpu;
  const path = ["cluster", "gpu"];
  if (gpuFile !== undefined) {
    return explained(loaded, path, () => gpuFromEntry(gpuFile.entry, gpuFile.file));
  }
  const gpu = gpuById(id);
  if (gpu !== undefined) return gpu;
  throw unknownName(loaded, { path, what: "GPU", name: id, names: gpuIds() });
}

function llmOf(loaded: LoadedScenario): LlmSpec {
  return namedLlm(loaded, { path: ["llm"], name: loaded.scenario.llm, own: loaded.llmFile });
}

/** The network that guesses tokens; undefined where no other is named. */
export function draftLlm(loaded: LoadedScenario): LlmSpec | undefined {
  const name = loaded.scenario.engine.speculative?.draft ?? undefined;
  if (name === undefined) return undefined;
  return namedLlm(loaded, {
    path: ["engine", "speculative", "draft"],
    name,
    own: loaded.draftFile,
  });
}

interface NamedLlm {
  readonly path: KeyPath;
  readonly name: string;
  /** Its config.json, where the name is a path to one. */
  readonly own: LlmFile | undefined;
}

function namedLlm(loaded: LoadedScenario, { path, name, own }: NamedLlm): LlmSpec {
  if (own !== undefined) {
    return explained(loaded, path, () => llmFromConfig(own.file, own.config, own.hfQuantConfig));
  }
  const llm = llmById(name);
  if (llm !== undefined) return llm;
  throw unknownName(loaded, { path, what: "LLM", name, names: llmIds() });
}

function stackOf({ scenario }: LoadedScenario): Stack {
  const stack = stackById(scenario.engine.stack);
  if (stack !== undefined) return stack;
  throw new Error(`invariant broken: the schema let stack ${scenario.engine.stack} pass`);
}

function expertParallelOf(
  { places }: LoadedScenario,
  { cluster }: ScenarioSpec,
  { id, moe }: LlmSpec,
): boolean {
  if (!cluster.expertParallel) {
    if (cluster.routingSkewRatio === 0) return false;
    const message = "each GPU has a part of every expert and waits for none: set it to 0";
    throw new UserError({
      ...blame(["cluster", "routing_skew"], places),
      message,
      hint: "or set enable_expert_parallel to true",
    });
  }
  const path = ["cluster", "enable_expert_parallel"];
  const gpus = cluster.tensorParallel * cluster.dataParallel;
  if (moe === undefined) {
    throw new UserError({ ...blame(path, places), message: `${id} has no experts to spread` });
  }
  if (moe.experts % gpus === 0) return true;
  const message = `${moe.experts} experts of ${id} do not spread evenly over ${gpus} GPUs`;
  throw new UserError({ ...blame(path, places), message });
}

interface Unknown {
  readonly path: KeyPath;
  readonly what: string;
  readonly name: string;
  readonly names: readonly string[];
}

function unknownName(loaded: LoadedScenario, { path, what, name, names }: Unknown): UserError {
  const message = `the catalogue has no ${what} "${name}"${suggestion(name, names)}`;
  const hint = `it has: tokenwatt list ${what.toLowerCase()}s`;
  return new UserError({ ...blame(path, loaded.places), message, hint });
}

const largestGroup = 16;

function dividingSizes(llm: LlmSpec): number[] {
  const sizes = Array.from({ length: largestGroup }, (_, index) => index + 1);
  return sizes.filter((size) => tensorParallelProblem(llm, size) === undefined);
}

/** What a model refuses, as a problem with the key to blame; it may name that key itself. */
function explained<Value>(loaded: LoadedScenario, path: KeyPath, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof Error) || error.message.startsWith("invariant broken")) throw error;
    const named = /^engine\.(\w+): /.exec(error.message);
    const key = named?.[1] === undefined ? path : ["engine", named[1]];
    const message = error.message.slice(named?.[0].length ?? 0);
    throw new UserError({ ...blame(key, loaded.places), message });
  }
}
