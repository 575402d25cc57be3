import { type BatchLimits, engineDefaults } from "../../models/engineDefaults.ts";
import { kvCapacity, promptTokensThatFit } from "../../models/kvCapacity.ts";
import type { StepConfig } from "../../models/matrices.ts";
import type { Blocks, Tokens } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { ScenarioFile } from "./schema.ts";
import type { ScenarioSpec } from "./spec.ts";

type SchedulerName = NonNullable<ScenarioFile["engine"]["scheduler"]>;

/** What one replica can hold, every default resolved. */
export interface EngineLimits {
  readonly scheduler: SchedulerName;
  readonly maxSeqs: number;
  readonly maxBatchedTokens: Tokens;
  readonly maxModelLen: Tokens;
  readonly kvBlocks: Blocks;
  /** Padded prompt tokens that a static batch can prefill at once. */
  readonly maxPromptTokens: Tokens;
  readonly warnings: readonly string[];
}

/** @throws UserError where weights, context or batch don't fit. */
export function engineLimits(
  loaded: LoadedScenario,
  spec: ScenarioSpec,
  config: StepConfig,
): EngineLimits {
  const { engine } = spec;
  const scheduler = engine.scheduler ?? ownScheduler(config);
  const defaults = engineDefaults(config.gpu);
  const { maxSeqs, maxBatchedTokens } =
    scheduler === "static"
      ? { maxSeqs: engine.batchSize, maxBatchedTokens: engine.batchSize }
      : batchLimits(spec, defaults);
  const refuse = (key: string, message: string): never => {
    throw new UserError({ ...blame(["engine", key], loaded.places), message });
  };
  if (scheduler !== "static" && maxBatchedTokens < maxSeqs) {
    refuse(
      "max_num_batched_tokens",
      `${maxBatchedTokens} is below max_num_seqs (${maxSeqs}): each sequence of a step needs a token`,
    );
  }
  const memory = {
    ...config,
    maxNumSeqs: maxSeqs,
    maxNumBatchedTokens: maxBatchedTokens,
    gpuMemoryUtilization: engine.memoryUtilizationRatio,
    blockSize: engine.blockSize,
  };
  const capacity = kvCapacity(memory);
  if (!capacity.fits) {
    const key = ["cluster", "tensor_parallel_size"];
    throw new UserError({ ...blame(key, loaded.places), message: capacity.message });
  }
  const positions = config.llm.maxPositionEmbeddings;
  const longest = Math.min(positions, capacity.tokens);
  if (engine.maxModelLen !== undefined && engine.maxModelLen > longest) {
    const limit = capacity.tokens < positions ? "the KV cache holds" : "the network is made for";
    refuse(
      "max_model_len",
      `${engine.maxModelLen} does not fit: ${limit} ${longest} tokens at most`,
    );
  }
  const cut = engine.maxModelLen === undefined && longest < positions;
  return {
    scheduler,
    maxSeqs,
    maxBatchedTokens,
    maxModelLen: engine.maxModelLen ?? longest,
    kvBlocks: capacity.blocks,
    maxPromptTokens: promptTokensThatFit(memory),
    warnings: [
      ...(cut
        ? [`max_model_len was cut from ${positions} to ${longest}, what the KV cache holds`]
        : []),
      ...ignoredKeys(spec, scheduler),
    ],
  };
}

function batchLimits({ engine }: ScenarioSpec, defaults: BatchLimits) {
  const maxBatchedTokens = engine.maxBatchedTokens ?? defaults.maxNumBatchedTokens;
  // As vLLM does where only the token budget is given.
  const maxSeqs = engine.maxSeqs ?? Math.min(defaults.maxNumSeqs, maxBatchedTokens);
  return { maxSeqs, maxBatchedTokens };
}

function ownScheduler({ stack }: StepConfig): SchedulerName {
  return stack.scheduler === "static" ? "static" : "chunked_prefill";
}

/** Keys of the other scheduler that the file sets all the same. */
function ignoredKeys({ engine }: ScenarioSpec, scheduler: SchedulerName): string[] {
  const ofStatic = { batch_wait_ms: engine.batchWaitS, pad_to: engine.padToTokens };
  const ofOthers = {
    max_num_seqs: engine.maxSeqs,
    max_num_batched_tokens: engine.maxBatchedTokens,
  };
  const isStatic = scheduler === "static";
  return Object.entries(isStatic ? ofOthers : ofStatic)
    .filter(([, value]) => value !== undefined)
    .map(([key]) => `engine.${key} means nothing to the ${scheduler} scheduler`);
}
