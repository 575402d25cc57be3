import type { Bytes, Seconds } from "../sim/units.ts";
import type { Section, Sourced } from "./entry.ts";
import { choice, efficiency, notNegative, quantity, section, text } from "./entry.ts";

/** What a serving stack adds to the kernels: host time, scheduling, memory. */
export interface Stack {
  readonly id: string;
  readonly scheduler: "static" | "continuous" | "chunked_prefill";
  /** Seconds in which the host launches one layer's kernels, while the GPU works; 0 with graphs. */
  readonly launchPerLayerS: Seconds;
  /** The same in a step that prefills, which graphs do not hold. */
  readonly prefillLaunchPerLayerS: Seconds;
  /** Host seconds in which the GPU waits: of each step, and of each sequence in it. */
  readonly hostPerStepS: Seconds;
  readonly hostPerSequenceS: Seconds;
  /** Seconds of each request outside the engine; part of TTFT and E2E. */
  readonly frontEndS: Seconds;
  /** Speed of its kernels over those that the calibrations describe. */
  readonly kernelEfficiencyRatio: number;
  /** 1, or 0 where kernels start in no time. */
  readonly kernelStartUpRatio: number;
  /** How much longer decode attention takes in a step that also prefills. */
  readonly mixedDecodeAttentionFactor: number;
  /** Times that appending a step's tokens moves the cached keys and values: 0 where they stay in place. */
  readonly kvAppendMoves: number;
  /** Of keys and values, what is copied for each query head before attention reads it: 1 or 0. */
  readonly kvRepeatedRatio: number;
  /** Of one word's logit, at each position that is sampled. */
  readonly sampledLogitBytes: Bytes;
  /** The same at every position of a prompt, where all are computed; 0 where only sampled ones are. */
  readonly promptLogitBytes: Bytes;
  /** Memory beside weights, activations and KV cache. */
  readonly nonTorchBytes: Bytes;
}

/** An item of models/catalogue/stacks.yaml. */
export interface StackEntry {
  readonly id: string;
  readonly name: string;
  readonly scheduler: string;
  readonly launch: string;
  /** null where graphs are replayed. */
  readonly launch_per_layer_us: Sourced | null;
  readonly prefill_launch_per_layer_us: Sourced;
  readonly host_per_step_us: Sourced;
  readonly host_per_sequence_us: Sourced;
  readonly front_end_ms: Sourced;
  readonly kernel_efficiency_ratio: Sourced;
  readonly kernel_start_up_ratio: Sourced;
  readonly mixed_decode_attention_factor: Sourced;
  readonly kv_append_moves: Sourced;
  readonly kv_repeated_ratio: Sourced;
  readonly sampled_logit_bytes: Sourced;
  readonly prompt_logit_bytes: Sourced;
  readonly non_torch_gib: Sourced;
}

const stackKeys = [
  "id",
  "name",
  "scheduler",
  "launch",
  "launch_per_layer_us",
  "prefill_launch_per_layer_us",
  "host_per_step_us",
  "host_per_sequence_us",
  "front_end_ms",
  "kernel_efficiency_ratio",
  "kernel_start_up_ratio",
  "mixed_decode_attention_factor",
  "kv_append_moves",
  "kv_repeated_ratio",
  "sampled_logit_bytes",
  "prompt_logit_bytes",
  "non_torch_gib",
] satisfies readonly (keyof StackEntry)[];

const slowdown = { min: 1, max: 100 };
const share = { min: 0, max: 1 };

/** Reads a parsed stack strictly. `path` is how errors name it. */
export function stackFromEntry(entry: unknown, path: string): Stack {
  const file = section(entry, path, stackKeys);
  text(file, "name");
  return {
    id: text(file, "id"),
    scheduler: choice(file, "scheduler", ["static", "continuous", "chunked_prefill"]),
    launchPerLayerS: launchPerLayerS(file),
    prefillLaunchPerLayerS: quantity(file, "prefill_launch_per_layer_us", notNegative) / 1e6,
    hostPerStepS: quantity(file, "host_per_step_us", notNegative) / 1e6,
    hostPerSequenceS: quantity(file, "host_per_sequence_us", notNegative) / 1e6,
    frontEndS: quantity(file, "front_end_ms", notNegative) / 1e3,
    kernelEfficiencyRatio: quantity(file, "kernel_efficiency_ratio", efficiency),
    kernelStartUpRatio: quantity(file, "kernel_start_up_ratio", share),
    mixedDecodeAttentionFactor: quantity(file, "mixed_decode_attention_factor", slowdown),
    kvAppendMoves: quantity(file, "kv_append_moves", notNegative),
    kvRepeatedRatio: quantity(file, "kv_repeated_ratio", share),
    sampledLogitBytes: quantity(file, "sampled_logit_bytes", notNegative),
    promptLogitBytes: quantity(file, "prompt_logit_bytes", notNegative),
    nonTorchBytes: quantity(file, "non_torch_gib", notNegative) * 2 ** 30,
  };
}

function launchPerLayerS(file: Section): Seconds {
  if (choice(file, "launch", ["graph", "eager"]) === "eager") {
    return quantity(file, "launch_per_layer_us", notNegative) / 1e6;
  }
  const { launch_per_layer_us: launch } = file.values;
  if (launch === null) return 0;
  throw new Error(`${file.path}: launch_per_layer_us: expected null, as graphs are not launched`);
}
