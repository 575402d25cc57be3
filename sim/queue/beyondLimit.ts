import type { Request } from "../request.ts";
import type { WaitingQueue } from "./waitingQueue.ts";

interface LimitedReplica {
  readonly waiting: WaitingQueue;
  readonly config: { readonly maxWaiting?: number | undefined };
}

/**
 * Those whom the step that was just formed left waiting, beyond as many as may wait: the newest of
 * them, and nobody who has run before.
 */
export function beyondLimit({ waiting, config: { maxWaiting } }: LimitedReplica): Request[] {
  if (maxWaiting === undefined || waiting.size <= maxWaiting) return [];
  const newest = [...waiting]
    .filter(({ scheduledS }) => scheduledS === undefined)
    .sort((a, b) => b.id - a.id);
  return newest.slice(0, waiting.size - maxWaiting);
}
