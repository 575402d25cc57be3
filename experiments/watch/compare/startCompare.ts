import { threadFile } from "../../threadFile.ts";
import { startThread, type WatchedThread } from "../watchThread.ts";
import type { PairPlayed, PairWork, WatchedPair } from "./pairProtocol.ts";

/** Two runs that play in step in a thread of their own. */
export type WatchedPairThread = WatchedThread<WatchedPair, PairPlayed>;

/** @throws UserError and RunError as a run does. */
export async function startCompare(work: PairWork): Promise<WatchedPairThread> {
  return startThread(threadFile("compareWorker", import.meta.url), work);
}
