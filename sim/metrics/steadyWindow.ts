import type { Stepper } from "../stepper.ts";
import * as runs from "../stepRun.ts";
import type { Joules, Seconds, Tokens, Watts } from "../units.ts";
import type { Recorder } from "./recorder.ts";

/** Running sums at one instant, the steps in flight included. */
interface Mark {
  readonly atS: Seconds;
  readonly gpuJ: Joules;
  readonly outputTokens: Tokens;
  readonly gapS: Seconds;
  readonly gaps: number;
  readonly tpotS: Seconds;
  readonly tpots: number;
  readonly seqS: number;
  readonly busyS: Seconds;
}

/** A closed loop between its ramp-up and its drain. */
export interface SteadyState {
  readonly fromS: Seconds;
  readonly toS: Seconds;
  readonly gpuJ: Joules;
  readonly outputTokens: Tokens;
  /** Means over the tokens emitted and the requests completed in the window. */
  readonly itlS: Seconds | undefined;
  readonly tpotS: Seconds | undefined;
  readonly meanBatch: number | undefined;
}

interface SteadyParts {
  readonly recorder: Recorder;
  readonly steppers: readonly Stepper[];
  /** Replicas that are down draw less than what is booked until the end of the run. */
  readonly failures: { unsettledJ(atS: Seconds): Joules } | undefined;
}

/** Undefined where no closed loop asks for it. */
export function steadyWindowOf(
  { steadyConcurrency: concurrency }: { readonly steadyConcurrency?: number | undefined },
  { recorder, steppers, failures }: SteadyParts,
  { standbyW }: { readonly standbyW: Watts },
): SteadyWindow | undefined {
  if (concurrency === undefined) return undefined;
  const savedJ = failures && ((atS: Seconds) => failures.unsettledJ(atS));
  return new SteadyWindow(recorder, steppers, { standbyW, concurrency, savedJ });
}

interface SteadyOptions {
  readonly standbyW: Watts;
  readonly concurrency: number;
  readonly savedJ: ((atS: Seconds) => Joules) | undefined;
}

/** From completion number `concurrency` to the issue of the last request. */
export class SteadyWindow {
  #from: Mark | undefined;
  #to: Mark | undefined;
  readonly #recorder: Recorder;
  readonly #steppers: readonly Stepper[];
  readonly #standbyW: Watts;

  readonly #concurrency: number;
  readonly #savedJ: SteadyOptions["savedJ"];

  constructor(
    recorder: Recorder,
    steppers: readonly Stepper[],
    { standbyW, concurrency, savedJ }: SteadyOptions,
  ) {
    this.#concurrency = concurrency;
    this.#savedJ = savedJ;
    this.#recorder = recorder;
    this.#steppers = steppers;
    this.#standbyW = standbyW;
  }

  get hasBegun(): boolean {
    return this.#from !== undefined;
  }

  /** Begins when as many have completed as there are users. */
  look(nowS: Seconds): void {
    if (this.hasBegun || this.#recorder.requests.completed < this.#concurrency) return;
    this.#from = this.#mark(nowS);
  }

  /** The first end counts: a horizon may come after the last request was issued. */
  finish(nowS: Seconds): void {
    this.#to ??= this.#mark(nowS);
  }

  /** Undefined where the last request was issued before the ramp-up was over. */
  state(): SteadyState | undefined {
    const from = this.#from;
    const to = this.#to;
    if (from === undefined || to === undefined || to.atS <= from.atS) return undefined;
    const mean = (sum: number, count: number) => (count > 0 ? sum / count : undefined);
    return {
      fromS: from.atS,
      toS: to.atS,
      gpuJ: to.gpuJ - from.gpuJ,
      outputTokens: to.outputTokens - from.outputTokens,
      itlS: mean(to.gapS - from.gapS, to.gaps - from.gaps),
      tpotS: mean(to.tpotS - from.tpotS, to.tpots - from.tpots),
      meanBatch: mean(to.seqS - from.seqS, to.busyS - from.busyS),
    };
  }

  #mark(atS: Seconds): Mark {
    const { energy, tokens, itlS, tpotS, time } = this.#recorder;
    let gpuJ = energy.runJ + energy.idleJ + this.#standbyW * atS - (this.#savedJ?.(atS) ?? 0);
    let { seqS, busyS } = time;
    let outputTokens = tokens.output;
    let gapS = itlS.sum;
    let gaps = itlS.count;
    for (const stepper of this.#steppers) {
      const { run, replica } = stepper;
      gpuJ += stepper.idleJ(atS);
      if (run === undefined) continue;
      const spanS = atS - run.startS;
      const ended = runs.stepsEndedAt(run, atS);
      gpuJ += runs.energyUntilJ(run, atS);
      seqS += run.seqs * spanS;
      busyS += spanS;
      outputTokens += ended * replica.decode.liveSeqs;
      gapS += runs.spanS(run, ended) * replica.decode.liveSeqs;
      gaps += ended * replica.decode.liveSeqs;
    }
    return {
      atS,
      gpuJ,
      outputTokens,
      gapS,
      gaps,
      tpotS: tpotS.sum,
      tpots: tpotS.count,
      seqS,
      busyS,
    };
  }
}
