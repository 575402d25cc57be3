import { type Cell, cell, type Figure } from "../cell.ts";
import { batches, batchScenario, gpus, llms, paddedWikitext, wikitext } from "../deployments.ts";
import { energyPerRequest, kwhPerExamples, savingPercent } from "../energies.ts";
import { CellRefused } from "../laboratory.ts";
import { digitised, quoted } from "../published.ts";

/** As far as anybody can tell. */
const gpuWord = "not stated (magnitude ~ A100 PCIe)";
const assumed = [`${gpus.a100.id}, whose joules the figure's come nearest to`, paddedWikitext];

const curves = [
  {
    llm: llms.olmo1,
    published: digitised(
      { 1: 0.01395, 8: 0.00279, 16: 0.00191, 32: 0.00151, 128: 0.00122, 512: 0.00114 },
      0.015,
    ),
  },
  {
    llm: llms.olmoe,
    published: digitised({ 1: 0.0157, 8: 0.00403, 128: 0.0017, 256: 0.001555 }, 0.015),
  },
  {
    llm: llms.olmo7,
    published: digitised({ 1: 0.0535, 8: 0.0108, 32: 0.00577, 256: 0.0048, 512: 0.00469 }, 0.015),
  },
] as const;

export const figure4: Figure = {
  id: "4",
  title: "Energy over batch size of a mixture of experts and of dense networks",
  setting:
    "OLMo-1B, OLMoE-1B-7B (1 of 7 B parameters pass a token) and OLMo-7B under vLLM with CUDA " +
    "graphs. Neither the GPU nor the lengths are stated: A100 80 GB PCIe, 547 tokens in and 64 out.",
  cells: () => [...curves.flatMap(curve), most(), ...kernels()],
};

function curve({ llm, published }: (typeof curves)[number]): Cell[] {
  return batches.map((batch) =>
    cell({
      figure: "4",
      series: llm.word,
      model: llm.word,
      gpu: gpuWord,
      n_gpus_tp: 1,
      framework: "vLLM CUDA graphs",
      batch,
      metric: "gpu_energy",
      unit: kwhPerExamples,
      axis: "batch",
      published: published.get(batch),
      assumed,
      simulate: async (laboratory) =>
        energyPerRequest(await laboratory.result(scenario(llm.id, batch))),
    }),
  );
}

/** The text says 54.24 % without a batch; the figure has it at 16. */
function most(): Cell {
  const batch = 16;
  return cell({
    figure: "4",
    series: "OLMoE over OLMo-1B",
    model: "OLMoE-1B-7B vs OLMo-1B",
    framework: "vLLM",
    batch,
    metric: "energy_increase_max",
    unit: "%",
    published: quoted(54.24),
    assumed: [...assumed, "batch 16"],
    simulate: async (laboratory) => {
      const dense = energyPerRequest(await laboratory.result(scenario(llms.olmo1.id, batch)));
      const sparse = energyPerRequest(await laboratory.result(scenario(llms.olmoe.id, batch)));
      return { value: -savingPercent(dense.value, sparse.value) };
    },
  });
}

function kernels(): Cell[] {
  const published = [
    { batch: 1, slowdown: quoted(19.7) },
    { batch: 8, slowdown: quoted(63) },
  ];
  return published.map(({ batch, slowdown }) =>
    cell({
      figure: "4",
      series: "fused expert kernel",
      model: "OLMoE fused expert kernel vs dense GEMM",
      batch,
      metric: "kernel_slowdown",
      unit: "%",
      published: slowdown,
      simulate: () =>
        Promise.reject(
          new CellRefused("which products were timed against which is not printed", false),
        ),
    }),
  );
}

function scenario(llm: string, batch: number) {
  return batchScenario({ llm, gpu: gpus.a100.id, stack: "vllm", batch, ...wikitext });
}
