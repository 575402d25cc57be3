import { Worker } from "node:worker_threads";
import { RunError } from "../../errors.ts";
import { threadFile } from "../../threadFile.ts";
import type {
  CalibrateMeasurements,
  CalibrationProgress,
  MeasurementsCalibration,
} from "../measurements/measurementsCalibration.ts";

/** What the worker says: how far it is, what came of it, or why nothing did. */
export type WorkerMessage =
  | { readonly kind: "progress"; readonly progress: CalibrationProgress }
  | { readonly kind: "done"; readonly calibration: MeasurementsCalibration }
  | { readonly kind: "failed"; readonly message: string };

/**
 * Fits a user's measurements in a thread of its own: a fit is one long computation, and the command
 * must hear an interrupt meanwhile. Needs the built package, as a worker loads JavaScript alone.
 * @throws RunError where the fit fails; rejects with the signal's reason where that aborts.
 */
export const calibrateMeasurements: CalibrateMeasurements = (
  runs,
  { gpuId, source, signal, onProgress },
) =>
  new Promise((resolve, reject) => {
    const worker = new Worker(threadFile("measurementsWorker", import.meta.url), {
      workerData: { runs, gpuId, source },
    });
    const stop = () => {
      signal?.removeEventListener("abort", abort);
      void worker.terminate();
    };
    const abort = () => {
      stop();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort);
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "progress") return onProgress?.(message.progress);
      stop();
      if (message.kind === "done") resolve(message.calibration);
      else reject(new RunError(message.message));
    });
    worker.on("error", (error) => {
      stop();
      reject(error);
    });
  });
