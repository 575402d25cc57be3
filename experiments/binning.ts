import { Simulation } from "../sim/simulation.ts";
import type { RunTotals } from "../sim/totals.ts";
import type { Joules, Tokens } from "../sim/units.ts";
import { allAtOnce } from "../workloads/arrivals/allAtOnce.ts";
import { openLoop } from "../workloads/openLoop.ts";
import {
  binnedEnergyJ,
  ceilingBins,
  type LengthBin,
  largestBatch,
} from "../workloads/paperBinning.ts";
import { UserError } from "./errors.ts";
import { type DrawOptions, drawnScenario } from "./frozenWorkload.ts";
import { runScenario } from "./run.ts";
import { type Composition, compose } from "./scenario/compose.ts";
import { type LoadedScenario, loadScenario } from "./scenario/load.ts";
import { refusePools } from "./scenario/pools.ts";
import { blame } from "./scenario/problems.ts";

/** A bin is priced as a batch on one engine, which ranks that share experts are not. */
function refuseLockstep({ places }: LoadedScenario, { simulation }: Composition): void {
  if (simulation.lockstep === undefined) return;
  throw new UserError({
    ...blame(["cluster", "data_parallel_size"], places),
    message: "the estimate by bins is of one batch at a time, not of ranks that step together",
    hint: "set it to 1, and cluster.tensor_parallel_size to what holds the network",
  });
}

interface PricedBin {
  /** The lengths that each of its requests counts with. */
  readonly input_tokens: Tokens;
  readonly output_tokens: Tokens;
  readonly requests: number;
  /** B(I*, O*); 0 where not one such request fits. */
  readonly batch: number;
  /** Of one full batch, simulated; null where none fits. */
  readonly batch_j: Joules | null;
  /** N / B of them. */
  readonly gpu_j: Joules | null;
}

export interface BinningReport {
  readonly gpu_j: Joules;
  /** Requests of bins that fit no replica, whose joules are missing. */
  readonly unfit_requests: number;
  /** The same requests on the same deployment, as they come. */
  readonly direct: { readonly gpu_j: Joules; readonly idle_j: Joules; readonly wasted_j: Joules };
  /** The estimate over the simulation. */
  readonly ratio: number;
  readonly bins: readonly PricedBin[];
}

/**
 * The joules of a scenario's requests as arXiv 2504.17674 estimates them, from full batches of rounded
 * lengths, beside those of their simulation.
 * @throws UserError where the scenario's requests depend on when others are answered.
 */
export async function binningOf(path: string, options: DrawOptions): Promise<BinningReport> {
  const { columns } = drawnScenario(path, options);
  const loaded = loadScenario(path, options);
  refusePools(loaded, "the estimate by bins");
  const composed = compose(loaded);
  refuseLockstep(loaded, composed);
  const priced = ceilingBins(columns).map((bin) => pricedBin(composed, bin));
  const { totalJ, unfitRequests } = binnedEnergyJ(
    priced.map(({ bin }) => bin),
    {
      batch: (bin) => pricedAs(priced, bin).batch,
      batchEnergyJ: (bin) => pricedAs(priced, bin).batchJ ?? 0,
    },
  );
  const { energy } = await runScenario(loaded);
  const { idle: idle_j, wasted: wasted_j } = energy.by_phase_j;
  return {
    gpu_j: totalJ,
    unfit_requests: unfitRequests,
    direct: { gpu_j: energy.gpu_j, idle_j, wasted_j },
    ratio: totalJ / energy.gpu_j,
    bins: priced.map(({ bin, batch, batchJ }) => ({
      input_tokens: bin.inputTokens,
      output_tokens: bin.outputTokens,
      requests: bin.requests,
      batch,
      batch_j: batchJ ?? null,
      gpu_j: batchJ === undefined ? null : (bin.requests / batch) * batchJ,
    })),
  };
}

interface Priced {
  readonly bin: LengthBin;
  readonly batch: number;
  readonly batchJ: Joules | undefined;
}

function pricedBin(composed: Composition, bin: LengthBin): Priced {
  const batch = fittingBatch(composed, bin);
  return { bin, batch, batchJ: batch === 0 ? undefined : batchEnergyJ(composed, bin, batch) };
}

function pricedAs(priced: readonly Priced[], bin: LengthBin): Priced {
  const found = priced.find((entry) => entry.bin === bin);
  if (found === undefined) throw new Error("invariant broken: a bin without a price");
  return found;
}

/** What fits one replica at once, and what its scheduler takes at once at most. */
export function fittingBatch({ limits, simulation }: Composition, bin: LengthBin): number {
  const { kvBlocks, watermarkBlocks, maxModelLen, maxPromptTokens, maxSeqs, scheduler } = limits;
  const [replica] = simulation.replicas;
  if (replica === undefined || bin.inputTokens + bin.outputTokens > maxModelLen) return 0;
  const prefilled =
    scheduler === "static"
      ? Math.floor(maxPromptTokens / bin.inputTokens)
      : Number.POSITIVE_INFINITY;
  return largestBatch(bin, {
    kvBlocks: kvBlocks - watermarkBlocks,
    blockSize: replica.blockSize,
    mostSeqs: Math.min(maxSeqs, prefilled),
  });
}

export function batchEnergyJ(composed: Composition, bin: LengthBin, requests: number): Joules {
  const asked = { promptTokens: bin.inputTokens, outputTokens: bin.outputTokens };
  return offlineTotals(composed, { next: () => asked, requests }).energy.gpuJ;
}

interface Offline {
  readonly next: () => { readonly promptTokens: Tokens; readonly outputTokens: Tokens };
  readonly requests: number;
}

/** All requests at once, on one replica of the deployment. */
export function offlineTotals({ simulation }: Composition, { next, requests }: Offline): RunTotals {
  const { replicas, frontEndS } = simulation;
  const lengths = { next, promptCuts: 0, outputCuts: 0 };
  return new Simulation({
    source: openLoop({ arrivals: allAtOnce(), lengths, requests }),
    replicas: replicas.slice(0, 1),
    router: () => 0,
    frontEndS,
  }).run();
}
