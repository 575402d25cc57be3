import type { ReplicaSnapshot } from "../sim/snapshot.ts";
import type { Tone } from "./line.ts";

/** What a replica is doing, told by a letter and a word before its colour. */
export const phaseNames: Readonly<
  Record<ReplicaSnapshot["phase"], readonly [name: string, tone: Tone]>
> = {
  idle: ["· idle", "idle"],
  prefill: ["P prefill", "prefill"],
  decode: ["D decode", "decode"],
  mixed: ["M mixed", "bold"],
  down: ["× down", "alarm"],
};
