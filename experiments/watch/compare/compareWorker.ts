import { workerData } from "node:worker_threads";
import { loadScenario } from "../../scenario/load.ts";
import { expectedS } from "../expected.ts";
import { binOf } from "../history.ts";
import { LiveRun } from "../liveRun.ts";
import { playInThread } from "../playInThread.ts";
import type { PairWork } from "./pairProtocol.ts";
import { PairRun } from "./pairRun.ts";
import { watchedPair } from "./watchedPair.ts";

const { files, options }: PairWork = workerData;
const [fileA, fileB] = files;

playInThread(() => {
  const a = { file: fileA, loaded: loadScenario(fileA, options) };
  const b = { file: fileB, loaded: loadScenario(fileB, options) };
  const wholeS = Math.max(expectedS(a.loaded), expectedS(b.loaded));
  // Bins of one length, so that the two have one axis.
  const begun = ({ file, loaded }: typeof a) => ({
    file,
    run: new LiveRun(loaded, binOf(wholeS)),
  });
  return {
    head: watchedPair(a, b, wholeS),
    begin: () => new PairRun(begun(a), begun(b)),
    expectedS: wholeS,
  };
});
