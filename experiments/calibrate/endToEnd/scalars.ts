import type { Calibration } from "../../../models/calibration.ts";
import type { curveKeys, Kernel } from "../../../models/calibrationEntry.ts";
import type { StepConfig } from "../../../models/matrices.ts";
import { partKernels } from "../../../models/matrices.ts";
import type { CalibratedNumber } from "../writeCalibration.ts";

/** A constant that end-to-end runs decide, at its place in a calibration file, in the unit of its key. */
export interface Scalar {
  readonly path: readonly string[];
  /** What kernels and the stack's profile say: the fit is held there. */
  readonly prior: number;
  /** How far such a constant usually lies from its prior: one standard deviation of its logarithm. */
  readonly spread: number;
  readonly min: number;
  readonly max: number;
  /** From where the search starts, where that is not the prior. */
  readonly start?: number;
  /** What holds where it is not written, where that is not the prior. */
  readonly standing?: number;
}

/** Kernels in an engine are hardly three times slower or faster than alone. */
const factor = (prior: number, spread: number) => ({
  prior,
  spread,
  min: 0.33 * prior,
  max: 3 * prior,
});

/** The constants of time that runs of these deployments, under one stack on one GPU, depend on. */
export function latencyScalars(configs: readonly StepConfig[]): Scalar[] {
  const [first] = configs;
  if (first === undefined) return [];
  const { calibration, stack } = first;
  const { timeFactors: factors } = calibration;
  const at = (key: string, rest: Omit<Scalar, "path">): Scalar => ({
    path: ["stacks", stack.id, key],
    ...rest,
  });
  const micros = (key: string, priorS: number, spread: number, least = 0.05): Scalar =>
    at(key, time(priorS * 1e6, spread, least));
  const { launchPerLayerS, prefillLaunchPerLayerS, frontEndS } = calibration;
  const prefillLaunch = micros("prefill_launch_per_layer_us", prefillLaunchPerLayerS, 0.5);
  const has = (uses: (config: StepConfig) => boolean) => configs.some(uses);
  return [
    micros("layer_us", calibration.layerStartUpS, 0.25, 0.2),
    micros("host_per_step_us", calibration.hostPerStepS, 1, 0.01),
    micros("host_per_sequence_us", calibration.hostPerSequenceS, 1),
    ...(frontEndS > 0
      ? [at("front_end_ms", { ...time(frontEndS * 1e3, 0.7), max: frontEndMsMax })]
      : []),
    ...(launchPerLayerS > 0 ? [micros("launch_per_layer_us", launchPerLayerS, 0.5)] : []),
    // Below what the GPU takes it has no effect, so that the search must start above.
    { ...prefillLaunch, start: Math.min(3 * prefillLaunch.prior, 1500) },
    at("prefill_attention_factor", factor(factors.prefillAttentionFactor, 0.2)),
    at("kv_factor", factor(factors.kvFactor, 0.2)),
    ...(has(({ tensorParallel }) => tensorParallel > 1)
      ? [at("all_reduce_factor", factor(factors.allReduceFactor, 0.3))]
      : []),
    ...kernelScalars(configs),
    ...(has(({ llm }) => llm.moe !== undefined)
      ? [micros("moe_layer_us", calibration.moeStartUpS, 0.4)]
      : []),
  ];
}

/** A tenth of a second for a tokeniser and a socket; what is more is something else. */
const frontEndMsMax = 100;

function time(prior: number, spread: number, least = 0.05): Omit<Scalar, "path"> {
  // A prior of nothing could not grow.
  const held = Math.max(prior, 1e-3);
  return { prior: held, spread, min: held * least, max: held * 20 };
}

