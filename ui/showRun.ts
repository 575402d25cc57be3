import { render } from "ink";
import { createElement } from "react";
import type { WatchedRun } from "../experiments/watch/startWatch.ts";
import type { Picture } from "./picture.ts";
import { Watch } from "./Watch.ts";

const enter = "\u001b[?1049h\u001b[H\u001b[?25l";
const leave = "\u001b[?25h\u001b[?1049l";

export interface WatchOptions {
  readonly hasColours: boolean;
  /** Writes a picture of the screen; tells the files, or what is wrong. */
  readonly save: (screen: string, picture: Picture) => string;
  /** Aborted by signals. */
  readonly signal: AbortSignal;
}

/**
 * Shows the run on the terminal's other screen until the user leaves.
 * However it ends, the terminal is as it was before.
 */
export async function showRun(
  run: WatchedRun,
  { hasColours, save, signal }: WatchOptions,
): Promise<void> {
  const { stdout } = process;
  let restored = false;
  const restore = () => {
    if (restored) return;
    restored = true;
    stdout.write(leave);
  };
  process.on("exit", restore);
  stdout.write(enter);
  let unmount = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      run.onFailure(reject);
      signal.addEventListener("abort", () => reject(signal.reason));
      const props = { run, hasColours, save, quit: resolve };
      const app = render(createElement(Watch, props), { exitOnCtrlC: false, maxFps: 10 });
      unmount = app.unmount;
      app.waitUntilExit().then(() => resolve(), reject);
    });
  } finally {
    unmount();
    restore();
    process.off("exit", restore);
  }
}
