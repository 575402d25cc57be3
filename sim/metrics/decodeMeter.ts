import type { Request } from "../request.ts";
import { type StepRun, sum, sumTimesIndex } from "../stepRun.ts";
import type { Joules } from "../units.ts";

/**
 * Shares the joules of decoding among sequences in O(1) a sequence, however many steps it lived.
 * A sequence's context at step n is kvOrigin + n + 1, so three running totals are enough: joules per
 * sequence, joules per context token, and the latter times the step's number.
 */
export class DecodeMeter {
  #originStep = 0;
  #perSeqJ: Joules = 0;
  #perContextTokenJ: Joules = 0;
  #contextStepJ = 0;

  /** Books the first `count` steps of a run that began at replica step `step`. */
  add(run: StepRun, step: number, count: number): void {
    const perContextTokenJ = sum(run.perContextTokenJ, count);
    this.#perSeqJ += sum(run.perSeqJ, count);
    this.#perContextTokenJ += perContextTokenJ;
    this.#contextStepJ +=
      (step - this.#originStep) * perContextTokenJ + sumTimesIndex(run.perContextTokenJ, count);
  }

  /** Books `ratio` of the step at index `index` of a run: a step that the horizon cuts. */
  addPart(run: StepRun, step: number, index: number, ratio: number): void {
    const { perSeqJ, perContextTokenJ } = run;
    const contextJ = ratio * (sum(perContextTokenJ, index + 1) - sum(perContextTokenJ, index));
    this.#perSeqJ += ratio * (sum(perSeqJ, index + 1) - sum(perSeqJ, index));
    this.#perContextTokenJ += contextJ;
    this.#contextStepJ += (step + index - this.#originStep) * contextJ;
  }

  /** From here on the request takes its share. */
  mark(request: Request): void {
    request.mark.perSeqJ = this.#perSeqJ;
    request.mark.perContextTokenJ = this.#perContextTokenJ;
    request.mark.contextStepJ = this.#contextStepJ;
  }

  /** The request's joules since its mark, and what of them its padding caused; marks it again. */
  settle(request: Request, share: { energyJ: Joules; paddingJ: Joules }): void {
    const { mark } = request;
    const perContextTokenJ = this.#perContextTokenJ - mark.perContextTokenJ;
    const contextAtOrigin = request.kvOrigin + 1 + this.#originStep;
    share.energyJ =
      this.#perSeqJ -
      mark.perSeqJ +
      contextAtOrigin * perContextTokenJ +
      (this.#contextStepJ - mark.contextStepJ);
    share.paddingJ = request.paddingTokens * perContextTokenJ;
    this.mark(request);
  }

  /** True when the totals have grown so long that small shares would lose digits. */
  isWorn(step: number): boolean {
    return step - this.#originStep > 65536;
  }

  /** Starts the totals anew at `step`; every sequence must be settled before and marked after. */
  restart(step: number): void {
    this.#originStep = step;
    this.#perSeqJ = 0;
    this.#perContextTokenJ = 0;
    this.#contextStepJ = 0;
  }
}
