import { assert } from "../sim/assert.ts";
import { architectureOf, hasExperts } from "./architecture.ts";
import type { Calibration } from "./calibration.ts";
import { calibrationFor } from "./calibrationCatalogue.ts";
import type { FittedOn, Kernel } from "./calibrationEntry.ts";
import { curveKeys, efficiencyKeys } from "./calibrationEntry.ts";
import { isGoverned } from "./dvfs.ts";
import type { Kind } from "./entry.ts";
import type { GpuSpec } from "./gpu.ts";
import { llmById } from "./llmCatalogue.ts";
import type { StepConfig } from "./matrices.ts";
import { partKernels } from "./matrices.ts";
import { resolvePrecision } from "./precision.ts";
import { samplingOf } from "./sampling.ts";
import { stackById } from "./stackCatalogue.ts";

/** What a prediction rests on: the numbers behind it, all of them or the best that can be said. */
export type Basis = "measured" | "fitted" | "transferred" | "datasheet";

/** How near the runs are to which a deployment's constants were fitted end to end. */
export type Support = "interpolated" | "new_architecture" | "operators_only";

export interface Evidence {
  readonly latency: {
    readonly basis: Basis;
    readonly support: Support;
    /** Whether an efficiency of a kernel that runs was measured or fitted on this very GPU. */
    readonly hasOwnKernels: boolean;
  };
  readonly power: { readonly basis: Basis; readonly support: Support };
  /** Of the numbers that the prediction uses, each once. */
  readonly sources: readonly string[];
}

/** What the numbers that this deployment's steps are priced with are known from. */
export function evidenceOf(config: StepConfig): Evidence {
  const { calibration, llm, stack } = config;
  const latency = latencyPaths(config);
  const power = powerPaths(config);
  const governed = isGoverned(config);
  const architecture = architectureOf(llm);
  const support = (metric: FittedOn["metric"]): Support => {
    // No run under a cap or a locked clock was fitted.
    if (governed) return "operators_only";
    const runs = calibration.fittedOn.filter((run) => run.metric === metric);
    const alike = runs.filter((run) => run.stack === stack.id);
    if (alike.some((run) => run.architecture === architecture)) return "interpolated";
    const isMoe = hasExperts(architecture);
    const isAnyAlike = alike.some((run) => hasExperts(run.architecture) === isMoe);
    return isAnyAlike ? "new_architecture" : "operators_only";
  };
  const sources = [...latency, ...power].flatMap((path) => {
    const number = calibration.numbers.get(path);
    return number === undefined ? [] : [number.source];
  });
  return {
    latency: {
      basis: basisOf(calibration, { paths: latency, governed }),
      support: support("latency"),
      hasOwnKernels: efficiencyPaths(config).some((path) => {
        const kind = calibration.numbers.get(path)?.kind;
        return kind === "measured" || kind === "fitted";
      }),
    },
    power: { basis: basisOf(calibration, { paths: power, governed }), support: support("power") },
    sources: [...new Set(sources)],
  };
}

/** Of a GPU at its usual work: a dense network in 16 bits on one of them under vLLM. */
export function evidenceOfGpu(gpu: GpuSpec): Evidence {
  const stack = stackById("vllm");
  const llm = llmById("meta-llama/Llama-3.1-8B");
  assert(stack !== undefined && llm !== undefined, "the catalogue lacks vLLM or Llama-3.1-8B");
  const request = { dtype: "auto", quantization: undefined, kvCacheDtype: "auto" } as const;
  return evidenceOf({
    gpu,
    llm,
    stack,
    calibration: calibrationFor(gpu, stack),
    tensorParallel: 1,
    dataParallel: 1,
    expertParallel: false,
    precision: resolvePrecision(gpu, llm, request),
    governor: undefined,
  });
}

/**
 * All of one kind give it its name, fitted beside measured ones are fitted, assumed ones alone leave
 * the data sheet. Any other mixture is transferred, and so is whatever a lower clock changes.
 */
