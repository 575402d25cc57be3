import { calibrateCatalogue } from "../experiments/calibrate/calibrateCatalogue.ts";
import type { GroupFit } from "../experiments/calibrate/endToEnd/groupFit.ts";
import type { MfuCurveFit } from "../experiments/calibrate/endToEnd/mfuCurve.ts";

/** Rebuilds the shipped calibrations: `calibrateAll DATA_FOLDER PROJECT_FOLDER`. */
const [data, project] = process.argv.slice(2);
if (data === undefined || project === undefined) {
  process.stderr.write("usage: calibrateAll DATA_FOLDER PROJECT_FOLDER\n");
  process.exitCode = 2;
} else {
  const fits = await calibrateCatalogue(
    { data, project },
    { onFit: tell, onFile: (path) => process.stderr.write(`wrote ${path}\n`) },
  );
  if (fits.some(({ end }) => end === "spent")) process.exitCode = 1;
}

function tell(group: GroupFit | MfuCurveFit): void {
  const { gpu, fit } = group;
  const what = "network" in group ? `MFU curve, ${group.network}` : (group.stack ?? "power");
  const { figures, startLoss, loss, evaluations, end, atBound } = fit;
  const ends = [end, ...atBound.map((key) => `${key} at its bound`)];
  process.stderr.write(
    `${gpu} ${what}: ${figures.length} figures, loss ${startLoss.toFixed(1)} -> ${loss.toFixed(1)} ` +
      `in ${evaluations} evaluations, ${ends.join(", ")}\n`,
  );
}
