import type { BatchShape, StepCost, StepModel } from "../ports.ts";

/** A step model in whose place another of the same network may come. */
export class SwitchedModel implements StepModel {
  #model: StepModel;

  constructor(model: StepModel) {
    this.#model = model;
  }

  get prefillFlop(): StepModel["prefillFlop"] {
    return this.#model.prefillFlop;
  }

  get windowTokens(): StepModel["windowTokens"] {
    return this.#model.windowTokens;
  }

  price(shape: Readonly<BatchShape>, cost: StepCost): void {
    this.#model.price(shape, cost);
  }

  /** False where it is the model already. */
  become(model: StepModel): boolean {
    if (this.#model === model) return false;
    this.#model = model;
    return true;
  }
}
