import { llmById } from "../../models/llmCatalogue.ts";
import { SimulationError } from "../../sim/assert.ts";
import type { RunTotals } from "../../sim/totals.ts";
import type { Joules } from "../../sim/units.ts";
import { at } from "../../workloads/at.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import { binnedEnergyJ, type LengthBin } from "../../workloads/paperBinning.ts";
import { batchEnergyJ, fittingBatch, offlineTotals } from "../binning.ts";
import { type Composition, compose } from "../scenario/compose.ts";
import { loadObject } from "../scenario/load.ts";
import type { ScenarioInput } from "../scenario/schema.ts";
import { gpus, llms } from "./deployments.ts";
import { memory } from "./memory.ts";
import { countedLengths, paperBins } from "./paperBins.ts";

/** The joules of the same requests by several reckonings, offline on one RTX A6000. */
export interface WorkloadEstimate {
  readonly requests: number;
  /** Peak FLOP/s at TDP for 2 FLOPs a parameter and binned token: the paper's peak, with sparsity. */
  readonly sparsePeakJ: Joules;
  /** The same on the dense peak, and on it without rounding lengths up. */
  readonly densePeakJ: Joules;
  readonly unbinnedPeakJ: Joules;
  /** The paper's own: full batches of rounded lengths. */
  readonly binnedJ: Joules;
  /** The requests as they come. */
  readonly direct: DirectRun;
}

export interface DirectRun {
  readonly energyJ: Joules;
  /** Padding, finished slots and recomputation. */
  readonly wastedJ: Joules;
  /** Of a static batch, the largest of the powers of two that never runs out of memory. */
  readonly batch: number;
}

/** Footnote 5: RTX A6000's peak with sparsity, twice the dense one, at 300 W. */
const tdpW = 300;
const sparseFlopPerS = 309.7e12;
const denseFlopPerS = 154.8e12;

interface Asked {
  readonly stack: "vllm" | "hf-eager";
  readonly columns: TraceColumns;
}

/** Prices each bin of a stack once, however many workloads have it. */
export function workloadEstimates(): (asked: Asked) => WorkloadEstimate {
  const pricing = memory(pricedBins);
  return ({ stack, columns }) => {
    const counted = countedLengths(columns);
    const bins = paperBins(counted);
    const priced = pricing(stack);
    const { totalJ } = binnedEnergyJ(bins, {
      batch: (bin) => priced(bin).batch,
      batchEnergyJ: (bin) => priced(bin).energyJ,
    });
    const binnedTokens = bins.reduce(
      (sum, { inputTokens, outputTokens, requests }) =>
        sum + (inputTokens + outputTokens) * requests,
      0,
    );
    const tokens = sumOf(counted.promptTokens) + sumOf(counted.outputTokens);
    return {
      requests: counted.promptTokens.length,
      sparsePeakJ: peakJ(binnedTokens, sparseFlopPerS),
      densePeakJ: peakJ(binnedTokens, denseFlopPerS),
      unbinnedPeakJ: peakJ(tokens, denseFlopPerS),
      binnedJ: totalJ,
      direct: directRun(stack, counted),
    };
  };
}

/** E_optimal = TDP / FLOPS x FLOPs. */
function peakJ(tokens: number, peakFlopPerS: number): Joules {
  const parameters = llmById(llms.llama.id)?.parameters.total;
  if (parameters === undefined) throw new Error(`invariant broken: no ${llms.llama.id}`);
  return (tdpW / peakFlopPerS) * 2 * parameters * tokens;
}

/** The largest batches of figure 5 on this card are 128 of PyTorch and 256 of vLLM. */
const mostSeqs = { "hf-eager": 128, vllm: 256 } as const;

function pricedBins(stack: Asked["stack"]) {
  const composed = deployed(stack, mostSeqs[stack]);
  return memory(
    ({ inputTokens, outputTokens }: Pick<LengthBin, "inputTokens" | "outputTokens">) => {
      const bin = { inputTokens, outputTokens, requests: 1 };
      const batch = powerOfTwoBelow(fittingBatch(composed, bin));
      return { batch, energyJ: batch === 0 ? 0 : batchEnergyJ(composed, bin, batch) };
    },
  );
}

/** The paper's sweep goes over powers of two. */
function powerOfTwoBelow(batch: number): number {
  return batch < 1 ? 0 : 2 ** Math.floor(Math.log2(batch));
}

function deployed(stack: Asked["stack"], batch: number): Composition {
  const limit = stack === "vllm" ? { max_num_seqs: batch } : { batch_size: batch };
  const scenario: ScenarioInput = {
    llm: llms.llama.id,
    cluster: { gpu: gpus.a6000.id },
    engine: { stack, ...limit },
    workload: {
      arrivals: { kind: "all_at_once" },
      lengths: { input: { kind: "fixed", tokens: 1 }, output: { kind: "fixed", tokens: 1 } },
      num_requests: 1,
    },
  };
  return compose(loadObject(scenario, "."));
}

/** As they come, all there at once. */
function directRun(stack: Asked["stack"], counted: ReturnType<typeof countedLengths>): DirectRun {
  for (let batch: number = mostSeqs[stack]; batch >= 1; batch /= 2) {
    const totals = replayed(deployed(stack, batch), counted);
    if (totals === undefined) continue;
    const { gpuJ: energyJ, wastedJ } = totals.energy;
    return { energyJ, wastedJ, batch };
  }
  throw new Error("invariant broken: not even one request fits");
}

/** undefined where a static batch doesn't fit. */
function replayed(
  composed: Composition,
  { promptTokens, outputTokens }: ReturnType<typeof countedLengths>,
): RunTotals | undefined {
  let row = 0;
  const next = () => {
    const asked = { promptTokens: at(promptTokens, row), outputTokens: at(outputTokens, row) };
    row++;
    return asked;
  };
  try {
    return offlineTotals(composed, { next, requests: promptTokens.length });
  } catch (error) {
    if (error instanceof SimulationError) return undefined;
    throw error;
  }
}

function sumOf(column: Uint32Array): number {
  return column.reduce((sum, tokens) => sum + tokens, 0);
}
