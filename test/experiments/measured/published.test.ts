import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { UserError } from "../../../experiments/errors.ts";
import { measuredData } from "../../../experiments/measured/measuredData.ts";
import type { MeasuredRun } from "../../../experiments/measured/measuredRun.ts";
import { partsOf } from "../../../experiments/measured/simulateMeasured.ts";
import { compose } from "../../../experiments/scenario/compose.ts";
import { chosenRuns, publishedYaml } from "./publishedChoice.ts";

const data = new URL("../../../../shared/data/", import.meta.url).pathname;

test.skipIf(!existsSync(data))("the shipped table is what its rule takes of the data", async () => {
  const { runs } = measuredData(data);
  await expect(publishedYaml(chosenRuns(runs.filter(isPossible)))).toMatchFileSnapshot(
    "../../../experiments/measured/published.yaml",
  );
});

function isPossible(run: MeasuredRun): boolean {
  try {
    for (const { loaded } of partsOf(run)) compose(loaded);
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
