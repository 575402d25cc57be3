import { setImmediate } from "node:timers/promises";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";
import { RunError, UserError } from "../errors.ts";
import type { Result } from "../report/result.ts";
import { runScenario } from "../run.ts";
import { loadObject } from "../scenario/load.ts";
import type { ScenarioInput } from "../scenario/schema.ts";
import { drawnLengths } from "./drawnLengths.ts";
import { memory } from "./memory.ts";
import { type WorkloadEstimate, workloadEstimates } from "./workloadEstimate.ts";

/** Makes what cells ask for; what several ask for, once. */
export interface Laboratory {
  /** @throws CellRefused where the deployment can't be. */
  readonly result: (scenario: ScenarioInput) => Promise<Result>;
  /** So many requests of a data set, always the same ones. */
  readonly lengths: (asked: { dataset: string; requests: number }) => TraceColumns;
  /** The joules of requests of a data set by several reckonings. */
  readonly estimate: (asked: EstimateAsked) => Promise<WorkloadEstimate>;
}

export interface EstimateAsked {
  readonly dataset: string;
  readonly stack: "vllm" | "hf-eager";
}

/** A cell that has no simulated value. */
export class CellRefused extends Error {
  override readonly name = "CellRefused";
  readonly outOfMemory: boolean;

  constructor(reason: string, outOfMemory: boolean) {
    super(reason);
    this.outOfMemory = outOfMemory;
  }
}

export interface LaboratoryOptions {
  /** Of each workload that is estimated. */
  readonly requests?: number | undefined;
  /** Aborting it rejects what is asked for with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export function laboratory({ requests = 2000, signal }: LaboratoryOptions = {}): Laboratory {
  const result = memory(async (scenario: ScenarioInput) => {
    // Most runs are too short to give way by themselves.
    await setImmediate();
    signal?.throwIfAborted();
    return simulated(scenario, signal);
  });
  const lengths = memory(drawnLengths);
  const estimates = workloadEstimates();
  const estimate = memory(async ({ dataset, stack }: EstimateAsked) => {
    await setImmediate();
    signal?.throwIfAborted();
    return estimates({ stack, columns: lengths({ dataset, requests }) });
  });
  return { result, lengths, estimate };
}

async function simulated(scenario: ScenarioInput, signal?: AbortSignal): Promise<Result> {
  try {
    const result = await runScenario(loadObject(scenario, "."), { signal });
    const { rejected } = result.requests;
    if (rejected === 0) return result;
    const reason = `${rejected} requests are longer than the context`;
    throw new CellRefused(reason, result.warnings.some(isOfMemory));
  } catch (error) {
    if (!(error instanceof UserError || error instanceof RunError)) throw error;
    const reason = error.message.replaceAll("\n", " ");
    throw new CellRefused(reason, isOfMemory(reason));
  }
}

/** Weights that don't fit, a context cut to what fits, a static batch without room. */
function isOfMemory(message: string): boolean {
  return /does not fit|what the KV cache holds|out of KV memory/.test(message);
}
