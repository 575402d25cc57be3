import type { RequestSpec, StepCost } from "../../../sim/ports.ts";
import type { ReplicaConfig } from "../../../sim/replicaConfig.ts";
import type { SmallWorld } from "../../support/smallWorlds.ts";

/** One request, counted token by token. */
export interface NaiveRequest {
  readonly id: number;
  readonly arrivalS: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly priority: number;
  readonly enqueuedS: number;
  /** When its client gives up. */
  readonly patientUntilS: number;
  status: "unfinished" | "completed" | "rejected" | "timedOut" | "cancelled";
  /** What becomes of it if its client is gone first. */
  readonly ifGone: "timedOut" | "cancelled";
  replica: number | undefined;
  scheduledS: number | undefined;
  endS: number | undefined;
  readonly tokenS: number[];
  decoding: boolean;
  abandoned: boolean;
  /** Cached tokens, those that have room in the cache, those in the host's memory, most ever cached. */
  kvTokens: number;
  heldTokens: number;
  swappedTokens: number;
  computedTokens: number;
  paddingTokens: number;
  /** Steps in which drafts of it were verified. */
  verifications: number;
  preemptions: number;
  energyJ: number;
}

export interface Chunk {
  readonly request: NaiveRequest;
  readonly tokens: number;
}

export interface Step {
  readonly startS: number;
  readonly endS: number;
  readonly prefills: readonly Chunk[];
  readonly decodes: readonly NaiveRequest[];
  readonly whole: StepCost;
  readonly prefillJ: number;
  /** Joules per sequence and per context token of decoding. */
  readonly perSeqJ: number;
  readonly perContextTokenJ: number;
}

export interface NaiveReplica {
  readonly id: number;
  running: NaiveRequest[];
  waiting: NaiveRequest[];
  swapped: NaiveRequest[];
  /** Tokens that crossed the link to the host at this boundary. */
  movedTokens: number;
  step: Step | undefined;
  /** Tokens that a verification emits, as its count says. */
  readonly emitted: (verifications: number) => number;
}

export interface NaiveBooks {
  readonly requests: NaiveRequest[];
  prefillJ: number;
  decodeJ: number;
  wastedJ: number;
  busyJ: number;
  busyS: number;
  seqS: number;
  mfuS: number;
  mbuS: number;
  steps: number;
  preemptions: number;
  computedPrompt: number;
  peakBlocks: number;
}

/** What all parts of the twin know. */
export interface NaiveContext {
  readonly world: SmallWorld;
  readonly config: ReplicaConfig;
  readonly books: NaiveBooks;
}

export function newBooks(): NaiveBooks {
  return {
    requests: [],
    prefillJ: 0,
    decodeJ: 0,
    wastedJ: 0,
    busyJ: 0,
    busyS: 0,
    seqS: 0,
    mfuS: 0,
    mbuS: 0,
    steps: 0,
    preemptions: 0,
    computedPrompt: 0,
    peakBlocks: 0,
  };
}

export function newReplica(id: number, { speculation }: ReplicaConfig): NaiveReplica {
  return {
    id,
    running: [],
    waiting: [],
    swapped: [],
    movedTokens: 0,
    step: undefined,
    emitted: speculation?.emissions(id) ?? (() => 1),
  };
}

export function newNaiveRequest(
  { world, config, books }: NaiveContext,
  spec: RequestSpec,
  enqueuedS: number,
): NaiveRequest {
  const { arrivalS, promptTokens, classId, cancelAfterS = Number.POSITIVE_INFINITY } = spec;
  const own = classId === undefined ? undefined : world.classes?.[classId];
  const timeoutS = own?.timeoutS ?? world.timeoutS ?? Number.POSITIVE_INFINITY;
  const room = Math.max(0, config.maxModelLen - promptTokens);
  return {
    id: books.requests.length,
    arrivalS,
    promptTokens,
    outputTokens: Math.min(spec.outputTokens, room),
    priority: own?.priority ?? 0,
    enqueuedS,
    patientUntilS: Math.max(enqueuedS, arrivalS + Math.min(timeoutS, cancelAfterS)),
    ifGone: cancelAfterS < timeoutS ? "cancelled" : "timedOut",
    status: "unfinished",
    replica: undefined,
    scheduledS: undefined,
    endS: undefined,
    tokenS: [],
    decoding: false,
    abandoned: false,
    kvTokens: 0,
    heldTokens: 0,
    swappedTokens: 0,
    computedTokens: 0,
    paddingTokens: 0,
    verifications: 0,
    preemptions: 0,
    energyJ: 0,
  };
}

/** Cached tokens at which it emits its next one: padding, prompt, and what it has emitted. */
export function targetOf({ paddingTokens, promptTokens, tokenS }: NaiveRequest): number {
  return paddingTokens + promptTokens + tokenS.length;
}

export function isDone({ tokenS, outputTokens }: NaiveRequest): boolean {
  return tokenS.length === outputTokens;
}
