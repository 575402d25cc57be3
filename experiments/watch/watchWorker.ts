import { parentPort, workerData } from "node:worker_threads";
import { SimulationError } from "../../sim/assert.ts";
import { UserError } from "../errors.ts";
import { loadScenario } from "../scenario/load.ts";
import { expectedS } from "./expected.ts";
import { Player } from "./player.ts";
import type { FromWorker, ToWorker, WatchWork } from "./protocol.ts";
import { watchedOf } from "./watched.ts";

const work: WatchWork = workerData;
const tell = (message: FromWorker) => parentPort?.postMessage(message);

async function play({ path, options }: WatchWork): Promise<void> {
  const loaded = loadScenario(path, options);
  const wholeS = expectedS(loaded);
  const player = new Player(loaded, wholeS, (view) => tell({ kind: "view", view }));
  tell({ kind: "ready", watched: watchedOf(loaded, wholeS) });
  parentPort?.on("message", (message: ToWorker) => {
    if (message.kind === "drawn") player.drawn();
    else if (message.kind === "look") player.look(message.replica);
    else player.obey(message.command);
  });
  await player.play();
}

play(work).catch((error: unknown) => {
  if (error instanceof UserError) tell({ kind: "wrong", problems: error.problems });
  else if (error instanceof SimulationError) {
    tell({ kind: "failed", message: `the run failed: ${error.message}` });
  } else throw error;
});