/** Kernels whose constants are assumed may be further off, and start as late as they like. */
function kernelScalars(configs: readonly StepConfig[]): Scalar[] {
  const used = configs.map(partKernels);
  const products = unique(used.flatMap(({ gemms }) => gemms));
  const experts = unique(used.flatMap((part) => part.experts ?? []));
  const [first] = configs;
  if (first === undefined) return [];
  const { calibration, stack } = first;
  const { timeFactors: factors } = calibration;
  const kindOf = (path: string) => calibration.numbers.get(path)?.kind;
  const isFitted = (group: string, kernel: Kernel) =>
    kindOf(`${group}.${kernel}.memory_efficiency_ratio`) === "fitted";
  const at = (key: string, kernel: Kernel) => ["stacks", stack.id, key, kernel];
  const lateStart = (kernel: Kernel): Scalar[] => {
    const startUpS = calibration.gemm[kernel].startUpS;
    if (kernel === "bf16" || isFitted("gemm", kernel)) return [];
    return [{ path: at("gemm_start_up_us", kernel), ...time(startUpS * 1e6, 0.7) }];
  };
  return [
    ...products.flatMap((kernel) => [
      {
        path: at("gemm_factor", kernel),
        ...factor(factors.gemmFactor[kernel], isFitted("gemm", kernel) ? 0.15 : 0.4),
      },
      ...lateStart(kernel),
    ]),
    ...experts.map((kernel) => ({
      path: at("moe_factor", kernel),
      ...factor(factors.moeFactor[kernel], isFitted("moe", kernel) ? 0.3 : 0.5),
    })),
  ];
}

function unique(kernels: readonly Kernel[]): Kernel[] {
  return [...new Set(kernels)].sort();
}

/**
 * The shares of TDP of the power curve, held at the catalogue's where it is known, those of networks
 * with experts else at the dense curve that was fitted before.
 */
export function powerScalars(
  configs: readonly StepConfig[],
  network: Network,
  beside: readonly CalibratedNumber[],
): Scalar[] {
  const [first] = configs;
  if (first === undefined) return [];
  const { calibration } = first;
  const share = (key: (typeof curveKeys)[number], max: number): Scalar => ({
    path: [...prefixOf(network), key],
    prior: Math.max(shareOf(calibration, { network, key, beside }), 1e-3),
    spread: 0.6,
    min: 1e-3,
    max,
  });
  return [
    share("busy_tdp_ratio", 0.9),
    share("compute_tdp_ratio", 3),
    share("memory_tdp_ratio", 0.9),
    ...(network === "dense" ? [computeExponent(calibration)] : []),
  ];
}

export type Network = "dense" | "moe";

function prefixOf(network: Network): string[] {
  return network === "dense" ? ["power"] : ["power", "moe"];
}

function shareOf(
  { numbers }: Calibration,
  {
    network,
    key,
    beside,
  }: {
    readonly network: Network;
    readonly key: (typeof curveKeys)[number];
    readonly beside: readonly CalibratedNumber[];
  },
): number {
  const dense = numbers.get(`power.${key}`);
  const own = network === "moe" ? numbers.get(`power.moe.${key}`) : undefined;
  if (own !== undefined) return own.value;
  const fitted = beside.find(({ path }) => path.join(".") === `power.${key}`);
  return fitted?.value ?? dense?.value ?? 0;
}

/** Tensor cores that are busy for a tenth of the time draw more than a tenth. */
const likelyExponent = 0.7;

function computeExponent({ numbers }: Calibration): Scalar {
  const path = ["power", "compute_exponent"];
  const { value = 1, kind = "assumed" } = numbers.get(path.join(".")) ?? {};
  const prior = kind === "assumed" ? likelyExponent : value;
  return { path, prior, spread: 0.4, min: 0.2, max: 1, standing: value };
}

/** What the power curve is to be multiplied by where its shape is not fitted. */
export function powerScale({ numbers }: Calibration, network: Network): Scalar {
  const path = [...prefixOf(network), "dynamic_scale_ratio"];
  const prior = numbers.get(path.join("."))?.value ?? 1;
  return { path, prior, spread: 0.5, min: 0.2 * prior, max: 3 * prior };
}
