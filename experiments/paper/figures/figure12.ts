import type { ScenarioInput } from "../../scenario/schema.ts";
import { type Cell, cell, type Figure } from "../cell.ts";
import { batches, gpus, llms } from "../deployments.ts";
import { energyPerRequest, kwhPerExamples } from "../energies.ts";
import { padded } from "./figure8.ts";
import { type Task, tasks } from "./tasks.ts";

export const figure12: Figure = {
  id: "12",
  title: "Energy of four tasks over batch size",
  setting:
    "Llama-3.1-8B, RTX A6000 (as figure 8). PyTorch: prompts as drawn from each task, padded to the " +
    "longest of their batch. vLLM: padded to the longest of the task. No point of it is known.",
  cells: () => tasks.flatMap((task) => [...pytorch(task), ...vllm(task)]),
};

function pytorch(task: Task): Cell[] {
  return batches.map((batch) =>
    ofTask(task, {
      framework: "PyTorch eager",
      batch,
      assumed: ["prompts padded to the longest of their batch"],
      simulate: async (laboratory) =>
        energyPerRequest(await laboratory.result(staticBatches(task, batch))),
    }),
  );
}

function vllm(task: Task): Cell[] {
  return batches.map((batch) =>
    ofTask(task, {
      framework: "vLLM CUDA graphs",
      batch,
      assumed: [`prompts padded to ${task.maxTokens} tokens`],
      simulate: (laboratory) => padded(laboratory, { task, framework: "vLLM CUDA graphs", batch }),
    }),
  );
}

function ofTask(
  task: Task,
  { framework, ...own }: Pick<Cell, "batch" | "assumed" | "simulate"> & { framework: string },
): Cell {
  return cell({
    figure: "12",
    series: `${task.inFigure12}, ${framework}`,
    model: llms.llama.word,
    gpu: gpus.a6000.word,
    n_gpus_tp: 1,
    framework,
    output_tokens: task.outputTokens,
    workload: task.inFigure12,
    metric: "gpu_energy_median",
    axis: "batch",
    unit: kwhPerExamples,
    ...own,
  });
}

/** How long the longest of a batch is, is chance: so many requests at least. */
const fewestRequests = 256;

function staticBatches({ dataset }: Task, batch: number): ScenarioInput {
  const law = { kind: "empirical", dataset } as const;
  return {
    llm: llms.llama.id,
    cluster: { gpu: gpus.a6000.id },
    engine: { stack: "hf-eager", batch_size: batch },
    workload: {
      arrivals: { kind: "all_at_once" },
      lengths: { input: law, output: law },
      num_requests: Math.max(fewestRequests, 2 * batch),
    },
  };
}
