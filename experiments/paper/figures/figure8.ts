import { type Cell, cell, type Estimate, type Figure } from "../cell.ts";
import { batches, batchScenario, type Framework, frameworks, gpus, llms } from "../deployments.ts";
import { energyPerRequest, kwhPerExamples } from "../energies.ts";
import { CellRefused, type Laboratory } from "../laboratory.ts";
import { read } from "../published.ts";
import { type Task, tasks } from "./tasks.ts";

/** As plotted, the paper's best batch of each. */
const published: Readonly<
  Record<string, Readonly<Record<"PyTorch eager" | "vLLM CUDA graphs", number>>>
> = {
  "Wikitext-2": { "PyTorch eager": 0.0131, "vLLM CUDA graphs": 0.0069 },
  IMDB: { "PyTorch eager": 0.0404, "vLLM CUDA graphs": 0.0053 },
  "CNN-DM": { "PyTorch eager": 0.0557, "vLLM CUDA graphs": 0.0267 },
  "WMT-14": { "PyTorch eager": 0.0134, "vLLM CUDA graphs": 0.0064 },
};

const compared = ["PyTorch eager", "vLLM CUDA graphs"] as const;

export const figure8: Figure = {
  id: "8",
  title: "Energy of four tasks under PyTorch and vLLM, each at its best batch",
  setting:
    "Llama-3.1-8B, RTX A6000; every prompt padded to the longest of its task (Table 3). The best of " +
    "the batches that fit is not named: it is the cheapest here.",
  cells: () => tasks.flatMap((task) => compared.map((framework) => best(task, framework))),
};

function best(task: Task, framework: (typeof compared)[number]): Cell {
  const value = published[task.inFigure8]?.[framework];
  return cell({
    figure: "8",
    series: framework,
    model: llms.llama.word,
    gpu: gpus.a6000.word,
    n_gpus_tp: 1,
    framework: `${framework} (best batch)`,
    output_tokens: task.outputTokens,
    workload: task.inFigure8,
    metric: "gpu_energy",
    unit: kwhPerExamples,
    published: value === undefined ? undefined : read(value, 0.01),
    assumed: [`prompts padded to ${task.maxTokens} tokens`],
    simulate: (laboratory) => cheapest(laboratory, task, framework),
  });
}

async function cheapest(
  laboratory: Laboratory,
  task: Task,
  framework: Framework,
): Promise<Estimate> {
  const estimates: Estimate[] = [];
  for (const batch of batches) {
    const estimate = await padded(laboratory, { task, framework, batch }).catch((error) => {
      if (error instanceof CellRefused && error.outOfMemory) return undefined;
      throw error;
    });
    if (estimate !== undefined) estimates.push(estimate);
  }
  const [first] = estimates.toSorted((a, b) => a.value - b.value);
  if (first === undefined) throw new CellRefused("no batch fits", true);
  return first;
}

interface PaddedBatch {
  readonly task: Task;
  readonly framework: Framework;
  readonly batch: number;
}

/** One batch of prompts that all are as long as the longest of their task. */
export async function padded(
  laboratory: Laboratory,
  { task, framework, batch }: PaddedBatch,
): Promise<Estimate> {
  const { maxTokens: inputTokens, outputTokens } = task;
  const stack = frameworks[framework];
  const { a6000 } = gpus;
  return energyPerRequest(
    await laboratory.result(
      batchScenario({ llm: llms.llama.id, gpu: a6000.id, stack, batch, inputTokens, outputTokens }),
    ),
  );
}
