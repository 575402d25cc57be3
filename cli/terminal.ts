import { coloured, type Paint, plain } from "../experiments/report/paint.ts";

/** Colour where a person looks: not in a pipe, not under NO_COLOR, not where --no-color was said. */
export function paintFor(stream: { isTTY?: boolean }, wanted = true): Paint {
  const { NO_COLOR = "", FORCE_COLOR = "0", TERM } = process.env;
  if (!wanted || NO_COLOR !== "" || TERM === "dumb") return plain;
  return FORCE_COLOR !== "0" || stream.isTTY === true ? coloured : plain;
}

/** Whether there is a terminal to draw on; where there is none, says why, and what is printed in its place. */
export function hasScreen(printed: string): boolean {
  const { stdin, stdout, stderr } = process;
  if (stdin.isTTY && stdout.isTTY) return true;
  const which = stdout.isTTY ? "stdin" : "stdout";
  stderr.write(`${which} is no terminal to watch on: this is ${printed}\n`);
  return false;
}

/** A reader that has seen enough (`| head`) ends the program quietly, a full disk with a line. */
export function survivesClosedPipes(): void {
  const { stdout, stderr } = process;
  for (const stream of [stdout, stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(0);
      if (stream === stdout) stderr.write(`error: stdout: ${error.message}\n`);
      process.exit(1);
    });
  }
}
