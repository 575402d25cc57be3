import { parentPort } from "node:worker_threads";
import { SimulationError } from "../../sim/assert.ts";
import { RunError, UserError } from "../errors.ts";
import { type Playable, Player } from "./player.ts";
import type { FromWorker, Playing, ToWorker } from "./protocol.ts";

/** What a thread plays, and what of it stays the same. */
export interface Play<Head, View> {
  readonly head: Head;
  readonly begin: () => Playable<View>;
  /** Seconds that the whole takes. */
  readonly expectedS: number;
}

/** Plays what `open` finds for whoever started this thread; what goes wrong is told there. */
export function playInThread<Head, View extends object>(open: () => Play<Head, View>): void {
  const tell = (message: FromWorker<Head, View & Playing>) => parentPort?.postMessage(message);
  play(open, tell).catch((error: unknown) => {
    if (error instanceof UserError) tell({ kind: "wrong", problems: error.problems });
    else if (error instanceof RunError) tell({ kind: "failed", message: error.message });
    else if (error instanceof SimulationError) {
      tell({ kind: "failed", message: `the run failed: ${error.message}` });
    } else throw error;
  });
}

async function play<Head, View extends object>(
  open: () => Play<Head, View>,
  tell: (message: FromWorker<Head, View & Playing>) => void,
): Promise<void> {
  const { head, begin, expectedS } = open();
  const player = new Player(begin, expectedS, (view) => tell({ kind: "view", view }));
  tell({ kind: "ready", head });
  parentPort?.on("message", (message: ToWorker) => {
    if (message.kind === "drawn") player.drawn();
    else if (message.kind === "turn") player.turn(message.knob);
    else if (message.kind === "look") player.look(message.replica);
    else player.obey(message.command);
  });
  await player.play();
}
