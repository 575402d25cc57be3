import type { ScenarioInput } from "../../scenario/schema.ts";
import { type Cell, cell, type Figure } from "../cell.ts";
import { batches, batchScenario, gpus, llms, paddedWikitext, wikitext } from "../deployments.ts";
import { energyPerRequest, savingPercent } from "../energies.ts";
import { type PublishedAt, read } from "../published.ts";

/** Read to 0.1 points: a share of such small figures would mislead. */
function points(values: Readonly<Record<number, number>>): PublishedAt {
  return new Map(
    Object.entries(values).map(([batch, value]) => [
      Number(batch),
      read(value, 0.1 / Math.abs(value)),
    ]),
  );
}

const curves = [
  { gpu: gpus.a100, published: points({ 8: -3.8, 128: -0.2, 512: 2.6 }) },
  { gpu: gpus.ada, published: points({ 1: -12.4, 8: -1.2, 64: 5.5, 128: 4.4 }) },
  { gpu: gpus.a6000, published: points({ 1: -11.25, 8: 2.8, 256: 6.3 }) },
] as const;

export const figure9: Figure = {
  id: "9",
  title: "What serving online saves against batches offline",
  setting:
    "Llama-3.1-8B, vLLM with CUDA graphs, 547 tokens in and 64 out. Offline: one full batch. Online: " +
    "as many users as the batch holds, each of whom asks anew when answered.",
  cells: () => curves.flatMap(curve),
};

function curve({ gpu, published }: (typeof curves)[number]): Cell[] {
  return batches.map((batch) => {
    const offline = batchScenario({
      llm: llms.llama.id,
      gpu: gpu.id,
      stack: "vllm",
      batch,
      ...wikitext,
    });
    return cell({
      figure: "9",
      series: gpu.word,
      model: llms.llama.word,
      gpu: gpu.word,
      n_gpus_tp: 1,
      framework: "vLLM online(continuous) vs offline",
      batch,
      metric: "energy_reduction_online_vs_offline",
      unit: "%",
      axis: "batch",
      published: published.get(batch),
      assumed: [paddedWikitext, "a closed loop of `batch` users"],
      simulate: async (laboratory) => {
        const before = energyPerRequest(await laboratory.result(offline));
        const after = energyPerRequest(await laboratory.result(online(offline, batch)));
        return { value: savingPercent(before.value, after.value) };
      },
    });
  });
}

/** Enough rounds that the first and the last, which are like a batch, count little. */
function online(offline: ScenarioInput, batch: number): ScenarioInput {
  return {
    ...offline,
    workload: {
      ...offline.workload,
      arrivals: { kind: "closed_loop", concurrency: batch },
      num_requests: Math.max(32, 8 * batch),
    },
  };
}
