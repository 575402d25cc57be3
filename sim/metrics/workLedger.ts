import type { Request } from "../request.ts";
import type { Joules, Tokens } from "../units.ts";

interface Work {
  prefillJ: Joules;
  decodeJ: Joules;
  /** Of its prompt, those that were booked as computed for the first time. */
  computedTokens: Tokens;
}

/** Where work is booked. */
interface Books {
  readonly energy: { prefillJ: Joules; decodeJ: Joules; wastedJ: Joules };
  readonly tokens: { computedPrompt: Tokens };
}

/** What each request has had of prefill and decode since it last began: what a failure takes back. */
export class WorkLedger {
  readonly #works = new WeakMap<Request, Work>();

  prefill(request: Request, energyJ: Joules): void {
    this.#workOf(request).prefillJ += energyJ;
  }

  decode(request: Request, energyJ: Joules): void {
    this.#workOf(request).decodeJ += energyJ;
  }

  computed(request: Request, tokens: Tokens): void {
    this.#workOf(request).computedTokens += tokens;
  }

  /** It was in vain: its joules, which are told, are wasted, and its tokens are to be computed again. */
  lose(request: Request, { energy, tokens }: Books): Joules {
    const { prefillJ, decodeJ, computedTokens } = this.#workOf(request);
    this.#works.delete(request);
    energy.prefillJ -= prefillJ;
    energy.decodeJ -= decodeJ;
    energy.wastedJ += prefillJ + decodeJ;
    tokens.computedPrompt -= computedTokens;
    return prefillJ + decodeJ;
  }

  #workOf(request: Request): Work {
    const known = this.#works.get(request);
    if (known !== undefined) return known;
    const work = { prefillJ: 0, decodeJ: 0, computedTokens: 0 };
    this.#works.set(request, work);
    return work;
  }
}
