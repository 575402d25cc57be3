import type { MeasuredRun } from "../../../experiments/measured/measuredRun.ts";

/** A batch of Llama-3.1-8B on an L40S, to be measured. */
export function ownBatch(size: number, tokens: { input: number; output: number }): MeasuredRun {
  return {
    id: `own/${size}/${tokens.input}`,
    suite: "own",
    architecture: "one",
    isMoe: false,
    precision: "bf16",
    scenario: {
      llm: "meta-llama/Llama-3.1-8B",
      cluster: { gpu: "L40S" },
      engine: { stack: "vllm" },
      workload: {
        arrivals: { kind: "all_at_once" },
        lengths: {
          input: { kind: "fixed", tokens: tokens.input },
          output: { kind: "fixed", tokens: tokens.output },
        },
        num_requests: size,
      },
    },
    measured: [
      { metric: "tpot_ms", value: 1 },
      { metric: "per_gpu_w", value: 1 },
    ],
    source: "made up",
    kind: "measured",
  };
}
