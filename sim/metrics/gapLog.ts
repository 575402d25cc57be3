import type { Request } from "../request.ts";
import type { StepRun } from "../stepRun.ts";
import type { ValueRange } from "./distribution.ts";

interface LoggedRun extends ValueRange {
  readonly step: number;
}

/**
 * The gaps of one replica's steps, back to the oldest sequence that still decodes. Gaps enter the
 * ITL list as they pass; this lets those of the requests that a horizon leaves unfinished leave it.
 */
export class GapLog {
  #runs: LoggedRun[] = [];

  /** Notes the first `count` steps of a run that began at replica step `step`. */
  add(run: StepRun, step: number, count: number): void {
    this.#runs.push({ step, first: run.firstS, growth: run.growthS, count });
  }

  /** The request stops decoding before it is done: its gaps so far are kept with it. */
  keep(request: Request, step: number): void {
    request.pastGaps.push(...this.#since(request, step));
  }

  /** Forgets, now and then, what no request of these will ask for: it decodes since `step`. */
  forgetBefore(step: number): void {
    if (this.#runs.length < 4096) return;
    const kept = this.#runs.filter((run) => run.step >= step);
    // A log that is mostly needed is not copied again and again.
    if (kept.length * 2 < this.#runs.length) this.#runs = kept;
  }

  #since(request: Request, step: number): LoggedRun[] {
    const until = Math.min(step, request.finishStep);
    return this.#runs.filter((run) => run.step >= request.joinStep && run.step < until);
  }
}
