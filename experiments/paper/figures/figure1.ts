import { datasetById } from "../../../workloads/datasets.ts";
import { type Cell, cell, type Figure } from "../cell.ts";
import { gpus, llms } from "../deployments.ts";
import { savingPercent } from "../energies.ts";
import type { Laboratory } from "../laboratory.ts";
import { quoted, read } from "../published.ts";
import { estimateSetting, type PaperTrace, paperTraces, tracedStacks } from "./traces.ts";

const joulesPerKwh = 3.6e6;

const frameworks = ["theoretical", "PyTorch eager", "vLLM CUDA graphs"] as const;
type Framework = (typeof frameworks)[number];

/** kWh of each whole trace. */
const published: Readonly<Record<(typeof paperTraces)[number]["word"], Record<Framework, number>>> =
  {
    BurstGPT: { theoretical: 6.2, "PyTorch eager": 37.6, "vLLM CUDA graphs": 10.2 },
    "Azure Code": { theoretical: 260.5, "PyTorch eager": 529, "vLLM CUDA graphs": 330 },
    "Azure Conversation": { theoretical: 305, "PyTorch eager": 1800, "vLLM CUDA graphs": 501 },
  };

export const figure1: Figure = {
  id: "1",
  title: "Energy of three whole traces: idealised, under PyTorch, under vLLM",
  setting: `Llama-3.1-8B offline on one RTX A6000, by bins of lengths. ${estimateSetting}`,
  cells: () => [
    ...paperTraces.flatMap((trace) =>
      frameworks.map((framework) => traceCell(trace, framework, published[trace.word][framework])),
    ),
    bestCase(),
  ],
};

/** In the words of the introduction: how near to the ideal an optimised deployment comes. */
function bestCase(): Cell {
  return cell({
    figure: "1",
    series: "vLLM, best case",
    model: llms.llama.word,
    gpu: gpus.a6000.word,
    framework: "vLLM",
    workload: "best case (Azure Code)",
    metric: "energy_excess_over_theoretical",
    unit: "%",
    published: quoted(26.6),
    simulate: async (laboratory) => {
      const asked = { dataset: "azure-code-paper", stack: "vllm" } as const;
      const { sparsePeakJ, binnedJ } = await laboratory.estimate(asked);
      return { value: -savingPercent(sparsePeakJ, binnedJ) };
    },
  });
}

function traceCell(trace: PaperTrace, framework: Framework, value: number): Cell {
  return cell({
    figure: "1",
    series: framework,
    model: llms.llama.word,
    gpu: gpus.a6000.word,
    n_gpus_tp: 1,
    framework,
    workload: `${trace.word} full trace offline`,
    metric: "gpu_energy_total",
    unit: "kWh",
    published: read(value, 0.02),
    assumed: ["requests drawn from the trace's law, their number from the source of the data set"],
    simulate: async (laboratory) => {
      const { perRequestJ } = await estimated(laboratory, trace, framework);
      return { value: (perRequestJ * requestsOf(trace)) / joulesPerKwh };
    },
  });
}

async function estimated(laboratory: Laboratory, { dataset }: PaperTrace, framework: Framework) {
  const stack = framework === "theoretical" ? "vllm" : tracedStacks[framework];
  const { requests, sparsePeakJ, binnedJ } = await laboratory.estimate({ dataset, stack });
  return { perRequestJ: (framework === "theoretical" ? sparsePeakJ : binnedJ) / requests };
}

function requestsOf({ dataset }: PaperTrace): number {
  const entry = datasetById(dataset);
  if (entry === undefined) throw new Error(`invariant broken: no data set ${dataset}`);
  return entry.summary.requests;
}
