import type { Joules, ReplicaId, RequestId, Seconds, Tokens, Watts } from "./units.ts";

/** What one engine step works on, summed over the batch: all that its time and energy depend on. */
export interface BatchShape {
  prefillSeqs: number;
  /** Prompt tokens computed in this step, padding included. */
  prefillTokens: Tokens;
  /** Query-key pairs that causal prefill attention scores. */
  prefillPairs: number;
  /** The same where a layer sees only a sliding window. */
  prefillWindowPairs: number;
  /** KV cache of earlier chunks of the same prompts, which this step's chunks read again. */
  prefillContextTokens: Tokens;
  decodeSeqs: number;
  /** Tokens computed for decoding sequences: one each without speculation. */
  decodeTokens: Tokens;
  /** Keys that decode attention scores, the new token's own included. */
  decodeContextTokens: Tokens;
  /** The same where a layer sees only a sliding window: the sum of min(context, window). */
  decodeWindowTokens: Tokens;
  /** Positions whose logits are computed. */
  sampledSeqs: number;
  /** Tokens whose keys and values cross the link to the host's memory before the step. */
  swappedTokens: Tokens;
}

/** The price of one step of one replica, all its GPUs together. */
export interface StepCost {
  durationS: Seconds;
  /** Part of the step in which kernels are resident; the rest is exposed host time. */
  gpuBusyS: Seconds;
  energyJ: Joules;
  /** Of a step that only decodes: joules that each sequence causes whatever its context. */
  energyPerSeqJ: Joules;
  /** Of a step that only decodes: joules for each context token read. */
  energyPerContextTokenJ: Joules;
  /** FLOPs over the step's duration times dense peak, 0 to 1. */
  mfu: number;
  /** Bytes moved over the step's duration times peak bandwidth, 0 to 1. */
  mbu: number;
  /** Which branches of the cost are active; between equal regimes the cost is smooth. */
  regime: number;
}

export function emptyShape(): BatchShape {
  return {
    prefillSeqs: 0,
    prefillTokens: 0,
    prefillPairs: 0,
    prefillWindowPairs: 0,
    prefillContextTokens: 0,
    decodeSeqs: 0,
    decodeTokens: 0,
    decodeContextTokens: 0,
    decodeWindowTokens: 0,
    sampledSeqs: 0,
    swappedTokens: 0,
  };
}

export function emptyCost(): StepCost {
  return {
    durationS: 0,
    gpuBusyS: 0,
    energyJ: 0,
    energyPerSeqJ: 0,
    energyPerContextTokenJ: 0,
    mfu: 0,
    mbu: 0,
    regime: 0,
  };
}

export interface StepModel {
  /**
   * Prices one step into `cost`. Pure: the same shape always costs the same. Within one regime
   * durationS and gpuBusyS are affine in the decode context sums.
   * energyJ = decodeSeqs x energyPerSeqJ + decodeContextTokens x energyPerContextTokenJ where no
   * token is prefilled.
   */
  price(shape: Readonly<BatchShape>, cost: StepCost): void;
  /** FLOPs of a prompt token and of a query-key pair: how the joules of prefill are shared. */
  readonly prefillFlop: {
    readonly perToken: number;
    readonly perPair: number;
    readonly perWindowPair: number;
  };
  /** Context beyond which sliding-window layers read no more; Infinity where there are none. */
  readonly windowTokens: Tokens;
}

/**
 * Prices the steps of ranks that share their experts: each has a batch of its own, and all step
 * together.
 */
export interface LockstepModel {
  /** Of each rank: what a step costs beside the batches that `meet` was last told of. */
  readonly ranks: readonly StepModel[];
  /**
   * The batches of the next step, by rank; undefined where a rank has none: it steps along, and the
   * others' prices have its joules. All prices are of one duration then.
   * @returns what each rank draws in the step, where some rank has none.
   */
  meet(shapes: readonly (Readonly<BatchShape> | undefined)[]): Watts;
}

/** A stretch of a prompt that other prompts may begin with, too. */
export interface SharedText {
  /** Stands for this text and all that comes before it. */
  readonly textId: number;
  readonly tokens: Tokens;
}

/** What only some requests have. */
export interface RequestDetails {
  /** What the prompt begins with; what it has beyond them is its own. */
  readonly shared?: readonly SharedText[] | undefined;
  /** The answer continues the last shared text: a later prompt may repeat both. */
  readonly isContinued?: boolean | undefined;
  /** Index into the run's request classes; undefined: of none. */
  readonly classId?: number | undefined;
  /** From arrival until the client closes the connection, if it still waits then. */
  readonly cancelAfterS?: Seconds | undefined;
  /** Who pays. */
  readonly tenant?: string | undefined;
}

export interface RequestSpec extends RequestDetails {
  readonly arrivalS: Seconds;
  readonly promptTokens: Tokens;
  readonly outputTokens: Tokens;
}

/** What a user knows of a request that has ended. */
export interface EndedRequest {
  readonly shared?: readonly SharedText[] | undefined;
  /** "completed" where it was answered to its end. */
  readonly status: string;
}

/** Who asks what, when. Requests come in order of arrival. */
export interface RequestSource {
  /** The next request that does not wait for another to end; undefined when there is none. */
  next(): RequestSpec | undefined;
  /** A request ended at `nowS`: the request that this makes a user issue. */
  ended?(nowS: Seconds, request: EndedRequest): RequestSpec | undefined;
  /** True while the end of a request can still make a user issue another. */
  mayIssueMore?(): boolean;
}

/** What a policy may know of a request: never how many tokens it will emit. */
export interface RequestView {
  readonly id: RequestId;
  readonly arrivalS: Seconds;
  readonly promptTokens: Tokens;
  /** The lower, the more urgent, as in vLLM. */
  readonly priority: number;
}

/** What a router may know of a replica. */
export interface ReplicaSignal {
  readonly id: ReplicaId;
  readonly waitingSeqs: number;
  readonly runningSeqs: number;
  /** Requests whose KV cache waits in the host's memory. */
  readonly swappedSeqs: number;
}

/** What a router may know of a request: also what its prompt begins with, never what it will emit. */
export interface RoutedRequest extends RequestView {
  /** When it reaches the router. */
  readonly enqueuedS: Seconds;
  readonly details: Pick<RequestDetails, "shared" | "isContinued">;
}

export interface Router {
  /** The place of a replica among these, which are in the order of their ids; all: its id. */
  (request: RoutedRequest, replicas: readonly ReplicaSignal[]): ReplicaId;
  /** A request leaves that replica. */
  readonly leaves?: (id: ReplicaId) => void;
  /** That replica is down, and what it had is lost, or it is back. */
  readonly changed?: (id: ReplicaId, isUp: boolean) => void;
  /** It is asked among all replicas first, and only where its choice is down among those that aren't. */
  readonly keepsHomes?: boolean;
}
