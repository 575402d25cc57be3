import { resolve } from "node:path";
import type { GpuSpec } from "../../../models/gpu.ts";
import { UserError } from "../../errors.ts";
import { stepConfigOf } from "../../scenario/hardware.ts";
import { isPath } from "../../scenario/isPath.ts";
import { loadObject } from "../../scenario/load.ts";
import { scenarioSpec } from "../../scenario/spec.ts";

/** The GPU that measurements are of. */
export interface CalibratedGpu {
  /** As scenarios name it: a catalogue id, or the whole path of a GPU file. */
  readonly name: string;
  readonly spec: GpuSpec;
}

/** Any network does: a GPU is read as part of a deployment. */
const probe = {
  llm: "meta-llama/Llama-3.1-8B",
  workload: { dataset: "azure-conv-2023", num_requests: 1 },
};

/** `given`: a catalogue id or a path to a GPU file. @throws UserError where there is no such GPU. */
export function calibratedGpu(given: string): CalibratedGpu {
  const name = isPath(given) ? resolve(given) : given;
  try {
    const loaded = loadObject({ ...probe, cluster: { gpu: name } }, ".");
    return { name, spec: stepConfigOf(loaded, scenarioSpec(loaded.scenario)).gpu };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      error.problems.map((problem) =>
        problem.key === "cluster.gpu" ? { ...problem, key: "--gpu" } : problem,
      ),
    );
  }
}
