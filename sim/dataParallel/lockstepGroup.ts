import { assert } from "../assert.ts";
import { type BatchShape, emptyShape, type LockstepModel } from "../ports.ts";
import { describeStep } from "../stepPricer.ts";
import type { Stepper } from "../stepper.ts";
import type { Seconds } from "../units.ts";

/**
 * Ranks that share their experts. A step begins on all of them when none is in flight and some rank
 * has a batch; ranks without one step along, since every layer's experts wait for all.
 */
export class LockstepGroup {
  readonly steppers: readonly Stepper[];
  readonly #model: LockstepModel;
  readonly #scratch: readonly BatchShape[];
  readonly #shapes: (BatchShape | undefined)[];

  constructor(steppers: readonly Stepper[], model: LockstepModel) {
    assert(
      steppers.every(({ replica }, rank) => replica.config.stepModel === model.ranks[rank]),
      "ranks whose steps another model prices",
    );
    this.steppers = steppers;
    this.#model = model;
    this.#scratch = steppers.map(emptyShape);
    this.#shapes = steppers.map(() => undefined);
  }

  get inFlight(): boolean {
    return this.steppers.some(({ run }) => run !== undefined);
  }

  /** When the next step ends, of the ranks that have a batch; undefined where none has. */
  start(nowS: Seconds): Seconds | undefined {
    let atWork = 0;
    for (const [rank, stepper] of this.steppers.entries()) {
      if (stepper.accompaniesAtW !== undefined) leaveStep(stepper, nowS);
      const shape = stepper.form(nowS) ? this.#scratch[rank] : undefined;
      this.#shapes[rank] = shape;
      if (shape === undefined) continue;
      describeStep(stepper.replica, shape);
      atWork++;
    }
    return atWork === 0 ? undefined : this.#launch(nowS, atWork);
  }

  #launch(nowS: Seconds, atWork: number): Seconds {
    const powerW = this.#model.meet(this.#shapes);
    const ranksEach = this.steppers.length / atWork;
    let endS: Seconds | undefined;
    for (const [rank, stepper] of this.steppers.entries()) {
      if (this.#shapes[rank] === undefined) {
        stepper.bookIdle(nowS);
        stepper.accompaniesAtW = powerW;
        continue;
      }
      const rankEndS = stepper.launch(nowS);
      endS ??= rankEndS;
      assert(endS === rankEndS, `ranks of one step end at ${endS} s and ${rankEndS} s`);
      const { run, replica } = stepper;
      if (run === undefined) continue;
      run.gpus = ranksEach * replica.config.gpus;
      run.idleW = ranksEach * replica.config.idleW;
    }
    assert(endS !== undefined, "a step without a rank at work");
    return endS;
  }
}

/** The step that it took along has ended. */
function leaveStep(stepper: Stepper, nowS: Seconds): void {
  stepper.accompaniesAtW = undefined;
  stepper.idleSinceS = nowS;
}

/** Each rank's group, by its id; the ranks of a group follow each other. */
export function lockstepGroupsOf(
  steppers: readonly Stepper[],
  models: readonly LockstepModel[] | undefined,
): readonly LockstepGroup[] | undefined {
  if (models === undefined) return undefined;
  let first = 0;
  return models.flatMap((model) => {
    const ranks = steppers.slice(first, first + model.ranks.length);
    first += model.ranks.length;
    const group = new LockstepGroup(ranks, model);
    return ranks.map(() => group);
  });
}
