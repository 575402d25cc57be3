import type { ScenarioOptions } from "../scenario/check.ts";
import { threadFile } from "../threadFile.ts";
import type { Watched, WatchView, WatchWork } from "./protocol.ts";
import { startThread, type WatchedThread } from "./watchThread.ts";

/** A run that plays in a thread of its own. */
export type WatchedRun = WatchedThread<Watched, WatchView>;

/** @throws UserError and RunError as a run does. */
export async function startWatch(
  path: string,
  options: ScenarioOptions,
  changes?: string,
): Promise<WatchedRun> {
  const work: WatchWork = { path, options, changes };
  return startThread(threadFile("watchWorker", import.meta.url), work);
}
