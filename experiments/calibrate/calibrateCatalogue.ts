import { join } from "node:path";
import type { CalibrationEntry } from "../../models/calibrationEntry.ts";
import { calibrationEntries } from "../../models/catalogue/calibrations.generated.ts";
import { writeWhole } from "../files.ts";
import { measuredData } from "../measured/measuredData.ts";
import { calibrateOperators, operatorDrafts } from "./calibrateOperators.ts";
import { calibrateEndToEnd, type EndToEndOptions } from "./endToEnd/calibrateEndToEnd.ts";
import type { DeploymentFit } from "./endToEnd/deploymentFit.ts";
import { heldOutEntries } from "./endToEnd/heldOutEntries.ts";
import { heldOutResiduals } from "./endToEnd/heldOutResiduals.ts";
import { thinned } from "./endToEnd/selection.ts";
import { kernelEntries, servedDrafts } from "./endToEnd/servedDrafts.ts";
import { residualsYaml } from "./residuals/residualsYaml.ts";
import { residualTable } from "./residuals/residualTable.ts";
import { type CalibrationDraft, calibrationEntryOf, writeCalibration } from "./writeCalibration.ts";
import { heldOutYaml } from "./writeHeldOut.ts";

export interface CatalogueFolders {
  /** Measured tables, laid out as the ones that shipped constants come from. */
  readonly data: string;
  /** The project that the constants are written into. */
  readonly project: string;
}

const residualSource =
  "held-out rows of the published tables that docs/validation.md names, through the simulator";

/**
 * Rebuilds everything that is fitted: constants of kernels, what runs say beyond them, the same
 * without some rows, and the residuals of those. Files are written when all fits are done. The fits of
 * the second level are returned, that their ends can be told.
 * @throws Error where a fit of a kernel does not converge.
 */
export async function calibrateCatalogue(
  { data, project }: CatalogueFolders,
  { onFit, onFile }: Pick<EndToEndOptions, "onFit"> & { onFile: (path: string) => void },
): Promise<readonly DeploymentFit[]> {
  const kernels = operatorDrafts(calibrateOperators(data));
  const over = withFresh(kernelEntries(calibrationEntries), kernels);
  const { runs } = measuredData(data);
  const endToEnd = calibrateEndToEnd(runs, { over, onFit });
  const { fits, mfuCurves } = endToEnd;
  const served = servedDrafts(fits, over);
  const heldOut = heldOutEntries(endToEnd);
  const calibrations = [...over, ...served.map(calibrationEntryOf)];
  const residuals = await heldOutResiduals(thinned(runs), { calibrations, heldOut });
  const catalogue = join(project, "models", "catalogue");
  for (const draft of [...kernels, ...served]) {
    writeCalibration(join(catalogue, "calibrations"), draft);
    onFile(`${draft.id}.yaml`);
  }
  const write = (path: string, text: string) => {
    writeWhole(path, text);
    onFile(path);
  };
  write(join(catalogue, "residuals.yaml"), residualsYaml(residualTable(residuals, residualSource)));
  write(join(project, "experiments", "measured", "heldOut.yaml"), heldOutYaml(heldOut));
  return [...fits, ...mfuCurves].map(({ fit }) => fit);
}

/** The catalogue's files with those that were just fitted in the place of their former selves. */
function withFresh(
  entries: readonly CalibrationEntry[],
  drafts: readonly CalibrationDraft[],
): CalibrationEntry[] {
  const ids = new Set(drafts.map(({ id }) => id));
  return [...entries.filter(({ id }) => !ids.has(id)), ...drafts.map(calibrationEntryOf)];
}
