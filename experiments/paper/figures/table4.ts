import { type Cell, cell, type Figure } from "../cell.ts";
import { gpus, llms } from "../deployments.ts";
import { savingPercent } from "../energies.ts";
import { quoted } from "../published.ts";
import {
  estimateSetting,
  type PaperTrace,
  paperTraces,
  type TracedFramework,
  tracedFrameworks,
  tracedStacks,
} from "./traces.ts";

type Word = (typeof paperTraces)[number]["word"];

const excess: Readonly<Record<Word, Readonly<Record<TracedFramework, number>>>> = {
  BurstGPT: { "PyTorch eager": 506.52, "vLLM CUDA graphs": 63.75 },
  "Azure Code": { "PyTorch eager": 102.79, "vLLM CUDA graphs": 26.59 },
  "Azure Conversation": { "PyTorch eager": 490.23, "vLLM CUDA graphs": 64.22 },
};
/** The abstract rounds the first. */
const savings: Readonly<Record<Word, number>> = {
  BurstGPT: 73,
  "Azure Code": 37.58,
  "Azure Conversation": 72.18,
};

const { word: gpu } = gpus.a6000;
const { word: model } = llms.llama;

export const table4: Figure = {
  id: "T4",
  title: "Energy of three traces over the idealised baseline, and what vLLM saves against PyTorch",
  setting:
    "As figure 1: by bins of lengths, over 2 FLOPs a parameter and binned token at 309.7 TFLOP/s " +
    `(the peak with sparsity) and 300 W. ${estimateSetting}`,
  cells: () => [
    ...paperTraces.flatMap((trace) =>
      tracedFrameworks.map((framework) =>
        excessCell(trace, framework, excess[trace.word][framework]),
      ),
    ),
    ...paperTraces.map((trace) => savingCell(trace, savings[trace.word])),
  ],
};

function excessCell(trace: PaperTrace, framework: TracedFramework, value: number): Cell {
  return cell({
    figure: "T4",
    series: framework,
    model,
    gpu,
    n_gpus_tp: 1,
    framework,
    workload: `${trace.word} offline (binned)`,
    metric: "energy_excess_over_theoretical",
    unit: "%",
    published: quoted(value),
    simulate: async (laboratory) => {
      const { dataset } = trace;
      const estimate = await laboratory.estimate({ dataset, stack: tracedStacks[framework] });
      return { value: -savingPercent(estimate.sparsePeakJ, estimate.binnedJ) };
    },
  });
}

function savingCell({ dataset, word }: PaperTrace, value: number): Cell {
  return cell({
    figure: "T4",
    series: "vLLM against PyTorch",
    model,
    gpu,
    n_gpus_tp: 1,
    framework: "vLLM graphs vs PyTorch eager",
    workload: `${word} offline`,
    metric: "energy_saving",
    unit: "%",
    published: quoted(value),
    simulate: async (laboratory) => {
      const before = await laboratory.estimate({ dataset, stack: "hf-eager" });
      const after = await laboratory.estimate({ dataset, stack: "vllm" });
      return { value: savingPercent(before.binnedJ, after.binnedJ) };
    },
  });
}
