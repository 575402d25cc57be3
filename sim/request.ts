import type { ValueRange } from "./metrics/distribution.ts";
import type { RequestDetails, RequestSpec, RequestView } from "./ports.ts";
import type { Joules, ReplicaId, RequestId, Seconds, Tokens } from "./units.ts";

/** Its client is gone before its last token: out of patience, or of its own will. */
export type ClientEnd = "timedOut" | "cancelled";
/** How a request can end. */
export type RequestEnd = "completed" | "rejected" | "unfinished" | ClientEnd;
export type RequestStatus = "inFlight" | RequestEnd;

/** A request on its way through the fleet. The engine alone may change it. */
export interface Request extends RequestView {
  /** Tokens it will emit: what no policy may see. */
  readonly outputTokens: Tokens;
  readonly details: RequestDetails;
  status: RequestStatus;
  replica: ReplicaId | undefined;
  /** Output tokens emitted; while it decodes, `finishStep` holds the truth. */
  emittedTokens: Tokens;
  /** Tokens whose keys and values are cached, padding included; while it decodes, kvOrigin + step. */
  kvTokens: Tokens;
  /** Cached tokens at which its prefill ends: the prompt, its padding, and what it had emitted. */
  prefillTarget: Tokens;
  /** Most tokens ever cached: whatever is computed below this mark is recomputation. */
  computedTokens: Tokens;
  /** Tokens of the prompt that were in the cache when it was first admitted. */
  cachedTokens: Tokens;
  /** Tokens in front of the prompt that only fill a static batch's rectangle. */
  paddingTokens: Tokens;
  isDecoding: boolean;
  /** kvTokens minus the replica's step count: fixed while it decodes. */
  kvOrigin: number;
  /** Replica step at which it began to decode. */
  joinStep: number;
  /** Replica step at whose end the last token is emitted. */
  finishStep: number;
  /** Counts how often it left a decoding batch: what was noted of it before then is stale. */
  decodeStays: number;
  preemptions: number;
  isRunning: boolean;
  enqueuedS: Seconds;
  scheduledS: Seconds | undefined;
  firstTokenS: Seconds | undefined;
  lastTokenS: Seconds;
  endS: Seconds | undefined;
  energyJ: Joules;
  /** The replica's running totals when this request's share was last settled. */
  readonly mark: { perSeqJ: Joules; perContextTokenJ: Joules; contextStepJ: number };
  /** Gaps between its tokens before it was preempted, where a horizon may leave it unfinished. */
  pastGaps: ValueRange[] | undefined;
  /** How its KV cache came from another replica, the last time that it did. */
  transfer: KvTransfer | undefined;
  previous: Request | undefined;
  following: Request | undefined;
}

/** A KV cache that went to another replica than the one that prefilled it. */
export interface KvTransfer {
  readonly from: ReplicaId;
  readonly startedS: Seconds;
  readonly endedS: Seconds;
}

/** What a request is at the replica's door. */
interface Entry {
  readonly id: RequestId;
  /** As many of them as the model's length leaves room for. */
  readonly outputTokens: Tokens;
  readonly priority: number;
  readonly enqueuedS: Seconds;
}

const noDetails: RequestDetails = {};

function isPlain(details: RequestDetails): boolean {
  const { shared, isContinued, classId, tenant, cancelAfterS } = details;
  return (shared ?? isContinued ?? classId ?? tenant ?? cancelAfterS) === undefined;
}

/** Whether it is as `newRequest` made it, of nothing but its lengths and times. */
export function isUntouched(request: Request): boolean {
  const { details, priority, scheduledS, preemptions, kvTokens, computedTokens } = request;
  const isNew = scheduledS === undefined && preemptions + kvTokens + computedTokens === 0;
  return isNew && details === noDetails && priority === 0 && request.emittedTokens === 0;
}

/** Keeps gaps between tokens with their request, which may yet not complete. */
export function keepGaps(request: Request, gaps: ValueRange): void {
  request.pastGaps ??= [];
  request.pastGaps.push(gaps);
}

export function newRequest(
  spec: RequestSpec,
  { id, outputTokens, priority, enqueuedS }: Entry,
): Request {
  return {
    id,
    arrivalS: spec.arrivalS,
    promptTokens: spec.promptTokens,
    outputTokens,
    // What has no details is not kept.
    details: isPlain(spec) ? noDetails : spec,
    status: "inFlight",
    replica: undefined,
    emittedTokens: 0,
    kvTokens: 0,
    prefillTarget: spec.promptTokens,
    computedTokens: 0,
    cachedTokens: 0,
    paddingTokens: 0,
    isDecoding: false,
    kvOrigin: 0,
    joinStep: 0,
    finishStep: 0,
    decodeStays: 0,
    priority,
    isRunning: false,
    preemptions: 0,
    enqueuedS,
    scheduledS: undefined,
    firstTokenS: undefined,
    lastTokenS: 0,
    endS: undefined,
    energyJ: 0,
    mark: { perSeqJ: 0, perContextTokenJ: 0, contextStepJ: 0 },
    pastGaps: undefined,
    transfer: undefined,
    previous: undefined,
    following: undefined,
  };
}

/** What a finished request tells: undefined where a measure does not apply. */
export interface RequestRecord {
  readonly id: RequestId;
  readonly arrivalS: Seconds;
  /** When it was through the front end. */
  readonly enqueuedS: Seconds;
  readonly promptTokens: Tokens;
  readonly outputTokens: Tokens;
  readonly replica: ReplicaId | undefined;
  /** How its KV cache came to `replica` from the one that prefilled it; undefined where both are one. */
  readonly transfer: KvTransfer | undefined;
  readonly queueS: Seconds | undefined;
  readonly ttftS: Seconds | undefined;
  readonly tpotS: Seconds | undefined;
  readonly e2eS: Seconds | undefined;
  readonly preemptions: number;
  readonly cachedTokens: Tokens;
  readonly energyJ: Joules;
  readonly className: string | undefined;
  readonly tenant: string | undefined;
  readonly status: RequestEnd;
  /** Between its tokens, or the chunks that hold several of them; undefined where the run does not keep them. */
  readonly gapsS?: readonly ValueRange[] | undefined;
}

interface Told {
  /** Sequences that go to the client, each as long as the others. */
  readonly returnedSeqs: number;
  readonly className: string | undefined;
}

export function recordOf(request: Request, { returnedSeqs, className }: Told): RequestRecord {
  const { status, firstTokenS, scheduledS } = request;
  const endS = status === "completed" ? request.endS : undefined;
  const ttftS = firstTokenS === undefined ? undefined : firstTokenS - request.arrivalS;
  const e2eS = endS === undefined ? undefined : endS - request.arrivalS;
  const paced = ttftS !== undefined && e2eS !== undefined && request.emittedTokens > 1;
  return {
    id: request.id,
    arrivalS: request.arrivalS,
    enqueuedS: request.enqueuedS,
    promptTokens: request.promptTokens,
    outputTokens: request.emittedTokens * returnedSeqs,
    replica: request.replica,
    transfer: request.transfer,
    queueS: scheduledS === undefined ? undefined : scheduledS - request.enqueuedS,
    ttftS,
    tpotS: paced ? (e2eS - ttftS) / (request.emittedTokens - 1) : undefined,
    e2eS,
    preemptions: request.preemptions,
    cachedTokens: request.cachedTokens,
    energyJ: request.energyJ,
    className,
    tenant: request.details.tenant,
    status: status === "inFlight" ? "unfinished" : status,
  };
}
