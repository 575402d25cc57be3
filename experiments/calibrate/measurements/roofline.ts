import { calibrationFor } from "../../../models/calibrationCatalogue.ts";
import type { StepConfig } from "../../../models/matrices.ts";
import { stackById } from "../../../models/stackCatalogue.ts";
import { stepTerms } from "../../../models/stepTerms.ts";
import { stepModel } from "../../../models/stepTime.ts";
import type { Seconds, Tokens } from "../../../sim/units.ts";
import { shapeOf } from "../../step.ts";
import type { MeasurementRow } from "./measurementSchema.ts";

/** What a row's figures cannot lie far below: the work alone, at the kernels' speed, nobody waits. */
export interface Floors {
  /** One decode step of the run's batch: weights and KV are read. */
  readonly tpotS: Seconds;
  /** Of a batch the mean over prompts that are prefilled one after the other. */
  readonly ttftS: Seconds;
  readonly batchS: Seconds;
}

/** `seqs`, `kvTokens`: what an engine step and the KV cache hold at most. */
export function floorsOf(
  row: MeasurementRow,
  config: StepConfig,
  most: { readonly seqs: number; readonly kvTokens: Tokens },
): Floors {
  const ideal = idealOf(config);
  const { windowTokens } = stepModel(ideal);
  const stepS = (step: Parameters<typeof shapeOf>[0]) =>
    stepTerms(ideal, shapeOf(step, windowTokens)).durationS;
  const contextTokens = row.input_tokens + row.output_tokens / 2;
  const wanted = row.batch ?? row.concurrency ?? 1;
  const batch = Math.max(1, Math.min(wanted, most.seqs, Math.floor(most.kvTokens / contextTokens)));
  const promptS = stepS({ batch: 0, contextTokens: 0, prefillTokens: row.input_tokens });
  const prompts = row.batch ?? 1;
  const tpotS = stepS({ batch, contextTokens, prefillTokens: 0 });
  return {
    tpotS,
    ttftS: (promptS * (prompts + 1)) / 2,
    batchS: promptS * prompts + tpotS * (row.output_tokens - 1),
  };
}

function idealOf(config: StepConfig): StepConfig {
  const stack = stackById("ideal");
  if (stack === undefined) throw new Error("invariant broken: there is no stack ideal");
  return { ...config, stack, calibration: calibrationFor(config.gpu, stack) };
}
