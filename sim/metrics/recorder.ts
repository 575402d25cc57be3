import { type Request, type RequestEnd, type RequestRecord, recordOf } from "../request.ts";
import type { RunRecord } from "../runRecord.ts";
import type { Joules, Seconds, Tokens } from "../units.ts";
import { Digest } from "./digest.ts";
import { Distribution } from "./distribution.ts";
import { Groups } from "./groups.ts";
import type { Overload } from "./overload.ts";
import type { PowerSeries } from "./powerSeries.ts";
import type { WorkLedger } from "./workLedger.ts";

/** Service levels a request must all meet to count as good. */
export interface ServiceLevels {
  readonly ttftS?: Seconds | undefined;
  readonly tpotS?: Seconds | undefined;
  readonly e2eS?: Seconds | undefined;
}

/** Joules that gave no token, by why. */
export interface Waste {
  /** Prompts of a static batch made equally long, and its slots that have all their tokens. */
  paddingJ: Joules;
  /** Computed again after a preemption. */
  recomputedJ: Joules;
  /** Tokens of a draft that were not right. */
  draftsJ: Joules;
  /** What a failing replica lost. */
  lostJ: Joules;
}

/** The books of one run, shared by its replicas. */
export interface Recorder {
  readonly energy: {
    /** Integral of power while steps were in flight, and joules of KV transfers. */
    runJ: Joules;
    prefillJ: Joules;
    decodeJ: Joules;
    /** All of `waste`. */
    wastedJ: Joules;
    /** KV caches on their way from replica to replica. */
    transferJ: Joules;
    /** Sum over the requests. */
    requestsJ: Joules;
    /** Drawn by replicas with no step in flight. */
    idleJ: Joules;
  };
  readonly waste: Waste;
  readonly tokens: {
    input: Tokens;
    output: Tokens;
    first: Tokens;
    computedPrompt: Tokens;
    /** Prompts of the requests that were admitted, and what of them was in the cache. */
    scheduledPrompt: Tokens;
    cachedPrompt: Tokens;
    /** Of what was cached, and of what was cached for those computed again: what came from the host. */
    loadedPrompt: Tokens;
  };
  readonly requests: Record<RequestEnd | "good", number>;
  readonly classes: Groups;
  readonly tenants: Groups;
  readonly time: {
    busyGpuS: number;
    mfuGpuS: number;
    mbuGpuS: number;
    /** Busy seconds of the replicas, and sequences in the batch times those. */
    busyS: Seconds;
    seqS: number;
    /** Used share of the KV cache times seconds, summed over the replicas. */
    kvRatioS: number;
    kvPeakRatio: number;
  };
  /** Sequences times steps in which drafts were verified, and tokens that they emitted. */
  readonly speculative: { verifications: number; tokens: Tokens };
  steps: number;
  preemptions: number;
  /** Most requests that were in one replica's queue at once. */
  mostWaiting: number;
  /** As it was last seen. */
  overload: Overload | undefined;
  lastEndS: Seconds;
  readonly ttftS: Distribution;
  readonly tpotS: Distribution;
  readonly itlS: Distribution;
  readonly e2eS: Distribution;
  readonly queueS: Distribution;
  readonly requestEnergyJ: Distribution;
  readonly digest: Digest;
  series: PowerSeries | undefined;
  /** Each run of steps, when it has ended. */
  onRun: ((run: RunRecord) => void) | undefined;
  /** Kept where replicas fail. */
  work: WorkLedger | undefined;
}

export function newRecorder(classes: readonly string[]): Recorder {
  return {
    energy: { runJ: 0, prefillJ: 0, decodeJ: 0, wastedJ: 0, transferJ: 0, requestsJ: 0, idleJ: 0 },
    waste: { paddingJ: 0, recomputedJ: 0, draftsJ: 0, lostJ: 0 },
    tokens: {
      input: 0,
      output: 0,
      first: 0,
      computedPrompt: 0,
      scheduledPrompt: 0,
      cachedPrompt: 0,
      loadedPrompt: 0,
    },
    requests: { completed: 0, rejected: 0, unfinished: 0, timedOut: 0, cancelled: 0, good: 0 },
    classes: new Groups(classes),
    tenants: new Groups(),
    time: { busyGpuS: 0, mfuGpuS: 0, mbuGpuS: 0, busyS: 0, seqS: 0, kvRatioS: 0, kvPeakRatio: 0 },
    speculative: { verifications: 0, tokens: 0 },
    steps: 0,
    preemptions: 0,
    mostWaiting: 0,
    overload: undefined,
    lastEndS: 0,
    ttftS: new Distribution(),
    tpotS: new Distribution(),
    itlS: new Distribution(),
    e2eS: new Distribution(),
    queueS: new Distribution(),
    requestEnergyJ: new Distribution(),
    digest: new Digest(),
    series: undefined,
    onRun: undefined,
    work: undefined,
  };
}

/** What a request that ended is held to, and where it is booked beside the run. */
export interface Standing {
  readonly levels: ServiceLevels | undefined;
  readonly className: string | undefined;
}

interface Ended {
  readonly request: Request;
  /** Sequences that the client gets. */
  readonly returnedSeqs: number;
}

/** Books a request that ended, and tells its record. Only completed ones enter the latency lists. */
export function recordEnd(
  recorder: Recorder,
  { request, returnedSeqs }: Ended,
  { levels, className }: Standing,
): RequestRecord {
  const record = recordOf(request, { returnedSeqs, className });
  const good = isGood(record, levels);
  recorder.requests[record.status]++;
  if (good) recorder.requests.good++;
  if (className !== undefined) recorder.classes.add(className, record, good);
  if (record.tenant !== undefined) recorder.tenants.add(record.tenant, record, good);
  recorder.energy.requestsJ += record.energyJ;
  recorder.digest.add(record.id);
  recorder.digest.add(record.energyJ);
  recorder.digest.add(request.endS ?? -1);
  // Where nothing completes, the run lasts until the last rejection.
  if (record.status !== "rejected" || recorder.requests.completed === 0) {
    recorder.lastEndS = Math.max(recorder.lastEndS, request.endS ?? 0);
  }
  if (record.status === "completed") recordLatency(recorder, record);
  return record;
}

function recordLatency(recorder: Recorder, record: RequestRecord): void {
  const { energyJ, queueS, ttftS, tpotS, e2eS } = record;
  recorder.requestEnergyJ.add(energyJ);
  if (queueS !== undefined) recorder.queueS.add(queueS);
  if (ttftS !== undefined) recorder.ttftS.add(ttftS);
  if (tpotS !== undefined) recorder.tpotS.add(tpotS);
  if (e2eS !== undefined) recorder.e2eS.add(e2eS);
}

/** Whether it counts in goodput. */
export function isGood(record: RequestRecord, levels: ServiceLevels | undefined): boolean {
  return record.status === "completed" && levels !== undefined && meets(record, levels);
}

/** All levels met, as vLLM counts goodput: a single output token has a TPOT of 0. */
function meets(record: RequestRecord, levels: ServiceLevels): boolean {
  return (
    (record.ttftS ?? 0) <= (levels.ttftS ?? Number.POSITIVE_INFINITY) &&
    (record.tpotS ?? 0) <= (levels.tpotS ?? Number.POSITIVE_INFINITY) &&
    (record.e2eS ?? 0) <= (levels.e2eS ?? Number.POSITIVE_INFINITY)
  );
}
