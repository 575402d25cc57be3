import { render } from "ink";
import type { ReactElement } from "react";
import { Painter } from "./painter.ts";

/** The other screen, without cursor; rows that are too long while it is resized are cut, not wrapped. */
const enter = "\u001b[?1049h\u001b[H\u001b[?25l\u001b[?7l";
const leave = "\u001b[m\u001b[?7h\u001b[?25h\u001b[?1049l";

export interface Terminal {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  /** Aborted by signals. */
  readonly signal: AbortSignal;
}

interface Shown {
  /** What is shown until it calls `quit`. */
  readonly screens: (quit: () => void) => ReactElement;
  /** Calls `end` where what is shown cannot go on. */
  readonly onFailure: (end: (error: Error) => void) => void;
}

/**
 * Shows screens on the terminal's other screen until the user leaves. However that ends, also where
 * anything throws, the terminal is as it was before when the error is told.
 */
export async function onTerminal(terminal: Terminal, { screens, onFailure }: Shown): Promise<void> {
  const { stdin, stdout, signal } = terminal;
  const painted = paintedOn(stdout);
  let isRestored = false;
  const restore = () => {
    if (isRestored) return;
    isRestored = true;
    painted.end();
    if (stdin.isRaw) stdin.setRawMode(false);
    stdout.write(leave);
  };
  process.on("exit", restore);
  stdout.write(enter);
  let unmount = () => {};
  let listening = () => {};
  try {
    await new Promise<void>((resolve, reject) => {
      listening = listen(signal, reject);
      onFailure(reject);
      const app = render(screens(resolve), {
        stdin,
        stdout: painted.stream,
        exitOnCtrlC: false,
        patchConsole: false,
        // Whole frames as they come: what is drawn of them, the painter says.
        debug: true,
      });
      unmount = app.unmount;
      app.waitUntilExit().then(() => resolve(), reject);
    });
  } finally {
    painted.end();
    unmount();
    restore();
    listening();
    process.off("exit", restore);
  }
}

/** Hears of signals, and of what is thrown where nobody catches; the answer ends that. */
function listen(signal: AbortSignal, end: (error: unknown) => void): () => void {
  const abort = () => end(signal.reason);
  const crash = (error: unknown) => end(error);
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort);
  process.on("uncaughtException", crash);
  process.on("unhandledRejection", crash);
  return () => {
    signal.removeEventListener("abort", abort);
    process.off("uncaughtException", crash);
    process.off("unhandledRejection", crash);
  };
}

/** That turns something of the terminal on or off, as the cursor, and is no frame. */
const switches = new RegExp(`^(?:${"\\u001b"}\\[\\?\\d+[hl])*$`);

/** A stream that takes frames from ink and draws them on the terminal. */
function paintedOn(stdout: NodeJS.WriteStream) {
  const painter = new Painter();
  let frame: string | undefined;
  let isOpen = true;
  const draw = () => {
    if (!isOpen || frame === undefined) return;
    const size = { width: stdout.columns || 80, height: stdout.rows || 24 };
    const bytes = painter.paint(frame, size);
    if (bytes !== "") stdout.write(bytes);
  };
  const write = (text: string, done?: () => void) => {
    if (!switches.test(text)) {
      frame = text;
      draw();
    }
    done?.();
    return true;
  };
  const stream: NodeJS.WriteStream = Object.create(stdout, {
    write: { value: write },
    on: { value: stdout.on.bind(stdout) },
    off: { value: stdout.off.bind(stdout) },
  });
  return {
    stream,
    end: () => {
      isOpen = false;
    },
  };
}
