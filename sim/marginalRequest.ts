import { type BatchShape, emptyCost, emptyShape, type StepCost } from "./ports.ts";
import { causalPairs, windowPairs } from "./prefill.ts";
import type { Replica } from "./replica.ts";
import type { Stepper } from "./stepper.ts";
import { stepsEndedAt } from "./stepRun.ts";
import type { Joules, Seconds, Tokens } from "./units.ts";

/** Lengths of the request that is thought to come. */
export interface TypicalRequest {
  readonly promptTokens: Tokens;
  /** Of the prompt, what is found in the cache. */
  readonly cachedTokens: Tokens;
  readonly outputTokens: Tokens;
}

/** When and of what it is asked. */
interface Asked {
  readonly typical: TypicalRequest;
  readonly nowS: Seconds;
  /** That a decode step emits of a request. */
  readonly tokensPerStep: Tokens;
}

/** What one more request would add to the joules of the fleet, whose replicas go on as they are. */
export interface MarginalRequest {
  readonly prefillJ: Joules;
  readonly decodeJ: Joules;
  /** That replicas would idle less, as their steps take longer: not drawn for idling then. */
  readonly savedIdleJ: Joules;
  /** Decoding requests that it would join, a mean over the replicas. */
  readonly meanBatch: number;
}

/** More than so many replicas are sampled evenly. */
const mostReplicas = 64;

/**
 * From the step model: one more request computes its prompt beside, or before, the present batch of
 * a replica, and decodes in that batch until it has its tokens; mean over the replicas that are up.
 * Undefined where nobody can join a batch.
 */
export function marginalRequest(
  steppers: readonly Stepper[],
  asked: Asked,
): MarginalRequest | undefined {
  const stride = Math.ceil(steppers.length / mostReplicas);
  const sample = steppers.filter((_, place) => place % stride === 0);
  const prefills = sample.filter(({ replica }) => replica.config.takesOver === undefined);
  const decodes = sample.filter(({ replica }) => replica.config.handsOver !== true);
  if (prefills.length === 0 || decodes.length === 0) return undefined;
  if (sample.some(({ replica }) => replica.config.batcher.holdsBatch)) return undefined;
  const prefill = meanOf(prefills, (stepper) => prefillOf(stepper, asked));
  const decode = meanOf(decodes, (stepper) => decodeOf(stepper, asked));
  const meanBatch = mean(decodes.map(({ replica }) => replica.decodingSeqs));
  return {
    prefillJ: prefill.energyJ,
    decodeJ: decode.energyJ,
    savedIdleJ: prefill.idleJ + decode.idleJ,
    meanBatch,
  };
}

interface Added {
  readonly energyJ: Joules;
  /** What the replica draws idling for as long as it takes. */
  readonly idleJ: Joules;
}

/** Its prompt in one step, with those who decode; alone where they sit such steps out. */
function prefillOf({ run, replica }: Stepper, { typical, nowS }: Asked): Added {
  const { batcher, stepModel } = replica.config;
  const shape = emptyShape();
  if (!batcher.separatesPhases) describeDecode(shape, replica, endedSteps(run, nowS));
  const without = { ...shape };
  const { promptTokens, cachedTokens } = typical;
  const tokens = Math.max(1, promptTokens - cachedTokens);
  shape.prefillSeqs = 1;
  shape.prefillTokens = tokens;
  shape.prefillPairs = causalPairs(cachedTokens, tokens);
  shape.prefillWindowPairs = windowPairs(cachedTokens, tokens, stepModel.windowTokens);
  shape.prefillContextTokens = cachedTokens;
  shape.sampledSeqs++;
  return difference(replica, shape, without);
}

/** One of its decode steps, amid its answer, times their number. */
function decodeOf({ run, replica }: Stepper, { typical, nowS, tokensPerStep }: Asked): Added {
  const { promptTokens, outputTokens } = typical;
  const { config, seqsPerRequest } = replica;
  const without = emptyShape();
  describeDecode(without, replica, endedSteps(run, nowS));
  const emittedTokens = outputTokens / replica.returnedSeqs;
  const contextTokens = promptTokens + emittedTokens / 2;
  const shape = { ...without };
  shape.decodeSeqs += seqsPerRequest;
  shape.decodeTokens += seqsPerRequest * (1 + (config.speculation?.draftTokens ?? 0));
  shape.decodeContextTokens += seqsPerRequest * contextTokens;
  shape.decodeWindowTokens +=
    seqsPerRequest * Math.min(contextTokens, config.stepModel.windowTokens);
  shape.sampledSeqs = shape.decodeTokens;
  const step = difference(replica, shape, without);
  const steps = Math.max(0, emittedTokens - 1) / tokensPerStep;
  return { energyJ: steps * step.energyJ, idleJ: steps * step.idleJ };
}

function endedSteps(run: Stepper["run"], nowS: Seconds): number {
  return run === undefined || run.decodeSeqs === 0 ? 0 : stepsEndedAt(run, nowS);
}

function describeDecode(shape: BatchShape, { decode }: Replica, ahead: number): void {
  decode.describe(shape, ahead);
  shape.sampledSeqs = shape.decodeTokens;
}

function difference(
  { config: { stepModel, idleW } }: Replica,
  shape: Readonly<BatchShape>,
  without: Readonly<BatchShape>,
): Added {
  const [more, less] = [emptyCost(), emptyCost()] as const;
  stepModel.price(shape, more);
  // A replica without a batch takes no step.
  if (without.decodeSeqs > 0) stepModel.price(without, less);
  return { energyJ: more.energyJ - less.energyJ, idleJ: idleW * spanOf(more, less) };
}

function spanOf(more: StepCost, less: StepCost): Seconds {
  return more.durationS - less.durationS;
}

function meanOf(steppers: readonly Stepper[], of: (stepper: Stepper) => Added): Added {
  const parts = steppers.map(of);
  return {
    energyJ: mean(parts.map(({ energyJ }) => energyJ)),
    idleJ: mean(parts.map(({ idleJ }) => idleJ)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
