import type { RequestView } from "../ports.ts";
import { RequestList } from "../requestList.ts";
import { OrderedQueue } from "./orderedQueue.ts";
import { PackedQueue } from "./packedQueue.ts";
import type { WaitingQueue } from "./waitingQueue.ts";

/** In which order those who wait are admitted. */
export interface SchedulingPolicy {
  /** @param isLeftInOrder nobody leaves it but from its front, and nobody else refers to who waits. */
  readonly queue: (isLeftInOrder: boolean) => WaitingQueue;
  /** Whether `a` gives way before `b` where the KV cache is full; undefined: who came last does. */
  readonly yieldsBefore?: ((a: RequestView, b: RequestView) => boolean) | undefined;
}

export type SchedulingPolicyName = "fcfs" | "priority" | "shortest_input";

/** The lower, the more urgent; among equals first come, first served. */
const isMoreUrgent = (a: RequestView, b: RequestView): boolean =>
  a.priority === b.priority ? a.id < b.id : a.priority < b.priority;

const isShorter = (a: RequestView, b: RequestView): boolean =>
  a.promptTokens === b.promptTokens ? a.id < b.id : a.promptTokens < b.promptTokens;

/** By vLLM's names where it has one. */
export const schedulingPolicies: Readonly<Record<SchedulingPolicyName, SchedulingPolicy>> = {
  fcfs: { queue: (isLeftInOrder) => (isLeftInOrder ? new PackedQueue() : new RequestList()) },
  priority: {
    queue: () => new OrderedQueue(isMoreUrgent),
    yieldsBefore: (a, b) => isMoreUrgent(b, a),
  },
  shortest_input: { queue: () => new OrderedQueue(isShorter) },
};
