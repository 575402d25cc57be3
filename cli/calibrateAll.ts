import { calibrateOperators, operatorDrafts } from "../experiments/calibrate/calibrateOperators.ts";
import { writeCalibration } from "../experiments/calibrate/writeCalibration.ts";

/** Rebuilds the shipped calibrations: `calibrateAll DATA_FOLDER CALIBRATIONS_FOLDER`. */
const [dataFolder, calibrationsFolder] = process.argv.slice(2);
if (dataFolder === undefined || calibrationsFolder === undefined) {
  process.stderr.write("usage: calibrateAll DATA_FOLDER CALIBRATIONS_FOLDER\n");
  process.exitCode = 2;
} else {
  for (const draft of operatorDrafts(calibrateOperators(dataFolder))) {
    writeCalibration(calibrationsFolder, draft);
    process.stderr.write(`wrote ${draft.id}.yaml\n`);
  }
}
