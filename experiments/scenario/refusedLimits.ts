import type { BatchLimits } from "../../models/engineDefaults.ts";
import type { Tokens } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { SchedulerName } from "./schema.ts";
import { sequencesAsked } from "./sequencesAsked.ts";
import type { ScenarioSpec } from "./spec.ts";
import { takesWholePrompts } from "./wholePrompts.ts";

export interface ResolvedLimits extends BatchLimits {
  readonly scheduler: SchedulerName;
  readonly maxModelLen: Tokens;
  /** Tokens that the KV cache and the network can take. */
  readonly longest: Tokens;
  readonly positions: Tokens;
}

/** What the KV cache has room for. */
export function roomWords({ watermarkRatio = 0 }: ScenarioSpec["engine"]): string {
  const isWide = watermarkRatio > 0;
  return isWide
    ? `beside a watermark of ${watermarkRatio} the KV cache holds`
    : "the KV cache holds";
}

/** Limits that don't go together, or with which no request could be served. */
export function refuseLimits(
  loaded: LoadedScenario,
  { engine }: ScenarioSpec,
  limits: ResolvedLimits,
): void {
  const { scheduler, maxModelLen, longest, positions, maxNumSeqs, maxNumBatchedTokens } = limits;
  const refuse = (key: string, message: string): never => {
    throw new UserError({ ...blame(["engine", ...key.split(".")], loaded.places), message });
  };
  const budget = "max_num_batched_tokens";
  if (scheduler !== "static" && maxNumBatchedTokens < maxNumSeqs) {
    const message = `${maxNumBatchedTokens} is below max_num_seqs (${maxNumSeqs})`;
    refuse(budget, `${message}: each sequence of a step needs a token`);
  }
  if (maxModelLen > longest) {
    const limit = longest < positions ? `${roomWords(engine)}` : "the network is made for";
    refuse("max_model_len", `${maxModelLen} does not fit: ${limit} ${longest} tokens at most`);
  }
  if (takesWholePrompts(scheduler) && maxNumBatchedTokens < maxModelLen) {
    const message = `${maxNumBatchedTokens} is below max_model_len (${maxModelLen})`;
    refuse(budget, `${message}: the scheduler ${scheduler} computes whole prompts, never chunks`);
  }
  const { speculative } = engine;
  const checked = 1 + (speculative?.guessedTokens ?? 0);
  if (scheduler !== "static" && checked > maxNumBatchedTokens) {
    const message = `to check them takes ${checked} tokens a step, ${budget} is`;
    refuse("speculative.num_speculative_tokens", `${message} ${maxNumBatchedTokens}`);
  }
  const { key, width } = sequencesAsked(engine);
  if (scheduler !== "static" && width > maxNumSeqs) {
    const message = `a request of ${width} sequences is beyond max_num_seqs (${maxNumSeqs})`;
    refuse(key, message);
  }
}
