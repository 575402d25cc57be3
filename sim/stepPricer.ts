import { assert, broken } from "./assert.ts";
import { type BatchShape, emptyCost, emptyShape, type StepCost } from "./ports.ts";
import { describePrefill } from "./prefill.ts";
import type { Replica } from "./replica.ts";
import { MixedStepSplit } from "./shapley.ts";
import { priceMixedStep, priceRun, type StepRun } from "./stepRun.ts";

/** The most that a run's step may outlast its first one, and that its context may grow: they bound
 * the error of the closed form, which the law on macro-steps measures. */
const maxGrowthRatio = 0.1;
const maxContextGrowthRatio = 0.1;

/**
 * Where a step is written down while it is priced. All replicas share one: what each of a thousand
 * keeps for itself doesn't fit into a core's cache.
 */
export class PricingScratch {
  readonly shape = emptyShape();
  readonly first = emptyCost();
  readonly middle = emptyCost();
  readonly last = emptyCost();
  readonly split = new MixedStepSplit();
}

export interface PricingOptions {
  /** False: one step at a time. */
  readonly macroSteps: boolean;
  readonly scratch: PricingScratch;
}

/** Prices what a replica does next: one step that prefills, or as many decode steps as stay alike. */
export class StepPricer {
  readonly #replica: Replica;
  readonly #macroSteps: boolean;
  readonly #shape: BatchShape;
  readonly #first: StepCost;
  readonly #middle: StepCost;
  readonly #last: StepCost;
  readonly #split: MixedStepSplit;

  constructor(replica: Replica, { macroSteps, scratch }: PricingOptions) {
    this.#shape = scratch.shape;
    this.#first = scratch.first;
    this.#middle = scratch.middle;
    this.#last = scratch.last;
    this.#split = scratch.split;
    this.#replica = replica;
    this.#macroSteps = macroSteps;
  }

  /** Sets the run's steps and prices; its sequences and its start are set already. */
  price(run: StepRun): void {
    if (this.#replica.chunks.length > 0) this.#priceMixedStep(run);
    else this.#priceDecodeRun(run);
  }

  #priceMixedStep(run: StepRun): void {
    const replica = this.#replica;
    const { stepModel } = replica.config;
    const cost = this.#first;
    describeStep(replica, this.#shape);
    stepModel.price(this.#shape, cost);
    checkCost(cost);
    run.steps = 1;
    const prefillJ = this.#split.prefillJ(stepModel, this.#shape, cost);
    priceMixedStep(run, cost, prefillJ, this.#split.decodeAlone);
  }

  #priceDecodeRun(run: StepRun): void {
    const replica = this.#replica;
    describePrefill(this.#shape, replica.chunks, 0);
    this.#shape.swappedTokens = replica.swap.movedTokens;
    this.#priceDecodeStep(0, this.#first);
    checkCost(this.#first);
    checkShares(this.#shape, this.#first);
    run.steps = this.#macroSteps ? this.#longestRun() : 1;
    assert(run.steps >= 1, "a decode step without KV blocks");
    if (run.steps > 1) this.#shortenToSmooth(run);
    if (run.steps === 1) {
      priceRun(run, this.#first, this.#first, this.#first);
      return;
    }
    this.#priceDecodeStep((run.steps - 1) >> 1, this.#middle);
    priceRun(run, this.#first, this.#middle, this.#last);
  }

  #longestRun(): number {
    const { decode, kv, step, hasPreempted, swap, speculator } = this.#replica;
    // A step that preempts admits nobody, the next one may; a swap delays one step only; and with
    // speculation each sequence gains tokens of its own number.
    if (hasPreempted || swap.movedTokens > 0 || speculator !== undefined) return 1;
    const growth = Math.floor((maxContextGrowthRatio * decode.contextTokens) / decode.seqs);
    const limit = Math.max(1, Math.min(decode.stepsToNextChange(step), growth));
    return kv.stepsThatFit(step, limit);
  }

  /** Leaves #last at the last step of a run within one regime whose steps grow little. */
  #shortenToSmooth(run: StepRun): void {
    const first = this.#first;
    const last = this.#last;
    // The growth is cut to size at once and the regime halves the run, so few rounds are needed.
    while (run.steps > 1) {
      this.#priceDecodeStep(run.steps - 1, last);
      const growthRatio = last.durationS / first.durationS - 1;
      if (growthRatio > maxGrowthRatio) {
        const fitting = Math.floor(((run.steps - 1) * maxGrowthRatio) / growthRatio) + 1;
        run.steps = Math.min(run.steps - 1, fitting);
      } else if (last.regime !== first.regime) run.steps >>= 1;
      else return;
    }
  }

  #priceDecodeStep(ahead: number, cost: StepCost): void {
    this.#replica.decode.describe(this.#shape, ahead);
    this.#shape.sampledSeqs = this.#shape.decodeTokens;
    this.#replica.config.stepModel.price(this.#shape, cost);
  }
}

/** The batch that a replica has formed. */
export function describeStep(replica: Replica, shape: BatchShape): void {
  if (replica.pausesDecode) Object.assign(shape, noDecode);
  else replica.decode.describe(shape, 0);
  describePrefill(shape, replica.chunks, replica.config.stepModel.windowTokens);
  shape.swappedTokens = replica.swap.movedTokens;
}

const noDecode = {
  decodeSeqs: 0,
  decodeTokens: 0,
  decodeContextTokens: 0,
  decodeWindowTokens: 0,
} as const;

function checkCost(cost: StepCost): void {
  const { durationS, energyJ } = cost;
  if (!(durationS > 0 && Number.isFinite(durationS))) broken(`a step of ${durationS} s`);
  if (!(energyJ >= 0 && Number.isFinite(energyJ))) broken(`a step of ${energyJ} J`);
}

/** Requests get the joules of decoding by these two shares alone: they must be all of them. */
function checkShares(shape: BatchShape, cost: StepCost): void {
  const { decodeSeqs, decodeContextTokens } = shape;
  const sharedJ =
    decodeSeqs * cost.energyPerSeqJ + decodeContextTokens * cost.energyPerContextTokenJ;
  const within = Math.abs(sharedJ - cost.energyJ) <= 1e-9 * cost.energyJ;
  if (!within) broken(`a decode step of ${cost.energyJ} J shares ${sharedJ} J`);
}
