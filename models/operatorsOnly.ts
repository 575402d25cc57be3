import { calibrationChain } from "./calibrationCatalogue.ts";
import type { CalibrationEntry } from "./calibrationEntry.ts";
import type { Sourced } from "./entry.ts";
import type { GpuSpec } from "./gpu.ts";
import { stackEntryById } from "./stackCatalogue.ts";
import type { Stack } from "./stacks.ts";

type Power = NonNullable<CalibrationEntry["power"]>;
type Scalars = NonNullable<NonNullable<CalibrationEntry["stacks"]>[string]>;
type Entries = readonly CalibrationEntry[];

interface Deployed {
  readonly gpu: GpuSpec;
  readonly stack: Stack;
}

/** The numbers of a GPU under a stack that runs measured end to end may be fitted to. */
export interface EndToEndNumbers {
  /** Each that the stack can have, in place of another number or as a factor. */
  readonly scalars: Scalars;
  readonly power: Power;
}

/** As the files have them. */
export function endToEndNumbers({ gpu, stack }: Deployed, entries: Entries): EndToEndNumbers {
  const chain = calibrationChain(gpu, entries);
  let scalars: Scalars = { ...startUps(chain), ...profileOf(stack), ...noFactors };
  let power: Power = {};
  for (const file of chain) {
    scalars = { ...scalars, ...file.stacks?.[stack.id] };
    power = powerOver(power, file.power);
  }
  return { scalars, power };
}

/**
 * As they would be, had no run on this GPU been fitted end to end, or those of `fit` alone. Without
 * one there are left, under this stack, the start-up of the kernels, the stack's profile and factors
 * of 1; of power, which no stack has for itself, the curve of the nearest other GPU that was
 * fitted, or the rule from TDP.
 */
export function operatorsOnlyNumbers(
  { gpu, stack }: Deployed,
  entries: Entries,
  fit?: CalibrationEntry,
): EndToEndNumbers {
  const left = entries.map((entry) =>
    entry.gpus.includes(gpu.id) ? refitted(unfitted(entry, stack), fit, stack) : entry,
  );
  return endToEndNumbers({ gpu, stack }, left);
}

/** A file that, laid over the catalogue's, leaves none of the catalogue's own such numbers in force. */
export function restated(
  { gpu, stack }: Deployed,
  { scalars, power }: EndToEndNumbers,
): CalibrationEntry {
  const { moe, cap_tdp_ratio: cap, ...curve } = power;
  const dense = { dynamic_scale_ratio: unscaled, ...curve };
  return {
    id: `${gpu.id} ${stack.id}`,
    base: null,
    gpus: [gpu.id],
    stacks: { [stack.id]: scalars },
    power: { ...dense, ...(cap && { cap_tdp_ratio: cap }), moe: { ...dense, ...moe } },
  };
}

const unscaled: Sourced = { value: 1, kind: "assumed", source: "no run on this GPU scales it" };
const noFactor: Sourced = { value: 1, kind: "assumed", source: "as the kernels' constants say" };
const noFactors: Scalars = {
  gemm_factor: noFactor,
  prefill_attention_factor: noFactor,
  kv_factor: noFactor,
  moe_factor: noFactor,
  all_reduce_factor: noFactor,
};

function startUps(chain: Entries): Scalars {
  const layer = chain.findLast((entry) => entry.layer_start_up_us)?.layer_start_up_us;
  const moeLayer = chain.findLast(({ moe }) => moe?.start_up_us)?.moe?.start_up_us;
  return { ...(layer && { layer_us: layer }), ...(moeLayer && { moe_layer_us: moeLayer }) };
}

function profileOf({ id }: Stack): Scalars {
  const profile = stackEntryById(id);
  if (profile === undefined) throw new Error(`the catalogue has no stack ${id}`);
  const { launch_per_layer_us: launch } = profile;
  return {
    ...(launch && { launch_per_layer_us: launch }),
    host_per_step_us: profile.host_per_step_us,
    host_per_sequence_us: profile.host_per_sequence_us,
    front_end_ms: profile.front_end_ms,
    mixed_decode_attention_factor: profile.mixed_decode_attention_factor,
  };
}

function powerOver(under: Power, over: Power | undefined): Power {
  const moe = { ...under.moe, ...over?.moe };
  return { ...under, ...over, ...(Object.keys(moe).length > 0 && { moe }) };
}

/** Without what its runs were fitted to: a number that none was fitted to stands. */
function unfitted(entry: CalibrationEntry, stack: Stack): CalibrationEntry {
  const { power, stacks = {}, fitted_on: runs = [], ...kernels } = entry;
  const isLatencyFitted = runs.some((run) => run.metric === "latency" && run.stack === stack.id);
  const isPowerFitted = runs.some((run) => run.metric === "power");
  const { [stack.id]: scalars, ...others } = stacks;
  const standing = isPowerFitted ? capOf(power) : power;
  return {
    ...kernels,
    stacks: isLatencyFitted || scalars === undefined ? others : stacks,
    ...(standing && { power: standing }),
  };
}

/** The most that a card draws is no part of a fitted curve, unless it was fitted with it. */
function capOf(power: Power | undefined): Power {
  const cap = power?.cap_tdp_ratio;
  return cap === undefined || cap.kind === "fitted" ? {} : { cap_tdp_ratio: cap };
}

function refitted(
  entry: CalibrationEntry,
  fit: CalibrationEntry | undefined,
  stack: Stack,
): CalibrationEntry {
  if (fit === undefined) return entry;
  const { stacks, power = {} } = entry;
  const scalars = { ...stacks?.[stack.id], ...fit.stacks?.[stack.id] };
  return {
    ...entry,
    stacks: { ...stacks, [stack.id]: scalars },
    power: powerOver(power, fit.power),
  };
}
