/** Preemptions in a row without a token that was not computed before. */
const preemptionsMax = 1000;
/** Rejections at one instant of requests that follow others: each makes the next come at once. */
const rejectionsMax = 100_000;

/** Notices a run that goes on for ever without getting anywhere. */
export class Watchdog {
  /** Preemptions when a token was last computed for the first time. */
  #preemptionsAtProgress = 0;
  #rejectionsAtOnce = 0;

  newInstant(): void {
    this.#rejectionsAtOnce = 0;
  }

  /** A step ended; true where replicas do nothing but preempt each other's requests. */
  seesThrashing(preemptions: number, madeProgress: boolean): boolean {
    if (madeProgress) this.#preemptionsAtProgress = preemptions;
    return preemptions - this.#preemptionsAtProgress >= preemptionsMax;
  }

  /** A follower was rejected; true where users do nothing but ask in vain. */
  seesVainRequests(): boolean {
    return ++this.#rejectionsAtOnce >= rejectionsMax;
  }
}
