import { expectedTokensPerStep, type Guess, tokensOfStep } from "../../models/acceptance.ts";
import { acceptanceOf } from "../../models/acceptanceCatalogue.ts";
import { draftProblem, draftWarnings } from "../../models/draftProblem.ts";
import { eagleHead } from "../../models/eagle.ts";
import type { LlmSpec } from "../../models/llm.ts";
import type { StepConfig } from "../../models/matrices.ts";
import { draftConfig, type Speculation } from "../../models/speculative.ts";
import type { RandomStreams } from "../../sim/random.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import { UserError } from "../errors.ts";
import type { SpeculativeSpec } from "./engineSpec.ts";
import { draftLlm } from "./hardware.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { ScenarioSpec } from "./spec.ts";

/** A draft beside its target, and how often what it guesses is right. */
export interface ComposedSpeculation extends Speculation {
  readonly guess: Guess;
  readonly warnings: readonly string[];
}

/** @throws UserError where the draft can't guess for the target. */
export function composeSpeculation(
  loaded: LoadedScenario,
  { engine: { speculative } }: ScenarioSpec,
  target: StepConfig,
): ComposedSpeculation | undefined {
  if (speculative === undefined) return undefined;
  const llm = draftFor(loaded, target);
  const { guessedTokens: draftTokens } = speculative;
  const { acceptanceRatio, warnings } = acceptanceFor(loaded, speculative);
  return {
    target,
    draft: draftConfig(target, llm),
    draftTokens,
    guess: { acceptanceRatio, draftTokens },
    warnings: [...draftWarnings(target.llm, llm), ...warnings],
  };
}

function draftFor(loaded: LoadedScenario, { llm, tensorParallel }: StepConfig): LlmSpec {
  const draft = draftLlm(loaded);
  if (draft === undefined) return eagleHead(llm);
  const problem = draftProblem(llm, draft, tensorParallel);
  if (problem === undefined) return draft;
  const path = ["engine", "speculative", "draft"];
  throw new UserError({ ...blame(path, loaded.places), message: problem });
}

function acceptanceFor(
  { places }: LoadedScenario,
  { acceptanceRatio, workload, method, guessedTokens }: SpeculativeSpec,
): { readonly acceptanceRatio: number; readonly warnings: readonly string[] } {
  if (acceptanceRatio !== undefined) return { acceptanceRatio, warnings: [] };
  const known = workload && acceptanceOf(workload, { method, draftTokens: guessedTokens });
  if (known === undefined) {
    const message = `no published acceptance rate of the method ${method} for ${workload}; give acceptance_rate`;
    throw new UserError({ ...blame(["engine", "speculative", "workload"], places), message });
  }
  const { pair, source } = known;
  const ratio = known.acceptanceRatio.toFixed(2);
  const warning = `an acceptance rate of ${ratio} is taken from ${pair} (${source}); other pairs differ`;
  return { acceptanceRatio: known.acceptanceRatio, warnings: [warning] };
}

/** How many tokens sequences emit in a step: drawn from a stream of each replica, or the mean. */
export function emissionsOf(
  { guess }: ComposedSpeculation,
  { acceptance }: SpeculativeSpec,
  stream: RandomStreams,
): NonNullable<ReplicaConfig["speculation"]>["emissions"] {
  if (acceptance === "sampled") {
    return (id) => {
      const random = stream(`replica/${id}/speculation`);
      return () => tokensOfStep(random(), guess);
    };
  }
  const mean = expectedTokensPerStep(guess);
  return () => (steps) => Math.floor(mean * (steps + 1)) - Math.floor(mean * steps);
}
