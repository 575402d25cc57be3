import type { ReplicaConfig } from "../replicaConfig.ts";
import { keepGaps, type Request } from "../request.ts";
import { endS, type StepRun } from "../stepRun.ts";
import type { Seconds } from "../units.ts";
import type { Distribution, ValueRange } from "./distribution.ts";
import type { GapLog } from "./gapLog.ts";

/** Where gaps are booked: the ITL list, and what is kept of each step where a horizon may ask. */
interface GapBooks {
  readonly itlS: Distribution;
  readonly gaps: GapLog | undefined;
}

/** Steps of a run from replica step `step` on, in which `seqs` sequences emit. */
interface EmittingSteps {
  readonly step: number;
  readonly count: number;
  readonly seqs: number;
}

interface Joined {
  readonly request: Request;
  readonly stay: number;
}

/**
 * Gaps between tokens where decoding sequences sit steps out: the first gap after a pause is longer,
 * for those who decoded before it by all of the pause, for each who joined in it by the rest.
 */
export class PausedGaps {
  #lastDecodeEndS: Seconds = 0;
  #joined: Joined[] = [];

  /** A sequence decodes from now on; its last token came at `request.lastTokenS`. */
  join(request: Request): void {
    this.#joined.push({ request, stay: request.decodeStays });
  }

  /** When a sequence that decodes had its last token. */
  lastTokenS(request: Request): Seconds {
    // Whoever joined since the last decode step may have had its last token long before that.
    const isNew = this.#joined.some((joined) => joined.request === request);
    return isNew ? request.lastTokenS : Math.max(request.lastTokenS, this.#lastDecodeEndS);
  }

  /** Books the gaps of the first steps of a run. */
  book(run: StepRun, { step, count, seqs }: EmittingSteps, { itlS, gaps }: GapBooks): void {
    let others = seqs;
    for (const { request, stay } of this.#joined) {
      if (request.decodeStays !== stay) continue;
      others--;
      const gap = firstGap(run, request.lastTokenS);
      itlS.addRange(gap, 1);
      if (gaps === undefined) continue;
      // What the log has of this step is the gap of the others.
      keepGaps(request, gap);
      request.joinStep = step + 1;
    }
    const gap = firstGap(run, this.#lastDecodeEndS);
    const rest = { first: run.firstS + run.growthS, growth: run.growthS, count: count - 1 };
    if (others > 0) itlS.addRange(gap, others);
    if (rest.count > 0) itlS.addRange(rest, seqs);
    gaps?.add(gap, step);
    if (rest.count > 0) gaps?.add(rest, step + 1);
    this.#joined = [];
    this.#lastDecodeEndS = endS(run, count);
  }
}

function firstGap(run: StepRun, lastTokenS: Seconds): ValueRange {
  return { first: run.firstS + (run.startS - lastTokenS), growth: 0, count: 1 };
}

/** Undefined where the gap before a token is always the step that emits it. */
export function pausedGapsOf({
  batcher,
  takesOver,
}: Pick<ReplicaConfig, "batcher" | "takesOver">): PausedGaps | undefined {
  return batcher.separatesPhases || takesOver !== undefined ? new PausedGaps() : undefined;
}
