import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { scenarioOf } from "../../../experiments/plan/plan.ts";
import { loadPlan } from "../../../experiments/plan/planFile.ts";
import { loadObject } from "../../../experiments/scenario/load.ts";
import { pointCount } from "../../../experiments/sweep/points.ts";

test.each(readdirSync("scenarios/plans"))("%s is a plan, whose choices are scenarios", (name) => {
  const { plan } = loadPlan(`scenarios/plans/${name}`);
  const count = pointCount(plan.choices);
  expect(count).toBeGreaterThan(1);
  for (let index = 0; index < count; index++) {
    expect(loadObject(scenarioOf(plan, index), plan.folder).scenario.llm).toMatch(/./);
  }
});
