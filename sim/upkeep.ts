import type { Replica } from "./replica.ts";

/** When the one that has decoded longest joined: drafts make sequences join anew, so it need not be the first admitted. */
export function oldestJoinStep({ running, step }: Replica): number {
  let oldest = step;
  for (let request = running.first; request !== undefined; request = request.following) {
    if (request.isDecoding) oldest = Math.min(oldest, request.joinStep);
  }
  return oldest;
}

/** The totals of a meter begin anew, so that small shares lose no digits. */
export function renewMeter(replica: Replica): void {
  const { running, meter } = replica;
  for (let request = running.first; request !== undefined; request = request.following) {
    if (request !== replica.partial) replica.settle(request);
  }
  meter.restart(replica.step);
  for (let request = running.first; request !== undefined; request = request.following) {
    meter.mark(request);
  }
}

/** Books what decoding requests have had when the simulation ends in the midst of them. */
export function settleUnfinished(replica: Replica): void {
  const { chunks, running, partial, step, gaps } = replica;
  for (let request = running.first; request !== undefined; request = request.following) {
    const isBeingAdmitted = chunks.some((chunk) => chunk.request === request);
    if (request === partial || isBeingAdmitted) continue;
    replica.settle(request);
    gaps?.keep(request, step);
    request.emittedTokens = request.outputTokens - Math.max(0, request.finishStep - step);
  }
}
