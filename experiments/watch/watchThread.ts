import { Worker } from "node:worker_threads";
import { RunError, UserError } from "../errors.ts";
import { failureOf } from "./failure.ts";
import type { Knob } from "./knobs.ts";
import type { FromWorker, ToWorker, WatchCommand } from "./protocol.ts";

/** What plays in a thread of its own. */
export interface WatchedThread<Head, View> {
  readonly head: Head;
  command(command: WatchCommand): void;
  turn(knob: Knob): void;
  /** Asks for the requests of one replica; undefined: of none. */
  look(replica: number | undefined): void;
  /** Calls `draw` with each view; the next comes when it has returned. */
  onView(draw: (view: View) => void): void;
  /** Calls `end` where what plays cannot go on. */
  onFailure(end: (error: Error) => void): void;
  close(): Promise<void>;
}

/** @throws UserError and RunError as a run does. */
export async function startThread<Head, View>(
  file: URL,
  workerData: unknown,
): Promise<WatchedThread<Head, View>> {
  const worker = new Worker(file, { workerData });
  const send = (message: ToWorker) => worker.postMessage(message);
  let draw: ((view: View) => void) | undefined;
  let pending: View | undefined;
  const failure = failureOf(worker);
  const show = () => {
    if (draw === undefined || pending === undefined) return;
    draw(pending);
    pending = undefined;
    send({ kind: "drawn" });
  };
  const head = await new Promise<Head>((resolve, reject) => {
    failure.tell(reject);
    worker.on("message", (message: FromWorker<Head, View>) => {
      if (message.kind === "ready") resolve(message.head);
      else if (message.kind === "wrong") failure.note(new UserError(message.problems));
      else if (message.kind === "failed") failure.note(new RunError(message.message));
      else {
        pending = message.view;
        show();
      }
    });
  });
  return {
    head,
    command: (command) => send({ kind: "command", command }),
    turn: (knob) => send({ kind: "turn", knob }),
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
