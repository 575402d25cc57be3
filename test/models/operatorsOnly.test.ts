import { describe, expect, test } from "vitest";
import { calibrationFor } from "../../models/calibrationCatalogue.ts";
import { calibrationEntries } from "../../models/catalogue/calibrations.generated.ts";
import { gpuIds } from "../../models/gpuCatalogue.ts";
import { endToEndNumbers, operatorsOnlyNumbers, restated } from "../../models/operatorsOnly.ts";
import { transferredPower } from "../../models/powerTransfer.ts";
import { stackIds } from "../../models/stackCatalogue.ts";
import { curve, fitted, fittedCalibrations } from "../support/fittedCalibrations.ts";
import { roundConstants } from "../support/roundConstants.ts";
import { knownGpu, knownStack } from "../support/stepWorld.ts";

const h100 = { gpu: knownGpu("H100-SXM"), stack: knownStack("vllm") };
const entries = fittedCalibrations();

/** Without where the numbers are from. */
function constants({ gpu, stack }: typeof h100, own?: ReturnType<typeof restated>) {
  const chosen = own && { own: { file: "restated", entry: own } };
  const calibration = calibrationFor(gpu, stack, { entries, ...chosen });
  const { id: _, numbers: __, fittedOn: ___, ...rest } = calibration;
  return rest;
}

test.each(gpuIds())("restating the numbers of %s changes none", (id) => {
  for (const stackId of stackIds()) {
    const deployed = { gpu: knownGpu(id), stack: knownStack(stackId) };
    const { gpu, stack } = deployed;
    const entry = restated(deployed, endToEndNumbers(deployed, calibrationEntries));
    const own = calibrationFor(gpu, stack, { own: { file: "restated", entry } });
    const { id: _, numbers: __, fittedOn: ___, ...shipped } = calibrationFor(gpu, stack);
    expect(own).toMatchObject(shipped);
  }
});

describe("a GPU whose fits are left out", () => {
  const left = operatorsOnlyNumbers(h100, entries);

  test("has the start-up of its kernels, the stack's profile and no factors", () => {
    expect(left.scalars).toMatchObject({
      layer_us: roundConstants.layer_start_up_us,
      moe_layer_us: roundConstants.moe?.start_up_us,
      host_per_step_us: { value: h100.stack.hostPerStepS * 1e6 },
      gemm_factor: { value: 1 },
    });
    expect(left.scalars).not.toHaveProperty("launch_per_layer_us");
  });

  test("has the power curve of the nearest other GPU, for experts too", () => {
    const donor = { gpu: knownGpu("H200-SXM"), power: curve(0.35, 0.8, 0.25) };
    expect(left.power).toMatchObject(transferredPower(h100.gpu, [donor]) ?? { none: true });
    const { power, moePower } = constants(h100, restated(h100, left));
    expect(moePower).toEqual(power);
    expect(constants(h100).moePower).not.toEqual(constants(h100).power);
  });

  test("has the assumed rule where no other GPU was fitted", () => {
    const alone = entries.filter(({ id }) => id !== "h200");
    expect(operatorsOnlyNumbers(h100, alone).power).toEqual(roundConstants.power);
  });

  test("is as it was under a stack that was not fitted, but for watts", () => {
    const sglang = { ...h100, stack: knownStack("sglang") };
    const unfitted = operatorsOnlyNumbers(sglang, entries);
    const shipped = endToEndNumbers(sglang, entries);
    expect(unfitted.scalars).toEqual(shipped.scalars);
    expect(unfitted.power).not.toEqual(shipped.power);
  });
});

test("numbers that nothing was fitted to stand", () => {
  const own = { id: "b200", base: "round", gpus: ["B200-SXM"] };
  const scalars = { host_per_step_us: { ...fitted(7), kind: "assumed" as const } };
  const b200 = { gpu: knownGpu("B200-SXM"), stack: h100.stack };
  const known = [...entries, { ...own, stacks: { vllm: scalars } }];
  expect(operatorsOnlyNumbers(b200, known)).toEqual(endToEndNumbers(b200, known));
  expect(operatorsOnlyNumbers(b200, known).scalars.host_per_step_us?.value).toBe(7);
});

test("a fit without some rows replaces the catalogue's whole: what it lacks is not the catalogue's", () => {
  const fit = { id: "fit", base: null, gpus: ["H100-SXM"] };
  const partial = {
    ...fit,
    stacks: { vllm: { layer_us: fitted(30) } },
    power: curve(0.3, 0.6, 0.2),
  };
  const { scalars, power } = operatorsOnlyNumbers(h100, entries, partial);
  expect(scalars.layer_us?.value).toBe(30);
  expect(scalars.gemm_factor?.value).toBe(1);
  expect(power).toMatchObject(curve(0.3, 0.6, 0.2));
  const { moePower } = constants(h100, restated(h100, { scalars, power }));
  expect(moePower.busyTdpRatio).toBe(0.3);
});
