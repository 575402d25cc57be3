import type { ScenarioInput } from "../../scenario/schema.ts";
import { type Cell, cell, type Estimate, type Figure } from "../cell.ts";
import { batchScenario, gpus, llms, paddedWikitext, wikitext } from "../deployments.ts";
import { energyPerRequest, kwhPerExamples, savingPercent } from "../energies.ts";
import type { Laboratory } from "../laboratory.ts";
import { digitised, inferred, type Published, type PublishedAt, quoted } from "../published.ts";

type Engine = NonNullable<ScenarioInput["engine"]>;

const pair = "Llama-3.1-8B + Llama-3.2-1B draft (gamma=4)";
const pairOfText = "Llama-3.1-8B-Base + Llama-3.2-1B draft (gamma=4)";
const workload = "sampling comparison (GPU inferred A6000)";

interface Method {
  readonly framework: string;
  readonly model: string;
  readonly published: PublishedAt;
  readonly engine: Engine;
  readonly assumed: readonly string[];
}

const drafting = {
  draft: "meta-llama/Llama-3.2-1B",
  num_speculative_tokens: 4,
} as const;
/** The catalogue's rate for chat, which another pair was measured to have. */
const speculative: Engine = { speculative: { ...drafting, workload: "chat" } };
const acceptance =
  "acceptance 0.71 of each guess, as of LaMDA 137B with 2B in chat (arXiv 2211.17192)";
const parameters = "parameters of the method";

const methods: readonly Method[] = [
  {
    framework: "vLLM speculative",
    model: pair,
    published: digitised(
      {
        1: 0.0642,
        2: 0.0468,
        4: 0.0293,
        8: 0.0194,
        16: 0.0143,
        32: 0.01085,
        64: 0.01014,
        128: 0.009,
      },
      0.015,
    ),
    engine: speculative,
    assumed: [acceptance],
  },
  {
    framework: "vLLM autoregressive greedy",
    model: llms.llama.word,
    published: digitised(
      { 2: 0.057, 4: 0.0322, 8: 0.0192, 16: 0.0128, 32: 0.0095, 64: 0.00795 },
      0.02,
      { 1: inferred(0.0906, 0.02), 128: inferred(0.00716, 0.02) },
    ),
    engine: {},
    assumed: [],
  },
  {
    framework: "vLLM top-p",
    model: llms.llama.word,
    published: digitised({ 1: 0.099 }, 0.015),
    engine: { sampling: { strategy: "top_p" } },
    assumed: [parameters],
  },
  {
    framework: "vLLM temperature",
    model: llms.llama.word,
    published: digitised({ 1: 0.0839 }, 0.015),
    engine: { sampling: { strategy: "temperature" } },
    assumed: [parameters],
  },
  {
    framework: "vLLM beam search",
    model: llms.llama.word,
    published: digitised({ 1: 0.0908 }, 0.015),
    engine: {
      scheduler: "continuous",
      preemption: "swap",
      sampling: { strategy: "beam", beam_width: 2 },
    },
    assumed: ["two beams, whole prompts first as in vLLM v0"],
  },
];

const sizes = [1, 2, 4, 8, 16, 32, 64, 128] as const;

export const figure3: Figure = {
  id: "3",
  title: "Energy over batch size by how tokens are chosen, and with a draft of 1 B parameters",
  setting:
    "Llama-3.1-8B, vLLM, RTX A6000 (inferred from figure 5c), 547 tokens in and 64 out. The " +
    "acceptance of drafts is not printed: it is another pair's, from a source. No constant of " +
    "speculation or sampling was fitted.",
  cells: () => [...methods.flatMap(curve), ...quotedCells()],
};

function curve({ framework, model, published, engine, assumed }: Method): Cell[] {
  return sizes.map((batch) =>
    cell({
      figure: "3",
      series: framework,
      model,
      gpu: gpus.a6000.word,
      n_gpus_tp: 1,
      framework,
      batch,
      workload,
      metric: "gpu_energy",
      unit: kwhPerExamples,
      axis: "batch",
      published: published.get(batch),
      assumed: [paddedWikitext, ...assumed],
      simulate: (laboratory) => energyOf(laboratory, batch, engine),
    }),
  );
}

/** Drafts are accepted by chance: the mean over so many requests at least. */
const fewestRequests = 64;

async function energyOf(laboratory: Laboratory, batch: number, engine: Engine): Promise<Estimate> {
  const isDrawn = engine.speculative !== undefined;
  const draws = isDrawn ? Math.ceil(fewestRequests / batch) : 1;
  const estimates: Estimate[] = [];
  for (let draw = 0; draw < draws; draw++) {
    const scenario = { ...drawnBatch(batch, engine), ...(isDrawn ? { seed: `42/${draw}` } : {}) };
    estimates.push(energyPerRequest(await laboratory.result(scenario)));
  }
  return meanOf(estimates);
}

function drawnBatch(batch: number, engine: Engine): ScenarioInput {
  const sequences = batch * (engine.sampling?.beam_width ?? 1);
  return batchScenario({
    llm: llms.llama.id,
    gpu: gpus.a6000.id,
    stack: "vllm",
    batch,
    ...wikitext,
    engine: { ...engine, max_num_seqs: sequences },
  });
}

function meanOf(estimates: readonly Estimate[]): Estimate {
  const mean = (of: (estimate: Estimate) => number) =>
    estimates.reduce((sum, estimate) => sum + of(estimate), 0) / estimates.length;
  const value = mean((estimate) => estimate.value);
  const isKnown = estimates.every(({ interval80 }) => interval80 !== undefined);
  if (!isKnown) return { value };
  const low = mean(({ interval80 }) => interval80?.[0] ?? Number.NaN);
  const high = mean(({ interval80 }) => interval80?.[1] ?? Number.NaN);
  return { value, interval80: [low, high] };
}

function quotedCells(): Cell[] {
  const ratio = (metric: string, batch: number, published: Published, sign: 1 | -1) =>
    cell({
      figure: "3",
      series: "spec decode vs autoregressive",
      model: pairOfText,
      gpu: gpus.a6000.word,
      n_gpus_tp: 1,
      framework: "vLLM",
      batch,
      workload: "spec decode vs autoregressive",
      metric,
      unit: "%",
      published,
      assumed: [paddedWikitext, acceptance],
      simulate: async (laboratory) => {
        const plain = await energyOf(laboratory, batch, {});
        const drafted = await energyOf(laboratory, batch, speculative);
        return { value: sign * savingPercent(plain.value, drafted.value) };
      },
    });
  return [
    ratio("energy_saving", 1, quoted(29.14), 1),
    ratio("energy_increase", 128, quoted(25.65), -1),
  ];
}

/** What speculation changes in joules at a batch, under an acceptance that might have been. */
export interface AcceptanceChange {
  readonly acceptanceRatio: number;
  readonly batch: number;
  readonly changeRatio: number;
}

const acceptances = [0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.9] as const;

/** By the mean number of tokens that each check yields. */
export async function acceptanceCurve(laboratory: Laboratory): Promise<AcceptanceChange[]> {
  const changes: AcceptanceChange[] = [];
  for (const acceptanceRatio of acceptances) {
    const engine: Engine = {
      speculative: { ...drafting, acceptance_rate: acceptanceRatio, acceptance: "expected" },
    };
    for (const batch of sizes) {
      const plain = await energyOf(laboratory, batch, {});
      const drafted = energyPerRequest(await laboratory.result(drawnBatch(batch, engine)));
      changes.push({ acceptanceRatio, batch, changeRatio: drafted.value / plain.value - 1 });
    }
  }
  return changes;
}
