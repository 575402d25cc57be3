import { duration, grouped } from "../experiments/report/quantity.ts";
import type { SweepProgress } from "../experiments/sweep/runSweep.ts";

/** How often a line is written over, and how often a log gets a new one. */
const screenEveryMs = 200;
const logEveryMs = 10_000;

/** How far a sweep is, on stderr: one line where a person looks, a line now and then in a log. */
export function sweepProgress(quiet: boolean, what = "points") {
  const { stderr } = process;
  const everyMs = stderr.isTTY ? screenEveryMs : logEveryMs;
  const startedMs = performance.now();
  let toldMs = startedMs;
  let isShown = false;
  return {
    show(progress: Omit<SweepProgress, "resumed"> & { readonly resumed?: number }) {
      const nowMs = performance.now();
      if (quiet || nowMs - toldMs < everyMs) return;
      toldMs = nowMs;
      const text = progressText({ resumed: 0, ...progress }, (nowMs - startedMs) / 1000, what);
      isShown = stderr.isTTY;
      stderr.write(stderr.isTTY ? `\r${text}\u001b[K` : `${text}\n`);
    },
    clear() {
      if (isShown) stderr.write("\r\u001b[K");
      isShown = false;
    },
  };
}

/** "420 of 1,000 points, 35 /s, 17 s left, 2 failed" */
export function progressText(
  { done, points, failed, resumed }: SweepProgress,
  elapsedS: number,
  what = "points",
): string {
  const ratePerS = (done - resumed) / elapsedS;
  const left = ratePerS > 0 ? `, ${duration((points - done) / ratePerS)} left` : "";
  const digits = ratePerS < 10 ? 2 : 0;
  const counted = `${grouped(done)} of ${grouped(points)} ${what}`;
  return `${counted}, ${ratePerS.toFixed(digits)} /s${left}, ${grouped(failed)} failed`;
}
