import type { MeasuredRun } from "./measuredRun.ts";

const mostUsers = 64;
const longestMs = 3000;

/** Where the wait for the prompts before is most of TTFT, it tells of luck in queueing. */
export function isQueueing({ scenario }: MeasuredRun, measuredMs: number): boolean {
  const { arrivals } = scenario.workload;
  const users = arrivals?.kind === "closed_loop" ? arrivals.concurrency : 1;
  return users > mostUsers || measuredMs > longestMs;
}
