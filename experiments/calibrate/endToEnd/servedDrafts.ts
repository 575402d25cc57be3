import type { CalibrationEntry, FittedOn } from "../../../models/calibrationEntry.ts";
import type { MetricName } from "../../measured/metrics.ts";
import type { CalibrationDraft } from "../writeCalibration.ts";
import { latencyTolerances, powerTolerances } from "./figures.ts";
import type { GroupFit } from "./groupFit.ts";

/**
 * The files that hold the second level, one for each GPU: over the file that names the GPU already.
 * @throws Error where none does.
 */
export function servedDrafts(
  fits: readonly GroupFit[],
  over: readonly CalibrationEntry[],
): CalibrationDraft[] {
  const gpus = [...new Set(fits.map(({ gpu }) => gpu))];
  return gpus.map((gpu) => {
    const own = fits.filter((fit) => fit.gpu === gpu);
    const kernels = over.find((entry) => entry.gpus.includes(gpu));
    if (kernels === undefined) throw new Error(`no calibration file names ${gpu}`);
    return {
      id: `${gpu.toLowerCase()}-served`,
      base: kernels.id,
      gpus: [gpu],
      numbers: own.flatMap(({ fit }) => fit.numbers),
      fittedOn: fittedOn(own),
    };
  });
}

/**
 * Each network and stack once. A power curve is fitted to runs of several stacks and stands for each;
 * joules tell of watts, and of time as well where both were fitted at once.
 */
export function fittedOn(fits: readonly Pick<GroupFit, "stack" | "metrics" | "fit">[]): FittedOn[] {
  const records = new Map<string, FittedOn>();
  for (const { stack: own, metrics, fit } of fits) {
    for (const { run, metric: figure } of fit.figures) {
      const { stack } = run.scenario.engine;
      const tells = {
        latency: stack === own && (figure in latencyTolerances || isJoules(figure)),
        power: figure in powerTolerances,
      };
      for (const metric of metrics.filter((name) => tells[name])) {
        const record = { architecture: run.architecture, stack, metric };
        records.set(Object.values(record).join("|"), record);
      }
    }
  }
  return [...records.keys()].sort().flatMap((key) => records.get(key) ?? []);
}

function isJoules(figure: MetricName): boolean {
  return figure.endsWith("_j");
}

/** Without the second level: what kernels alone say. */
export function kernelEntries(entries: readonly CalibrationEntry[]): CalibrationEntry[] {
  return entries.filter(({ fitted_on }) => fitted_on === undefined);
}
