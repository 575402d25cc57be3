import { Worker } from "node:worker_threads";
import { RunError, UserError } from "../errors.ts";
import type { ScenarioOptions } from "../scenario/check.ts";
import { threadFile } from "../threadFile.ts";
import { failureOf } from "./failure.ts";
import type { FromWorker, ToWorker, WatchCommand, Watched, WatchView } from "./protocol.ts";

/** A run that plays in a thread of its own. */
export interface WatchedRun {
  readonly watched: Watched;
  command(command: WatchCommand): void;
  /** Asks for the requests of one replica; undefined: of none. */
  look(replica: number | undefined): void;
  /** Calls `draw` with each view; the next comes when it has returned. */
  onView(draw: (view: WatchView) => void): void;
  /** Calls `end` where the run cannot go on. */
  onFailure(end: (error: Error) => void): void;
  close(): Promise<void>;
}

/** @throws UserError and RunError as a run does. */
export async function startWatch(path: string, options: ScenarioOptions): Promise<WatchedRun> {
  const worker = new Worker(threadFile("watchWorker", import.meta.url), {
    workerData: { path, options },
  });
  const send = (message: ToWorker) => worker.postMessage(message);
  let draw: ((view: WatchView) => void) | undefined;
  let pending: WatchView | undefined;
  const failure = failureOf(worker);
  const show = () => {
    if (draw === undefined || pending === undefined) return;
    draw(pending);
    pending = undefined;
    send({ kind: "drawn" });
  };
  const watched = await new Promise<Watched>((resolve, reject) => {
    failure.tell(reject);
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "ready") resolve(message.watched);
      else if (message.kind === "wrong") failure.note(new UserError(message.problems));
      else if (message.kind === "failed") failure.note(new RunError(message.message));
      else {
        pending = message.view;
        show();
      }
    });
  });
  return {
    watched,
    command: (command) => send({ kind: "command", command }),
    look: (replica) => send({ kind: "look", replica }),
    onView(listener) {
      draw = listener;
      show();
    },
    onFailure: failure.tell,
    async close() {
      await worker.terminate();
    },
  };
}
