import { type Cell, cell, type Estimate } from "../cell.ts";
import { type Batch, batchScenario, gpus, llms } from "../deployments.ts";
import { differenceOf, energyPerRequest, kwhPerExamples } from "../energies.ts";
import type { Laboratory } from "../laboratory.ts";
import type { PublishedAt } from "../published.ts";

/** Energy of one kind over the length of prompts or of outputs, a curve for each batch size. */
export interface Sweep {
  readonly figure: string;
  /** The paper's words. */
  readonly framework: string;
  readonly workload: string;
  readonly stack: string;
  readonly metric: keyof typeof energies;
  readonly over: "input" | "output";
  readonly tokens: readonly number[];
  /** Of the other side. */
  readonly fixedTokens: number;
  readonly curves: Readonly<Record<number, PublishedAt>>;
  readonly assumed?: readonly string[];
}

/** Powers of two, both ends included. */
export function powersOfTwo(from: number, to: number): number[] {
  const powers: number[] = [];
  for (let tokens = from; tokens <= to; tokens *= 2) powers.push(tokens);
  return powers;
}

/** Each batch once more with one token out is the prefill; what that leaves is decoding. */
const energies = {
  prefill_energy: async (laboratory: Laboratory, run: Batch) =>
    energyPerRequest(await laboratory.result(batchScenario({ ...run, outputTokens: 1 }))),
  decode_energy: async (laboratory: Laboratory, run: Batch): Promise<Estimate> =>
    differenceOf(
      await laboratory.result(batchScenario(run)),
      await laboratory.result(batchScenario({ ...run, outputTokens: 1 })),
    ),
  total_energy: async (laboratory: Laboratory, run: Batch) =>
    energyPerRequest(await laboratory.result(batchScenario(run))),
} as const;

export function sweepCells(sweep: Sweep): Cell[] {
  return Object.entries(sweep.curves).flatMap(([batch, published]) =>
    sweep.tokens.map((tokens) => sweepCell(sweep, { batch: Number(batch), tokens, published })),
  );
}

interface Place {
  readonly batch: number;
  readonly tokens: number;
  readonly published: PublishedAt;
}

function sweepCell(sweep: Sweep, { batch, tokens, published }: Place): Cell {
  const { figure, framework, workload, stack, metric, over, fixedTokens, assumed = [] } = sweep;
  const inputTokens = over === "input" ? tokens : fixedTokens;
  const outputTokens = over === "output" ? tokens : fixedTokens;
  const { llama } = llms;
  const run = { llm: llama.id, gpu: gpus.a6000.id, stack, batch, inputTokens, outputTokens };
  return cell({
    figure,
    series: `batch ${batch}`,
    model: llama.word,
    gpu: gpus.a6000.word,
    n_gpus_tp: 1,
    framework,
    batch,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    workload,
    metric,
    unit: kwhPerExamples,
    axis: `${over}_tokens`,
    published: published.get(tokens),
    assumed,
    simulate: (laboratory) => energies[metric](laboratory, run),
  });
}
