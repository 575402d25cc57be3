import type { MeasuredRun } from "../../measured/measuredRun.ts";
import type { Scalar } from "./scalars.ts";

/** Of what most of a serving engine's time is made, first. */
const order = [
  "gemm_factor",
  "moe_factor",
  "host_per_step_us",
  "kv_factor",
  "layer_us",
  "launch_per_layer_us",
  "host_per_sequence_us",
  "moe_layer_us",
  "front_end_ms",
  "all_reduce_factor",
  "prefill_launch_per_layer_us",
  "prefill_attention_factor",
  "gemm_start_up_us",
];

const firstTokenMetrics = ["ttft_ms", "prompt_ms", "e2e_ms"];

/**
 * At most `count` of the constants, in the order in which time depends on them: what measured figures
 * can't tell apart is better left where it is. Nothing tells of the front end but waits for first tokens.
 */
export function ofMostWeight(
  scalars: readonly Scalar[],
  { count, runs }: { readonly count: number; readonly runs: readonly MeasuredRun[] },
): Scalar[] {
  const tellsFirstToken = runs.some(({ measured }) =>
    measured.some(({ metric }) => firstTokenMetrics.includes(metric)),
  );
  const rank = ({ path }: Scalar) => order.findIndex((key) => path.includes(key));
  return scalars
    .filter(({ path }) => tellsFirstToken || !path.includes("front_end_ms"))
    .toSorted((a, b) => rank(a) - rank(b))
    .slice(0, count);
}
