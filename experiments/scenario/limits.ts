import { type BatchLimits, engineDefaults } from "../../models/engineDefaults.ts";
import { type KvCapacityConfig, kvCapacity, promptTokensThatFit } from "../../models/kvCapacity.ts";
import type { StepConfig } from "../../models/matrices.ts";
import type { Blocks, Tokens } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import { refuseLimits } from "./refusedLimits.ts";
import type { SchedulerName } from "./schema.ts";
import type { ScenarioSpec } from "./spec.ts";
import { longestWholePrompt, takesWholePrompts, wholePromptLimits } from "./wholePrompts.ts";

/** What one replica can hold, every default resolved. */
export interface EngineLimits {
  readonly scheduler: SchedulerName;
  readonly maxSeqs: number;
  readonly maxBatchedTokens: Tokens;
  readonly maxModelLen: Tokens;
  readonly kvBlocks: Blocks;
  /** Share of the blocks that stay free when a request is admitted, and how many these are. */
  readonly watermarkRatio: number;
  readonly watermarkBlocks: Blocks;
  /** Padded prompt tokens that a static batch can prefill at once. */
  readonly maxPromptTokens: Tokens;
  readonly warnings: readonly string[];
}

/** @throws UserError where weights, context or batch don't fit. */
export function engineLimits(
  loaded: LoadedScenario,
  spec: ScenarioSpec,
  config: StepConfig,
  draft?: StepConfig,
): EngineLimits {
  const { engine } = spec;
  const scheduler = schedulerOf(spec, config);
  const positions = config.llm.maxPositionEmbeddings;
  const memoryWith = (limits: BatchLimits): KvCapacityConfig => ({
    ...config,
    ...limits,
    draft,
    gpuMemoryUtilization: engine.memoryUtilizationRatio,
    blockSize: engine.blockSize,
  });
  const capacityWith = (limits: BatchLimits): Tokens => {
    const capacity = kvCapacity(memoryWith(limits));
    return capacity.fits ? capacity.tokens : 0;
  };
  const isWhole = takesWholePrompts(scheduler);
  const longestPrompt = isWhole ? longestWholePrompt(engine, positions, capacityWith) : positions;
  const batch = isWhole
    ? wholePromptLimits(engine, Math.min(engine.maxModelLen ?? positions, longestPrompt))
    : batchLimits(spec, scheduler, config);
  const memory = memoryWith(batch);
  const capacity = kvCapacity(memory);
  if (!capacity.fits) {
    const key = ["cluster", "tensor_parallel_size"];
    throw new UserError({ ...blame(key, loaded.places), message: capacity.message });
  }
  const watermarkRatio =
    engine.watermarkRatio ?? (scheduler === "continuous" ? watermarkOfV0Ratio : 0);
  // What stays free when a request is admitted is no room for it, nor when it comes back.
  const watermarkBlocks = Math.floor(watermarkRatio * capacity.blocks);
  const longest = Math.min(longestPrompt, (capacity.blocks - watermarkBlocks) * engine.blockSize);
  const maxModelLen = engine.maxModelLen ?? longest;
  refuseLimits(loaded, spec, { scheduler, maxModelLen, longest, positions, ...batch });
  const { guessedTokens = 0 } = engine.speculative ?? {};
  // A step verifies all tokens of a sequence or none.
  const maxSeqs = Math.min(
    batch.maxNumSeqs,
    Math.floor(batch.maxNumBatchedTokens / (1 + guessedTokens)),
  );
  const cut = engine.maxModelLen === undefined && longest < positions;
  return {
    scheduler,
    maxSeqs,
    maxBatchedTokens: batch.maxNumBatchedTokens,
    maxModelLen,
    kvBlocks: capacity.blocks,
    watermarkRatio,
    watermarkBlocks,
    maxPromptTokens: promptTokensThatFit(memory),
    warnings: [
      ...(cut
        ? [`max_model_len was cut from ${positions} to ${longest}, what the KV cache holds`]
        : []),
      ...(maxSeqs < batch.maxNumSeqs
        ? [
            `max_num_seqs was cut from ${batch.maxNumSeqs} to ${maxSeqs}, whose tokens a step can check`,
          ]
        : []),
      ...ignoredKeys(spec, scheduler),
    ],
  };
}

/** vllm/core/block_manager.py of v0: `watermark`. */
const watermarkOfV0Ratio = 0.01;

/** The scheduler asked for, or the stack's own. */
export function schedulerOf({ engine }: ScenarioSpec, { stack }: StepConfig): SchedulerName {
  return engine.scheduler ?? (stack.scheduler === "static" ? "static" : "chunked_prefill");
}

function batchLimits(
  { engine }: ScenarioSpec,
  scheduler: SchedulerName,
  { gpu }: StepConfig,
): BatchLimits {
  if (scheduler === "static") {
    return { maxNumSeqs: engine.batchSize, maxNumBatchedTokens: engine.batchSize };
  }
  const defaults = engineDefaults(gpu);
  const maxNumBatchedTokens = engine.maxBatchedTokens ?? defaults.maxNumBatchedTokens;
  // As vLLM does where only the token budget is given.
  const maxNumSeqs = engine.maxSeqs ?? Math.min(defaults.maxNumSeqs, maxNumBatchedTokens);
  return { maxNumSeqs, maxNumBatchedTokens };
}

/** Keys of the other scheduler that the file sets all the same. */
function ignoredKeys({ engine }: ScenarioSpec, scheduler: SchedulerName): string[] {
  const ofStatic = { batch_wait_ms: engine.batchWaitS, pad_to: engine.padToTokens };
  const ofOthers = {
    max_num_seqs: engine.maxSeqs,
    max_num_batched_tokens: engine.maxBatchedTokens,
    watermark: engine.watermarkRatio,
  };
  const isStatic = scheduler === "static";
  return Object.entries(isStatic ? ofOthers : ofStatic)
    .filter(([, value]) => value !== undefined)
    .map(([key]) => `engine.${key} means nothing to the ${scheduler} scheduler`);
}
