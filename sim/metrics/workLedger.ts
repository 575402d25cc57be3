import type { Request } from "../request.ts";
import type { Joules, ReplicaId, Tokens } from "../units.ts";

/** What a request has had on one replica. */
interface Work {
  readonly replica: ReplicaId;
  prefillJ: Joules;
  decodeJ: Joules;
  /** Of its prompt, those that were booked as computed for the first time. */
  computedTokens: Tokens;
}

/** What each request has had of prefill and decode since it last began: what a failure takes back. */
export class WorkLedger {
  readonly #works = new WeakMap<Request, Work[]>();

  prefill(request: Request, replica: ReplicaId, energyJ: Joules): void {
    this.#workOf(request, replica).prefillJ += energyJ;
  }

  decode(request: Request, replica: ReplicaId, energyJ: Joules): void {
    this.#workOf(request, replica).decodeJ += energyJ;
  }

  computed(request: Request, replica: ReplicaId, tokens: Tokens): void {
    this.#workOf(request, replica).computedTokens += tokens;
  }

  /** In the order of replicas on which it was; none of it is known any more. */
  take(request: Request): readonly Work[] {
    const works = this.#works.get(request) ?? [];
    this.#works.delete(request);
    return works;
  }

  #workOf(request: Request, replica: ReplicaId): Work {
    let works = this.#works.get(request);
    if (works === undefined) {
      works = [];
      this.#works.set(request, works);
    }
    const last = works.at(-1);
    if (last?.replica === replica) return last;
    const work = { replica, prefillJ: 0, decodeJ: 0, computedTokens: 0 };
    works.push(work);
    return work;
  }
}