function basisOf(
  { numbers }: Calibration,
  { paths, governed }: { readonly paths: readonly string[]; readonly governed: boolean },
): Basis {
  const kinds = paths.map((path): Kind => numbers.get(path)?.kind ?? "assumed");
  const all = (...names: readonly Kind[]) => kinds.every((kind) => names.includes(kind));
  if (all("datasheet", "assumed")) return "datasheet";
  if (governed || !all("measured", "fitted")) return "transferred";
  return all("measured") ? "measured" : "fitted";
}

/**
 * A stack that was never fitted on this GPU counts as one assumed number, and so does sampling that
 * is not greedy. A fitted scalar makes the constants that it multiplies, or stands beside, this GPU's
 * own.
 */
function latencyPaths(config: StepConfig): string[] {
  const { calibration, stack, gpu, tensorParallel, llm } = config;
  const kernels = partKernels(config);
  const prefix = `stacks.${stack.id}.`;
  const scalars = [...calibration.numbers.keys()].filter(
    (path) => path.startsWith(prefix) && isUsed(path.slice(prefix.length), kernels),
  );
  const link = gpu.interconnect.kind === "pcie" ? "pcie" : "fabric";
  const kernelPaths = [
    ...efficiencyPaths(config),
    "layer_start_up_us",
    ...(llm.moe === undefined ? [] : ["moe.start_up_us"]),
    ...(tensorParallel === 1 ? [] : [`all_reduce.${link}.start_up_us`]),
  ];
  return [
    ...kernelPaths.filter((path) => !scalars.includes(prefix + scalarOver(path))),
    ...(scalars.length > 0 ? scalars : [`${prefix}host_per_step_us`]),
    ...(samplingOf(config) === undefined ? [] : ["sampling"]),
  ];
}

/** The scalar of a stack that is fitted to what a constant of kernels comes to in it. */
function scalarOver(path: string): string {
  const [group = "", part = ""] = path.split(".");
  if (path === "moe.start_up_us") return "moe_layer_us";
  if (group === "gemm" || group === "moe") return `${group}_factor.${part}`;
  if (group === "attention")
    return part.startsWith("prefill") ? "prefill_attention_factor" : "kv_factor";
  return group === "all_reduce" ? "all_reduce_factor" : "layer_us";
}

/** Of the kernels that run. */
function efficiencyPaths(config: StepConfig): string[] {
  const { gemms, experts } = partKernels(config);
  const decode = config.precision.kvBytesPerElement === 1 ? "fp8_decode" : "decode";
  const efficiencies = (group: "gemm" | "moe", kernel: Kernel) =>
    efficiencyKeys.map((key) => `${group}.${kernel}.${key}`);
  return [
    ...gemms.flatMap((kernel) => efficiencies("gemm", kernel)),
    ...(experts === undefined ? [] : efficiencies("moe", experts)),
    "attention.prefill_compute_efficiency_ratio",
    `attention.${decode}_memory_efficiency_ratio`,
    "small_kernel_memory_efficiency_ratio",
  ];
}

/** Whether a number of a stack is of a kernel that runs, or of no one kernel: "gemm_factor.fp8". */
function isUsed(path: string, { gemms, experts }: ReturnType<typeof partKernels>): boolean {
  const [key, kernel] = path.split(".");
  if (kernel === undefined) return true;
  const running = key === "moe_factor" ? [experts] : gemms;
  return running.some((one) => one === kernel);
}

/** A fitted scale makes a transferred curve this GPU's own. */
function powerPaths({ calibration, llm }: StepConfig): string[] {
  const { numbers } = calibration;
  const variant = llm.moe === undefined ? [] : ["power.moe."];
  const nearest = (key: string): string =>
    [...variant, "power."].map((prefix) => prefix + key).find((path) => numbers.has(path)) ??
    `power.${key}`;
  const scale = nearest("dynamic_scale_ratio");
  return numbers.has(scale) ? [scale] : curveKeys.map(nearest);
}
