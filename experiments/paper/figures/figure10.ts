import type { Figure } from "../cell.ts";
import { digitised, nothingPublished } from "../published.ts";
import { outputs, prompts } from "./figure2.ts";
import { type Sweep, sweepCells } from "./sweep.ts";

const common = {
  framework: "PyTorch eager",
  workload: "PG19 sweep",
  stack: "hf-eager",
} as const satisfies Partial<Sweep>;

const unread = {
  1: nothingPublished,
  8: nothingPublished,
  64: nothingPublished,
  128: nothingPublished,
};

const sweeps: readonly Sweep[] = [
  {
    ...common,
    figure: "10a",
    metric: "prefill_energy",
    over: "input",
    tokens: prompts,
    fixedTokens: 64,
    curves: unread,
  },
  {
    ...common,
    figure: "10b",
    metric: "decode_energy",
    over: "input",
    tokens: prompts,
    fixedTokens: 64,
    curves: unread,
  },
  {
    ...common,
    figure: "10c",
    metric: "total_energy",
    over: "input",
    tokens: prompts,
    fixedTokens: 64,
    curves: {
      1: digitised(
        { 1: 0.111, 8: 0.11, 64: 0.115, 1024: 0.128, 2048: 0.154, 8192: 0.294, 32768: 1.05 },
        0.05,
      ),
      8: digitised({ 128: 0.0168, 256: 0.0194, 512: 0.0238, 1024: 0.0346, 2048: 0.055 }, 0.05),
      64: digitised({ 2: 0.00265, 512: 0.0128, 1024: 0.022 }, 0.05),
      128: nothingPublished,
    },
  },
  {
    ...common,
    figure: "10c",
    metric: "total_energy",
    over: "output",
    // 64 tokens are on the curve over prompts already.
    tokens: [1, ...outputs].filter((tokens) => tokens !== 64),
    fixedTokens: 512,
    curves: {
      1: digitised({ 8: 0.0203, 32: 0.0636, 512: 1.09, 2048: 3.75 }, 0.05),
      8: digitised({ 1: 0.0059, 16: 0.0113, 256: 0.101, 512: 0.19, 2048: 1.09 }, 0.05),
      64: nothingPublished,
      128: nothingPublished,
    },
  },
];

export const figure10: Figure = {
  id: "10",
  title: "Figure 2 under PyTorch: energy over the lengths of prompts and outputs",
  setting:
    "Llama-3.1-8B, PyTorch eager, RTX A6000, PG19 cut to length, static batches. (c) over prompts " +
    "with 64 tokens out and over outputs with prompts of 512; of (a) and (b) no point is known.",
  cells: () => sweeps.flatMap(sweepCells),
};
