import { join } from "node:path";
import { assert } from "../../sim/assert.ts";
import { csvTable } from "../csvTable.ts";
import type { KernelPowerTables } from "./operators/kernelPowerTables.ts";
import { fromKernelPower } from "./operators/kernelPowerTables.ts";
import { fromKernelTables } from "./operators/kernelTables.ts";
import { fromServingTables, fromVidur } from "./operators/layerTables.ts";
import type { OperatorCalibration } from "./operators/operatorCalibration.ts";
import { smallKernelsFound } from "./operators/smallKernelTables.ts";
import {
  kernelPowerSource,
  kernelSources,
  servingSources,
  transfers,
  vidurSource,
} from "./operators/tables.ts";
import type { CalibratedNumber, CalibrationDraft } from "./writeCalibration.ts";

/**
 * The first level of calibration: by catalogue id, the constants of the step model's kernel
 * formulas, fitted to the published operator tables in `dataFolder`/latency that
 * operators/tables.ts chooses, and a
 * power curve where `dataFolder`/energy has watts of kernels. @throws Error where a fit does not
 * converge.
 */
export function calibrateOperators(dataFolder: string): Map<string, OperatorCalibration> {
  const table = (name: string) => csvTable(join(dataFolder, "latency", `operators_${name}.csv.gz`));
  const kernelTables = {
    gemm: table("gemm"),
    attention: table("attention"),
    moe: table("moe"),
    allReduce: table("allreduce"),
  };
  const vidur = table("layer_ops");
  const serving = { layers: table("dense_rtx"), attention: table("attention_mixed_rtx") };
  const layers = { vidur, llmServingSim: serving.layers };
  const byKernels = kernelSources.map((sources) =>
    fromKernelTables(kernelTables, sources, smallKernelsFound(layers, sources.smallKernels)),
  );
  const all = [
    ...byKernels,
    fromVidur(vidur, vidurSource, {
      attention: attentionStartUp(byKernels, vidurSource.attention),
      small: smallKernelsFound(layers, vidurSource.smallKernels),
    }),
    ...servingSources.map((source) =>
      fromServingTables(serving, source, smallKernelsFound(layers, source.smallKernels)),
    ),
  ].map((calibration) =>
    calibration.gpu === kernelPowerSource.id
      ? withPower(calibration, kernelPowerTables(dataFolder))
      : calibration,
  );
  for (const calibration of all) refuseUnconverged(calibration);
  return new Map(all.map((calibration) => [calibration.gpu, calibration]));
}

/**
 * The files that hold them: one for each GPU, and one for all GPUs that take its constants over,
 * which restates one number to say so.
 */
export function operatorDrafts(
  calibrations: ReadonlyMap<string, OperatorCalibration>,
): CalibrationDraft[] {
  return [...calibrations.values()].flatMap(({ gpu, base, numbers }) => {
    const id = gpu.toLowerCase();
    const own = { id, base, gpus: [gpu], numbers };
    const gpus = transfers[gpu];
    if (gpus === undefined) return [own];
    const source = `as on ${gpu}, the card of its architecture with operator tables`;
    const restated = numbers
      .filter(({ path }) => path[0] === "layer_start_up_us")
      .map((number): CalibratedNumber => ({ ...number, kind: "transferred", source }));
    return [own, { id: `like-${id}`, base: id, gpus, numbers: restated }];
  });
}

function kernelPowerTables(dataFolder: string): KernelPowerTables {
  const table = (name: string) =>
    csvTable(join(dataFolder, "energy", `h200_kernel_power_${name}.csv.gz`));
  return {
    gemm: table("gemm"),
    contextAttention: table("context_attention"),
    generationAttention: table("generation_attention"),
  };
}

function withPower(
  calibration: OperatorCalibration,
  tables: KernelPowerTables,
): OperatorCalibration {
  const { numbers, report } = fromKernelPower(tables, kernelPowerSource);
  return {
    ...calibration,
    numbers: [...calibration.numbers, ...numbers],
    reports: [...calibration.reports, report],
  };
}

function attentionStartUp(calibrations: readonly OperatorCalibration[], gpu: string) {
  const of = calibrations.find((calibration) => calibration.gpu === gpu);
  const decode = of?.reports.find(({ what }) => what.startsWith("decode attention"));
  const startUpS = decode?.constants["startUpS"];
  assert(startUpS !== undefined, `${gpu} has no decode attention`);
  return { startUpS, gpu };
}

function refuseUnconverged({ gpu, reports }: OperatorCalibration): void {
  for (const { what, source, converged, iterations } of reports) {
    if (converged) continue;
    throw new Error(`${gpu}: ${what}: not converged after ${iterations} steps (${source})`);
  }
}
