import { parentPort, workerData } from "node:worker_threads";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import type { WorkerMessage } from "./calibrateMeasurements.ts";
import { fitMeasurements } from "./fitMeasurements.ts";

interface Asked {
  readonly runs: readonly MeasuredRun[];
  readonly gpuId: string;
  readonly source: string;
}

/** More often than this nobody reads it. */
const progressEveryMs = 200;

const { runs, gpuId, source }: Asked = workerData;
// What a fit takes is not known before: each of its rounds simulates all runs once.
const total = runs.length * 100;
let done = 0;
let toldMs = 0;

function tell(message: WorkerMessage): void {
  parentPort?.postMessage(message);
}

function onRun(doing: string): void {
  done++;
  const nowMs = performance.now();
  if (nowMs - toldMs < progressEveryMs) return;
  toldMs = nowMs;
  tell({ kind: "progress", progress: { doing, done: Math.min(done, total - 1), total } });
}

try {
  const calibration = fitMeasurements(runs, { gpuId, source, onRun });
  tell({ kind: "progress", progress: { doing: "done", done: total, total } });
  tell({ kind: "done", calibration });
} catch (error) {
  if (!(error instanceof Error) || error.message.startsWith("invariant broken")) throw error;
  tell({ kind: "failed", message: error.message });
}
