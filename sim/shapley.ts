import { type BatchShape, emptyCost, emptyShape, type StepCost, type StepModel } from "./ports.ts";
import type { Joules } from "./units.ts";

/** Splits the joules of a step between its prefill and its decode part by their Shapley values. */
export class MixedStepSplit {
  readonly #prefillShape = emptyShape();
  readonly #decodeShape = emptyShape();
  readonly #prefillAlone = emptyCost();
  /** The price of the decode part alone; what `prefillJ` leaves is shared in its proportions. */
  readonly decodeAlone = emptyCost();

  /** Joules of the prefill part: E_p + (E - E_p - E_d) / 2, all of them where nothing decodes. */
  prefillJ(model: StepModel, shape: Readonly<BatchShape>, cost: StepCost): Joules {
    if (shape.decodeSeqs === 0) return cost.energyJ;
    const decode = this.#decodeShape;
    decode.decodeSeqs = shape.decodeSeqs;
    decode.decodeTokens = shape.decodeTokens;
    decode.decodeContextTokens = shape.decodeContextTokens;
    decode.decodeWindowTokens = shape.decodeWindowTokens;
    // Whatever each decoding sequence computes is sampled from.
    decode.sampledSeqs = shape.decodeTokens;
    const prefill = this.#prefillShape;
    prefill.prefillSeqs = shape.prefillSeqs;
    prefill.prefillTokens = shape.prefillTokens;
    prefill.prefillPairs = shape.prefillPairs;
    prefill.prefillWindowPairs = shape.prefillWindowPairs;
    prefill.prefillContextTokens = shape.prefillContextTokens;
    prefill.sampledSeqs = shape.sampledSeqs - shape.decodeTokens;
    // Where steps hold both, only prompts move tokens: those that were cached in the host's memory.
    prefill.swappedTokens = shape.swappedTokens;
    model.price(decode, this.decodeAlone);
    model.price(prefill, this.#prefillAlone);
    const surplusJ = cost.energyJ - this.#prefillAlone.energyJ - this.decodeAlone.energyJ;
    return this.#prefillAlone.energyJ + surplusJ / 2;
  }
}
