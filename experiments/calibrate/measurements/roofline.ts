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
  /** One request from its prompt to its last token. */
  readonly e2eS: Seconds;
  /**
   * What decode steps of the run's batch give at most; undefined where requests come at a rate, which
   * says nothing of the batch, or have one token, which the prefill gives.
   */
  readonly outputTokensPerS: number | undefined;
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
  const ttftS = (promptS * (prompts + 1)) / 2;
  const decodeS = tpotS * (row.output_tokens - 1);
  const isBatchKnown = row.rate_rps === undefined && decodeS > 0;
  return {
    tpotS,
    ttftS,
    batchS: promptS * prompts + decodeS,
    e2eS: ttftS + decodeS,
    outputTokensPerS: isBatchKnown ? (batch * row.output_tokens) / decodeS : undefined,
  };
}

function idealOf(config: StepConfig): StepConfig {
  const stack = stackById("ideal");
  if (stack === undefined) throw new Error("invariant broken: there is no stack ideal");
  return { ...config, stack, calibration: calibrationFor(config.gpu, stack) };
}
