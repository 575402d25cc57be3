import type { OwnCalibration } from "../../models/calibrationCatalogue.ts";
import { dataParallelEvidence } from "../../models/dataParallelEvidence.ts";
import { type Evidence, evidenceOf } from "../../models/evidence.ts";
import type { StepConfig } from "../../models/matrices.ts";
import { UserError } from "../errors.ts";
import type { Result } from "../report/result.ts";
import { type RunOptions, runScenario } from "../run.ts";
import { stepConfigOf } from "../scenario/hardware.ts";
import { type LoadedScenario, loadObject } from "../scenario/load.ts";
import { scenarioSpec } from "../scenario/spec.ts";
import { traceSchema } from "../scenario/traceSchema.ts";
import type { MeasuredRun, RecordedRequests } from "./measuredRun.ts";
import { metrics } from "./metrics.ts";

/** What the simulator makes of a measured run. */
export type Simulated =
  | {
      readonly status: "simulated";
      /** One for each of `run.measured`, in its unit; null where the run has no such figure. */
      readonly values: readonly (number | null)[];
      readonly evidence: Evidence;
    }
  /** The deployment can't be, or is not modelled. */
  | { readonly status: "refused"; readonly reason: string; readonly outOfMemory: boolean };

interface MeasuredOptions extends RunOptions {
  /** Its numbers win over the catalogue's. */
  readonly calibration?: OwnCalibration | undefined;
}

/** Simulates a measured run as it was measured. */
export async function simulateMeasured(
  run: MeasuredRun,
  { calibration, ...options }: MeasuredOptions = {},
): Promise<Simulated> {
  try {
    const parts = partsOf(run, calibration);
    const results: Result[] = [];
    for (const { loaded } of parts) results.push(await runScenario(loaded, options));
    const rejected = results.reduce((sum, { requests }) => sum + requests.rejected, 0);
    if (rejected > 0) {
      const outOfMemory = results.some(({ warnings }) => warnings.some(isOfMemory));
      const reason = `${rejected} requests are longer than the context`;
      return { status: "refused", reason, outOfMemory };
    }
    const values = valuesOf(run, parts, results);
    const config = configOfParts(parts);
    const evidence = dataParallelEvidence(config, evidenceOf(config));
    return { status: "simulated", values, evidence };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const reason = error.message.replaceAll("\n", " ");
    return { status: "refused", reason, outOfMemory: isOfMemory(reason) };
  }
}

/** The words of the KV capacity, where weights don't fit and where the context was cut to what does. */
function isOfMemory(message: string): boolean {
  return /does not fit|what the KV cache holds/.test(message);
}

/** One of the scenarios of a measured run, with what was recorded in place of its laws. */
export interface Part {
  readonly loaded: LoadedScenario;
  readonly weight: number;
}

/** @throws UserError where the catalogue or the models lack something. */
export function partsOf(run: MeasuredRun, calibration?: OwnCalibration): Part[] {
  const recorded = withRecorded(loadObject(run.scenario, "."), run.recorded);
  const loaded =
    calibration === undefined ? recorded : { ...recorded, calibrationFile: calibration };
  if (run.rates === undefined) return [{ loaded, weight: 1 }];
  return run.rates.map(({ rate_rps, weight }) => ({ loaded: atRate(loaded, rate_rps), weight }));
}

/** The measured figures of the parts' results, in the order of `run.measured`. */
export function valuesOf(
  run: MeasuredRun,
  parts: readonly Part[],
  results: readonly Result[],
): (number | null)[] {
  const frontEndMs = parts.map(({ loaded }) => configOf(loaded).calibration.frontEndS * 1000);
  return run.measured.map(({ metric }) => {
    const values = results.map((result, index) =>
      metrics[metric].of({ result, frontEndMs: frontEndMs[index] ?? 0 }),
    );
    return weightedMean(
      values,
      parts.map(({ weight }) => weight),
    );
  });
}

/**
 * What prices the steps of a run, under `calibration` where there is one.
 * @throws UserError where the catalogue or the models lack something.
 */
export function stepConfigOfRun(run: MeasuredRun, calibration?: OwnCalibration): StepConfig {
  return configOfParts(partsOf(run, calibration));
}

function configOfParts([first]: readonly Part[]): StepConfig {
  if (first === undefined) throw new Error("invariant broken: a measured run without a scenario");
  return configOf(first.loaded);
}

function configOf(loaded: LoadedScenario): StepConfig {
  return stepConfigOf(loaded, scenarioSpec(loaded.scenario));
}

function withRecorded(loaded: LoadedScenario, recorded?: RecordedRequests): LoadedScenario {
  if (recorded === undefined) return loaded;
  const { arrivalS, inputTokens, outputTokens } = recorded;
  const columns = {
    arrivalS: arrivalS === undefined ? undefined : Float64Array.from(arrivalS),
    promptTokens: Uint32Array.from(inputTokens ?? outputTokens),
    outputTokens: Uint32Array.from(outputTokens),
    outOfOrderRows: 0,
    droppedRows: 0,
  };
  const { workload } = loaded.scenario;
  const law = { kind: "empirical", path: "recorded" } as const;
  const traceFile = traceSchema.parse({ path: "recorded" });
  const isTrace = arrivalS !== undefined;
  const input = inputTokens === undefined ? workload.lengths?.input : law;
  return {
    ...loaded,
    scenario: {
      ...loaded.scenario,
      workload: isTrace
        ? { ...workload, trace: traceFile, arrivals: null, lengths: null }
        : { ...workload, lengths: { input: input ?? law, output: law } },
    },
    traces: isTrace
      ? { replay: columns, input: undefined, output: undefined }
      : {
          replay: undefined,
          input: inputTokens === undefined ? undefined : columns,
          output: columns,
        },
  };
}

function atRate(loaded: LoadedScenario, ratePerS: number): LoadedScenario {
  const { scenario } = loaded;
  const arrivals = { kind: "poisson", rate_rps: ratePerS } as const;
  return { ...loaded, scenario: { ...scenario, workload: { ...scenario.workload, arrivals } } };
}

function weightedMean(
  values: readonly (number | null)[],
  weights: readonly number[],
): number | null {
  let sum = 0;
  let total = 0;
  for (const [index, value] of values.entries()) {
    if (value === null) return null;
    const weight = weights[index] ?? 0;
    sum += weight * value;
    total += weight;
  }
  return total > 0 ? sum / total : null;
}
