import {
  type BatchShape,
  emptyCost,
  type LockstepModel,
  type StepCost,
  type StepModel,
} from "../sim/ports.ts";
import type { Seconds, Tokens, Watts } from "../sim/units.ts";
import { allReduceTimeS } from "./collectives.ts";
import type { LlmSpec } from "./llm.ts";
import type { StepConfig } from "./matrices.ts";
import { expertsBytes, expertsFlop, expertsTimeS } from "./moe.ts";
import { powerCurve, uncappedPowerW } from "./power.ts";
import type { StepPlan } from "./stepPlan.ts";
import { stepModel, type WorkOf } from "./stepTime.ts";
import { stepWork, tabled } from "./stepWork.ts";

/** Tokens of other ranks that meet the same experts. */
interface Siblings {
  tokens: Tokens;
}

/** A rank's step beside those of its siblings, as long as it would take if nobody waited. */
export interface SharingModel extends Pick<StepModel, "prefillFlop" | "windowTokens"> {
  price(shape: Readonly<BatchShape>, siblingTokens: Tokens, cost: StepCost): void;
  /** What all GPUs of a rank draw that waits in a step for another. */
  readonly waitingW: Watts;
}

/** Prices one rank, whose experts meet the tokens of all ranks. */
export function sharingModel(config: StepConfig): SharingModel {
  const siblings: Siblings = { tokens: 0 };
  const { price, ...rest } = stepModel(config, besideSiblings(siblings, config.dataParallel));
  const { gpu, calibration, governor, llm } = config;
  const power = powerCurve(gpu, llm.moe === undefined ? calibration.power : calibration.moePower);
  const waitingW = Math.min(
    power.capW,
    governor?.powerCapW ?? power.capW,
    uncappedPowerW(power, { dutyRatio: 1, mfu: 0, mbu: 0 }),
  );
  return {
    ...rest,
    waitingW: config.tensorParallel * waitingW,
    price: (shape, siblingTokens, cost) => {
      siblings.tokens = siblingTokens;
      price(shape, cost);
    },
  };
}

/** A rank's own work, and with it that of experts and collectives on the mean rank's tokens. */
function besideSiblings(siblings: Siblings, ranks: number): WorkOf {
  return (plan) => {
    const own = stepWork({
      ...plan,
      experts: undefined,
      allReduces: plan.allReduces.filter(isOwn),
    });
    const shared = sharedWork(plan, ranks);
    return (shape, work) => {
      own(shape, work);
      const tokens = shape.prefillTokens + shape.decodeTokens + siblings.tokens;
      work.busyS += shared.busyS(tokens);
      work.atPeakS += tokens * shared.atPeakSPerToken;
      work.movedBytes += shared.movedBytes(tokens);
    };
  };
}

function isOwn({ kind }: StepPlan["allReduces"][number]): boolean {
  return kind === "all-reduce";
}

/** On each GPU, of the tokens of all ranks. */
function sharedWork({ experts, allReduces }: StepPlan, ranks: number) {
  if (experts === undefined) throw new Error("invariant broken: ranks without experts in lockstep");
  const collectives = allReduces.filter((reduces) => !isOwn(reduces));
  return {
    busyS: tabled((tokens) =>
      collectives.reduce(
        (sum, reduces) => sum + allReduceTimeS(reduces, tokens / ranks),
        expertsTimeS(experts, tokens / ranks),
      ),
    ),
    movedBytes: tabled((tokens) => expertsBytes(experts, tokens / ranks)),
    atPeakSPerToken: expertsFlop(experts, 1 / ranks) / experts.peakFlopPerS,
  };
}

/** What a rank without a batch steps along with: one token, of which nothing is sampled. */
const dummyShape: Readonly<BatchShape> = {
  prefillSeqs: 0,
  prefillTokens: 0,
  prefillPairs: 0,
  prefillWindowPairs: 0,
  prefillContextTokens: 0,
  decodeSeqs: 1,
  decodeTokens: 1,
  decodeContextTokens: 1,
  decodeWindowTokens: 1,
  sampledSeqs: 0,
  swappedTokens: 0,
};

/** What the others do to a rank's step. */
interface Context {
  siblingTokens: Tokens;
  /** How long the slowest of them takes. */
  siblingsS: Seconds;
}

/** Over those of the ranks at work: what they have of ranks without a batch. */
interface Shares {
  energyRatio: number;
  mfuRatio: number;
  mbuRatio: number;
}

/**
 * All ranks step at the pace of the slowest; the others wait for it in a collective, which draws the
 * busy watts. Joules of ranks without a batch go to those that have one, in proportion to their own.
 */
