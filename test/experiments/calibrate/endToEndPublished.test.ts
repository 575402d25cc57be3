import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { latencyFit } from "../../../experiments/calibrate/endToEnd/groupFit.ts";
import { latencyGroups, latencyRuns } from "../../../experiments/calibrate/endToEnd/selection.ts";
import {
  kernelEntries,
  servedDrafts,
} from "../../../experiments/calibrate/endToEnd/servedDrafts.ts";
import { calibrationEntryOf } from "../../../experiments/calibrate/writeCalibration.ts";
import { measuredData } from "../../../experiments/measured/measuredData.ts";
import { calibrationEntries } from "../../../models/catalogue/calibrations.generated.ts";

const folder = new URL("../../../../shared/data", import.meta.url).pathname;

describe.skipIf(!existsSync(folder))("published runs, where ../shared/data holds them", () => {
  test("give the constants of Transformers on A100 that ship, digit by digit", () => {
    const group = latencyGroups.find(({ stack }) => stack === "hf-eager");
    if (group === undefined) throw new Error("no group of Transformers");
    const { gpu: gpuId, stack, suites } = group;
    const source = `${suites.join(" and ")} runs of ${stack} on ${gpuId}, through the simulator`;
    const over = kernelEntries(calibrationEntries);
    const runs = latencyRuns(measuredData(folder).runs, group);
    const fit = latencyFit({ gpuId, runs, beside: [], over, source }, stack);
    const [draft] = servedDrafts([fit], over);
    const entry = draft && calibrationEntryOf(draft);
    const shipped = calibrationEntries.find(({ id }) => id === entry?.id);
    expect(fit.fit.end).toBe("settled");
    expect(entry?.stacks?.[stack]).toEqual(shipped?.stacks?.[stack]);
  });

  test("of a hold-out, a suite that is only reported and old block-scaled experts are in no fit", () => {
    const { runs } = measuredData(folder);
    const fitted = latencyGroups.flatMap((group) => latencyRuns(runs, group));
    expect(fitted.length).toBeGreaterThan(400);
    expect(fitted.filter(({ suite }) => suite === "serving_unrecorded")).toEqual([]);
    expect(fitted.filter(({ scenario }) => (scenario.cluster.data_parallel_size ?? 1) > 1)).toEqual(
      [],
    );
    expect(fitted.filter(({ suite }) => suite === "steady_state_host_bound")).toEqual([]);
    const old = fitted.filter(
      ({ isMoe, precision, suite }) => isMoe && precision === "fp8" && suite === "steady_state",
    );
    expect(old).toEqual([]);
  });
});
