import type { Joules, ReplicaId, Seconds, Tokens } from "./units.ts";

/** A step, or consecutive steps of one unchanged batch, as a trace shows it. */
export interface RunRecord {
  readonly replica: ReplicaId;
  readonly startS: Seconds;
  readonly endS: Seconds;
  readonly steps: number;
  readonly decodeSeqs: number;
  readonly prefillSeqs: number;
  readonly prefillTokens: Tokens;
  /** Requests in the queue, and used share of the KV blocks, when it ends. */
  readonly waitingSeqs: number;
  readonly kvUsedRatio: number;
  readonly energyJ: Joules;
}
