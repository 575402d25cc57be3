import { expect, test } from "vitest";
import { heldOutResiduals } from "../../../experiments/calibrate/endToEnd/heldOutResiduals.ts";
import { fitted } from "../../support/fittedCalibrations.ts";
import { roundConstants } from "../../support/roundConstants.ts";
import { measuredRun } from "../validate/points.ts";

/** Kernels of H100-SXM, lent to H100-PCIe, over those of their architecture. */
const calibrations = [
  { ...roundConstants, id: "hopper", gpus: [] },
  {
    id: "h100",
    base: "hopper",
    gpus: ["H100-SXM"],
    gemm: { bf16: { memory_efficiency_ratio: fitted(0.9) } },
  },
  { id: "like-h100", base: "h100", gpus: ["H100-PCIe"] },
];

function timesOn(gpu: string) {
  return heldOutResiduals([measuredRun({ gpu })], { calibrations, heldOut: [] });
}

test("times with a GPU's own kernels are of operators only, those with its architecture's transferred", async () => {
  const residuals = await timesOn("H100-SXM");
  expect(residuals.map((residual) => residual.class)).toEqual(["operators_only", "transferred"]);
});

test("times with the kernels of a nearer card are transferred as well", async () => {
  const residuals = await timesOn("H100-PCIe");
  expect(residuals).toMatchObject([
    { class: "transferred", group: "H100-PCIe" },
    { class: "transferred", group: "H100-PCIe" },
  ]);
  const [near, far] = residuals.map(({ logRatio }) => logRatio);
  expect(near).not.toBe(far);
});
