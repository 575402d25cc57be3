import { duration, grouped } from "../experiments/report/quantity.ts";
import type { Progress } from "../experiments/run.ts";

export interface ProgressLine {
  show(progress: Progress): void;
  /** A line that stays, whoever looks. */
  say(text: string): void;
  clear(): void;
}

/** One line on stderr, where a person looks and the run takes longer than a second. */
export function progressLine(quiet: boolean): ProgressLine {
  const { stderr } = process;
  const startedMs = performance.now();
  let shown = false;
  const clear = () => {
    if (shown) stderr.write("\r\u001b[K");
    shown = false;
  };
  return {
    show(progress) {
      if (quiet || !stderr.isTTY || performance.now() - startedMs < 1000) return;
      shown = true;
      stderr.write(`\r${progressText(progress)}\u001b[K`);
    },
    say(text) {
      clear();
      if (!quiet) stderr.write(`${text}\n`);
    },
    clear,
  };
}

/** Where a run stands: "42 %, 1,234 requests, 10 min 04 s simulated". */
export function progressText({ doneRatio, endedRequests, simulatedS }: Progress): string {
  const done = doneRatio === undefined ? "" : `${Math.floor(doneRatio * 100)} %, `;
  return `${done}${grouped(endedRequests)} requests, ${duration(simulatedS)} simulated`;
}