export function lockstepModel(model: SharingModel, ranks: number): LockstepModel {
  const contexts: Context[] = Array.from({ length: ranks }, () => ({
    siblingTokens: 0,
    siblingsS: 0,
  }));
  const shares: Shares = { energyRatio: 1, mfuRatio: 1, mbuRatio: 1 };
  const costs = contexts.map(emptyCost);
  return {
    ranks: contexts.map((context) => rankModel(model, context, shares)),
    meet: (shapes) => {
      meetSiblings(shapes, contexts);
      Object.assign(shares, alone);
      for (const [rank, cost] of costs.entries()) {
        model.price(shapes[rank] ?? dummyShape, contexts[rank]?.siblingTokens ?? 0, cost);
      }
      for (const [rank, context] of contexts.entries()) context.siblingsS = slowestS(costs, rank);
      for (const [rank, cost] of costs.entries())
        waitFor(contexts[rank]?.siblingsS ?? 0, model, cost);
      shares.energyRatio = carriedRatio(costs, shapes, ({ energyJ }) => energyJ);
      shares.mfuRatio = carriedRatio(costs, shapes, ({ mfu }) => mfu) * atWorkRatio(shapes);
      shares.mbuRatio = carriedRatio(costs, shapes, ({ mbu }) => mbu) * atWorkRatio(shapes);
      const energyJ = costs.reduce((sum, cost) => sum + cost.energyJ, 0);
      return energyJ / (costs[0]?.durationS ?? 1) / ranks;
    },
  };
}

const alone: Shares = { energyRatio: 1, mfuRatio: 1, mbuRatio: 1 };

type Shapes = readonly (Readonly<BatchShape> | undefined)[];

function tokensOf(shape: Readonly<BatchShape> | undefined): Tokens {
  const { prefillTokens, decodeTokens } = shape ?? dummyShape;
  return prefillTokens + decodeTokens;
}

function meetSiblings(shapes: Shapes, contexts: readonly Context[]): void {
  let tokens = 0;
  for (const shape of shapes) tokens += tokensOf(shape);
  for (const [rank, context] of contexts.entries()) {
    context.siblingTokens = tokens - tokensOf(shapes[rank]);
  }
}

function slowestS(costs: readonly StepCost[], but: number): Seconds {
  let slowest = 0;
  for (const [rank, { durationS }] of costs.entries()) {
    if (rank !== but) slowest = Math.max(slowest, durationS);
  }
  return slowest;
}

function atWorkRatio(shapes: Shapes): number {
  return shapes.filter((shape) => shape !== undefined).length / shapes.length;
}

/** Of all ranks, over that of the ranks with a batch. */
function carriedRatio(
  costs: readonly StepCost[],
  shapes: Shapes,
  of: (cost: StepCost) => number,
): number {
  let all = 0;
  let atWork = 0;
  for (const [rank, cost] of costs.entries()) {
    all += of(cost);
    if (shapes[rank] !== undefined) atWork += of(cost);
  }
  return atWork > 0 ? all / atWork : 1;
}

/** The step as long as its siblings', if that is longer; false if it is not. */
function waitFor(
  siblingsS: Seconds,
  { waitingW }: Pick<SharingModel, "waitingW">,
  cost: StepCost,
): boolean {
  const ownS = cost.durationS;
  const waitS = Math.max(ownS, siblingsS) - ownS;
  if (waitS <= 0) return false;
  cost.durationS = siblingsS;
  cost.gpuBusyS += waitS;
  cost.energyJ += waitingW * waitS;
  cost.mfu *= ownS / siblingsS;
  cost.mbu *= ownS / siblingsS;
  return true;
}

function rankModel(model: SharingModel, context: Context, shares: Readonly<Shares>): StepModel {
  return {
    prefillFlop: model.prefillFlop,
    windowTokens: model.windowTokens,
    price: (shape, cost) => {
      model.price(shape, context.siblingTokens, cost);
      const waits = waitFor(context.siblingsS, model, cost);
      // Joules by sequence and by context are right as they are, to the last digit.
      if (!waits && shares.energyRatio === 1) return;
      cost.energyJ *= shares.energyRatio;
      cost.mfu *= shares.mfuRatio;
      cost.mbu *= shares.mbuRatio;
      const decodes = shape.prefillTokens === 0 && shape.decodeSeqs > 0;
      cost.energyPerContextTokenJ *= decodes ? shares.energyRatio : 0;
      const contextJ = cost.energyPerContextTokenJ * shape.decodeContextTokens;
      cost.energyPerSeqJ = decodes ? (cost.energyJ - contextJ) / shape.decodeSeqs : 0;
    },
  };
}

/** Why ranks cannot share the experts of a network; undefined if they can. */
export function dataParallelProblem(
  { id, moe }: Pick<LlmSpec, "id" | "moe">,
  {
    tensorParallel,
    dataParallel,
    expertParallel,
  }: {
    readonly tensorParallel: number;
    readonly dataParallel: number;
    readonly expertParallel: boolean;
  },
): string | undefined {
  if (moe === undefined || dataParallel === 1) return undefined;
  const gpus = tensorParallel * dataParallel;
  if (gpus > largestGroup) {
    return `the ranks of a replica share the experts of ${id} over ${gpus} GPUs: links are known for ${largestGroup} at most`;
  }
  if (expertParallel || moe.intermediateSize % gpus === 0) return undefined;
  return `${gpus} GPUs do not divide the ${moe.intermediateSize} rows of each expert of ${id}; set enable_expert_parallel to true`;
}

const largestGroup = 16;
