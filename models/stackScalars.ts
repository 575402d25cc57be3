import type { Seconds } from "../sim/units.ts";
import type { Kernel, stackKernelNumbers } from "./calibrationEntry.ts";
import { kernels, recordByKernel, stackKeys } from "./calibrationEntry.ts";
import type { Bounds, Section } from "./entry.ts";
import { notNegative, quantityIfKnown, section, subsection } from "./entry.ts";
import { stackIds } from "./stackCatalogue.ts";
import type { Stack } from "./stacks.ts";

/** What a step takes beside its kernels' work, under one stack on one GPU. */
export interface StackTimes {
  /** GPU-busy seconds in which a layer's kernels start, whatever the batch. */
  readonly layerStartUpS: Seconds;
  /** The same of one layer's experts: router, sort and two grouped products. */
  readonly moeStartUpS: Seconds;
  /** Host seconds to launch one layer's kernels, while the GPU works; 0 with graphs. */
  readonly launchPerLayerS: Seconds;
  /** The same in a step that prefills: graphs hold decode steps, whose shapes are few. */
  readonly prefillLaunchPerLayerS: Seconds;
  /** Host seconds in which the GPU waits: of each step, and of each sequence in it. */
  readonly hostPerStepS: Seconds;
  readonly hostPerSequenceS: Seconds;
  /** Seconds of each request outside the engine; part of TTFT and E2E. */
  readonly frontEndS: Seconds;
  /** How much longer decode attention takes in a step that also prefills. */
  readonly mixedDecodeAttentionFactor: number;
}

/** How much longer than its constants say each kind of kernel takes under one stack. */
export interface TimeFactors {
  readonly gemmFactor: Readonly<Record<Kernel, number>>;
  readonly moeFactor: Readonly<Record<Kernel, number>>;
  readonly prefillAttentionFactor: number;
  readonly kvFactor: number;
  readonly allReduceFactor: number;
}

const factors: Bounds = { min: 0.1, max: 10 };
const slowdown: Bounds = { min: 1, max: 100 };

/** `kernels`: the start-up times that hold where the stack has none of its own. */
export function stackTimes(
  file: Section,
  stack: Stack,
  kernels: Pick<StackTimes, "layerStartUpS" | "moeStartUpS">,
): StackTimes {
  const own = scalarsOf(file, stack);
  const us = (key: string): Seconds | undefined => {
    const microseconds = quantityIfKnown(own, key, notNegative);
    return microseconds === undefined ? undefined : microseconds / 1e6;
  };
  const launchPerLayerS = us("launch_per_layer_us");
  if (launchPerLayerS !== undefined && stack.launchPerLayerS === 0) {
    throw new Error(`${own.path}: launch_per_layer_us: ${stack.id} replays graphs`);
  }
  const frontEndMs = quantityIfKnown(own, "front_end_ms", notNegative);
  return {
    layerStartUpS: us("layer_us") ?? kernels.layerStartUpS,
    moeStartUpS: us("moe_layer_us") ?? kernels.moeStartUpS,
    launchPerLayerS: launchPerLayerS ?? stack.launchPerLayerS,
    prefillLaunchPerLayerS: us("prefill_launch_per_layer_us") ?? stack.prefillLaunchPerLayerS,
    hostPerStepS: us("host_per_step_us") ?? stack.hostPerStepS,
    hostPerSequenceS: us("host_per_sequence_us") ?? stack.hostPerSequenceS,
    frontEndS: frontEndMs === undefined ? stack.frontEndS : frontEndMs / 1e3,
    mixedDecodeAttentionFactor:
      quantityIfKnown(own, "mixed_decode_attention_factor", slowdown) ??
      stack.mixedDecodeAttentionFactor,
  };
}

export function timeFactors(file: Section, stack: Stack): TimeFactors {
  const own = scalarsOf(file, stack);
  const factor = (key: string): number => quantityIfKnown(own, key, factors) ?? 1;
  return {
    gemmFactor: byKernel(
      own,
      "gemm_factor",
      (from, kernel) => quantityIfKnown(from, kernel, factors) ?? 1,
    ),
    moeFactor: byKernel(
      own,
      "moe_factor",
      (from, kernel) => quantityIfKnown(from, kernel, factors) ?? 1,
    ),
    prefillAttentionFactor: factor("prefill_attention_factor"),
    kvFactor: factor("kv_factor"),
    allReduceFactor: factor("all_reduce_factor"),
  };
}

/** Start-up of each product beyond what the layer's holds; undefined where the kernel's own counts. */
export function gemmStartUps(
  file: Section,
  stack: Stack,
): Readonly<Record<Kernel, Seconds | undefined>> {
  return byKernel(scalarsOf(file, stack), "gemm_start_up_us", (from, kernel) => {
    const us = quantityIfKnown(from, kernel, notNegative);
    return us === undefined ? undefined : us / 1e6;
  });
}

function byKernel<Value>(
  own: Section,
  key: (typeof stackKernelNumbers)[number],
  read: (from: Section, kernel: Kernel) => Value,
): Record<Kernel, Value> {
  const from = section(own.values[key] ?? {}, `${own.path}: ${key}`, kernels);
  return recordByKernel((kernel) => read(from, kernel));
}

/** The section of one stack, empty where the file has none; the others are checked all the same. */
function scalarsOf({ path, values }: Section, stack: Stack): Section {
  const { stacks = {} } = values;
  const byStack = section(stacks, `${path}: stacks`, stackIds());
  for (const id of Object.keys(byStack.values)) subsection(byStack, id, stackKeys);
  return section(byStack.values[stack.id] ?? {}, `${byStack.path}: ${stack.id}`, stackKeys);
}
