import type { Result } from "../../report/result.ts";
import { type Cell, cell, type Figure } from "../cell.ts";
import { batches, batchScenario, gpus, llms, paddedWikitext, wikitext } from "../deployments.ts";
import { energyPerRequest, kwhPerExamples, savingPercent } from "../energies.ts";
import {
  digitised,
  inferred,
  nothingPublished,
  type Published,
  type PublishedAt,
  quoted,
} from "../published.ts";

interface Curve {
  readonly figure: string;
  readonly llm: (typeof llms)["llama" | "qwen"];
  readonly gpus: number;
  readonly published: PublishedAt;
}

const curves: readonly Curve[] = [
  {
    figure: "6a",
    llm: llms.llama,
    gpus: 1,
    published: digitised(
      { 1: 0.0713, 2: 0.0486, 4: 0.0274, 8: 0.0162, 32: 0.00925, 64: 0.0083, 512: 0.00794 },
      0.015,
    ),
  },
  {
    figure: "6a",
    llm: llms.llama,
    gpus: 2,
    published: digitised(
      { 1: 0.0927, 2: 0.0606, 8: 0.0202, 32: 0.012, 128: 0.00963, 256: 0.0092 },
      0.015,
    ),
  },
  {
    figure: "6a",
    llm: llms.llama,
    gpus: 4,
    published: digitised({ 1: 0.1113, 4: 0.0377, 64: 0.012, 256: 0.01075 }, 0.015),
  },
  { figure: "6b", llm: llms.qwen, gpus: 2, published: nothingPublished },
  { figure: "6b", llm: llms.qwen, gpus: 4, published: nothingPublished },
];

const shape = "the shape of Qwen2.5-32B";

export const figure6: Figure = {
  id: "6",
  title: "Energy over batch size on one, two and four GPUs",
  setting:
    "vLLM, tensor parallelism over PCIe without NVLink, RTX 6000 Ada (inferred from figure 5b), 547 " +
    "tokens in and 64 out: (a) Llama-3.1-8B, (b) a distilled Qwen of 32 B parameters.",
  cells: () => [...curves.flatMap(curve), ...[2, 4].flatMap(ratios)],
};

function curve({ figure, llm, gpus: tensorParallel, published }: Curve): Cell[] {
  return batches.map((batch) =>
    cell({
      figure,
      series: `TP ${tensorParallel}`,
      model: llm.word,
      gpu: `${gpus.ada.word} (inferred)`,
      n_gpus_tp: tensorParallel,
      framework: "vLLM",
      batch,
      output_tokens: wikitext.outputTokens,
      workload: "Wikitext-2 textgen padded (inferred)",
      metric: "gpu_energy",
      unit: kwhPerExamples,
      axis: "batch",
      published: published.get(batch),
      assumed: llm === llms.qwen ? [paddedWikitext, shape] : [paddedWikitext],
      simulate: async (laboratory) =>
        energyPerRequest(await laboratory.result(scenario(llm.id, tensorParallel, batch))),
    }),
  );
}

function scenario(llm: string, tensorParallel: number, batch: number) {
  const gpu = gpus.ada.id;
  return batchScenario({ llm, gpu, stack: "vllm", batch, tensorParallel, ...wikitext });
}

interface Ratio {
  readonly unit: string;
  readonly published: Readonly<Record<number, Published>>;
  readonly of: (alone: Result, together: Result) => number;
}

/** At batch 1 against one GPU, from the text of section 3.4. */
const compared: Readonly<Record<string, Ratio>> = {
  latency_reduction_vs_TP1: {
    unit: "%",
    published: { 2: quoted(40.16), 4: quoted(61.34) },
    of: (alone, together) => savingPercent(alone.duration_s, together.duration_s),
  },
  total_energy_increase_vs_TP1: {
    unit: "%",
    published: { 2: quoted(29.3), 4: quoted(55.23) },
    of: (alone, together) => -savingPercent(alone.energy.gpu_j, together.energy.gpu_j),
  },
  per_gpu_power_ratio_vs_TP1: {
    unit: "x",
    published: { 2: inferred(1.08), 4: inferred(1.004) },
    of: (alone, together) =>
      (together.power.per_gpu_mean_w ?? Number.NaN) / (alone.power.per_gpu_mean_w ?? Number.NaN),
  },
};

function ratios(tensorParallel: number): Cell[] {
  return Object.entries(compared).map(([metric, { unit, published, of }]) =>
    cell({
      figure: "6",
      series: `TP ${tensorParallel} against TP 1`,
      model: llms.llama.word,
      gpu: gpus.ada.word,
      n_gpus_tp: tensorParallel,
      framework: "vLLM",
      batch: 1,
      metric,
      unit,
      published: published[tensorParallel],
      assumed: [paddedWikitext],
      simulate: async (laboratory) => {
        const alone = await laboratory.result(scenario(llms.llama.id, 1, 1));
        const together = await laboratory.result(scenario(llms.llama.id, tensorParallel, 1));
        return { value: of(alone, together) };
      },
    }),
  );
}
