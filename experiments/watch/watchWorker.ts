import { workerData } from "node:worker_threads";
import { readChanges } from "../changes/changesFile.ts";
import { loadScenario } from "../scenario/load.ts";
import { expectedS } from "./expected.ts";
import { binOf } from "./history.ts";
import { LiveRun } from "./liveRun.ts";
import { playInThread } from "./playInThread.ts";
import type { WatchWork } from "./protocol.ts";
import { watchedOf } from "./watched.ts";

const { path, options, changes }: WatchWork = workerData;

playInThread(() => {
  const loaded = {
    ...loadScenario(path, options),
    changes: changes === undefined ? undefined : readChanges(changes),
  };
  const wholeS = expectedS(loaded);
  return {
    head: watchedOf(loaded, wholeS),
    begin: () => new LiveRun(loaded, binOf(wholeS), true),
    expectedS: wholeS,
  };
});
