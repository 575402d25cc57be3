import type { Figure } from "../cell.ts";
import { nothingPublished } from "../published.ts";
import { outputs, prompts } from "./figure2.ts";
import { type Sweep, sweepCells } from "./sweep.ts";

const common = {
  framework: "vLLM",
  workload: "PG19 sweep",
  stack: "vllm",
  curves: {
    1: nothingPublished,
    8: nothingPublished,
    64: nothingPublished,
    128: nothingPublished,
  },
} as const satisfies Partial<Sweep>;

const sweeps: readonly Sweep[] = [
  {
    ...common,
    figure: "11a",
    metric: "prefill_energy",
    over: "input",
    tokens: prompts,
    fixedTokens: 8,
  },
  {
    ...common,
    figure: "11b",
    metric: "decode_energy",
    over: "input",
    tokens: prompts,
    fixedTokens: 8,
  },
  {
    ...common,
    figure: "11c",
    metric: "decode_energy",
    over: "output",
    tokens: outputs,
    fixedTokens: 64,
  },
];

export const figure11: Figure = {
  id: "11",
  title: "Figure 2 with short outputs and short prompts",
  setting:
    "Llama-3.1-8B, vLLM, RTX A6000, PG19 cut to length: (a) and (b) over prompts with 8 tokens out, " +
    "(c) over outputs with prompts of 64. No point of it is known.",
  cells: () => sweeps.flatMap(sweepCells),
};
