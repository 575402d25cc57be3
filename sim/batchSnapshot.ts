import type { Replica } from "./replica.ts";
import type { Request } from "./request.ts";
import type { Stepper } from "./stepper.ts";
import { stepsEndedAt } from "./stepRun.ts";
import type { Blocks, ReplicaId, RequestId, Seconds, Tokens } from "./units.ts";

/** So many running requests are told of one by one, and so many of those swapped out and of those waiting. */
const mostRunning = 192;
const mostAside = 32;

/** A request on a replica at one moment. */
export interface BatchRequest {
  readonly id: RequestId;
  /** Paused: it decodes, and the step in flight prefills alone. Finished: it only holds its slot of a static batch. */
  readonly phase: "prefill" | "decode" | "paused" | "finished" | "swapped" | "waiting";
  /** Since its arrival. */
  readonly ageS: Seconds;
  /** Tokens to be cached until it decodes: its prompt, padding, and after a preemption what it had emitted. */
  readonly prefillTokens: Tokens;
  /** Of prefillTokens: those cached, and those that the step in flight computes. */
  readonly cachedTokens: Tokens;
  readonly chunkTokens: Tokens;
  readonly outputTokens: Tokens;
  readonly emittedTokens: Tokens;
  /** That it alone holds. */
  readonly heldBlocks: Blocks;
  readonly preemptions: number;
}

/** The requests of one replica and what they hold, at one moment: a copy that later steps do not change. */
export interface BatchSnapshot {
  readonly replica: ReplicaId;
  /** The first of them, in order of admission. */
  readonly running: readonly BatchRequest[];
  /** The first of them, in the order in which they come back. */
  readonly swapped: readonly BatchRequest[];
  readonly waiting: readonly BatchRequest[];
  readonly kv: {
    readonly blockSize: Tokens;
    readonly capacityBlocks: Blocks;
    /** In use: those of requests alone, and the rest: shared by requests, or of those on their way. */
    readonly usedBlocks: Blocks;
    readonly otherBlocks: Blocks;
    /** Not in use, but kept for later prompts. */
    readonly cachedBlocks: Blocks;
    /** Whether requests can share blocks. */
    readonly isShared: boolean;
  };
}

export function batchSnapshotOf({ run, replica }: Stepper, nowS: Seconds): BatchSnapshot {
  const { kv, memory, swap, config } = replica;
  // Steps of decode that have ended, and are booked when the run ends.
  const endedSteps = run === undefined || run.decodeSeqs === 0 ? 0 : stepsEndedAt(run, nowS);
  const moment: Moment = { replica, nowS, endedSteps, chunks: new Map() };
  for (const { request, tokens } of replica.chunks) moment.chunks.set(request, tokens);
  const running: BatchRequest[] = [];
  let ownBlocks: Blocks = 0;
  for (const request of replica.running) {
    const heldBlocks = heldBlocksOf(request, moment);
    ownBlocks += heldBlocks;
    if (running.length < mostRunning) running.push(runningOf(request, heldBlocks, moment));
  }
  const usedBlocks = kv.used + kv.blocksTaken(replica.step, endedSteps);
  return {
    replica: replica.id,
    running,
    swapped: first(swap.requests, (request) => aside(request, "swapped", moment)),
    waiting: first(replica.waiting, (request) => aside(request, "waiting", moment)),
    kv: {
      blockSize: kv.blockSize,
      capacityBlocks: kv.capacity,
      usedBlocks,
      otherBlocks: usedBlocks - ownBlocks,
      cachedBlocks: memory.cachedBlocks(kv.capacity - usedBlocks),
      isShared: config.cachesPrefixes === true,
    },
  };
}

interface Moment {
  readonly replica: Replica;
  readonly nowS: Seconds;
  readonly endedSteps: number;
  readonly chunks: Map<Request, Tokens>;
}

function first(
  requests: Iterable<Request>,
  told: (request: Request) => BatchRequest,
): BatchRequest[] {
  const list: BatchRequest[] = [];
  for (const request of requests) {
    if (list.length === mostAside) break;
    list.push(told(request));
  }
  return list;
}

function heldBlocksOf(request: Request, { replica, endedSteps, chunks }: Moment): Blocks {
  const { memory, speculator, kv, seqsPerRequest } = replica;
  if (!request.isDecoding) {
    return memory.ownBlocks(request, request.kvTokens + (chunks.get(request) ?? 0));
  }
  if (speculator === undefined) {
    return memory.ownBlocks(request, request.kvOrigin + replica.step + endedSteps);
  }
  // Blocks of the draft's tokens are taken when a step begins.
  const tokens = request.kvOrigin + replica.step;
  const ahead = kv.blocksFor(speculator.reservedTokensOf(request)) - kv.blocksFor(tokens);
  return memory.ownBlocks(request, tokens) + seqsPerRequest * ahead;
}

function runningOf(
  request: Request,
  heldBlocks: Blocks,
  { replica, nowS, endedSteps, chunks }: Moment,
): BatchRequest {
  const { isDecoding, outputTokens, prefillTarget } = request;
  const leftTokens = Math.max(0, request.finishStep - replica.step - endedSteps);
  return {
    id: request.id,
    phase: isDecoding ? decodingPhase(replica, leftTokens) : "prefill",
    ageS: nowS - request.arrivalS,
    prefillTokens: prefillTarget,
    cachedTokens: isDecoding ? prefillTarget : request.kvTokens,
    chunkTokens: chunks.get(request) ?? 0,
    outputTokens,
    emittedTokens: isDecoding ? outputTokens - leftTokens : request.emittedTokens,
    heldBlocks,
    preemptions: request.preemptions,
  };
}

function decodingPhase(replica: Replica, leftTokens: Tokens): BatchRequest["phase"] {
  if (leftTokens === 0 && replica.config.batcher.holdsBatch) return "finished";
  return replica.pausesDecode ? "paused" : "decode";
}

/** Neither swapped out nor waiting does it hold blocks. */
function aside(
  request: Request,
  phase: "swapped" | "waiting",
  { replica, nowS }: Moment,
): BatchRequest {
  return {
    id: request.id,
    phase,
    ageS: nowS - request.arrivalS,
    prefillTokens: request.prefillTarget,
    cachedTokens: replica.swap.tokensOf(request) > 0 ? request.prefillTarget : 0,
    chunkTokens: 0,
    outputTokens: request.outputTokens,
    emittedTokens: request.emittedTokens,
    heldBlocks: 0,
    preemptions: request.preemptions,
  };
}
