import { type BatchLimits, engineDefaults } from "../../models/engineDefaults.ts";
import { type KvCapacityConfig, kvCapacity, promptTokensThatFit } from "../../models/kvCapacity.ts";
import type { StepConfig } from "../../models/matrices.ts";
import { stageOf } from "../../models/pipeline.ts";
import type { Blocks, Tokens } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import { refuseNarrowHost } from "./hostBlocks.ts";
import { ignoredKeys } from "./ignoredKeys.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import { refuseLimits, roomWords } from "./refusedLimits.ts";
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
    llm: stageOf(config.llm, spec.cluster.pipelineParallel),
    ...limits,
    draft,
    gpuMemoryUtilization: engine.memoryUtilizationRatio,
    blockSize: engine.blockSize,
  });
  const watermarkRatio =
    engine.watermarkRatio ?? (scheduler === "continuous" ? watermarkOfV0Ratio : 0);
  const watermarkOf = (blocks: Blocks): Blocks => Math.floor(watermarkRatio * blocks);
  // What stays free when a request is admitted is no room for it, nor when it comes back.
  const roomIn = (blocks: Blocks): Tokens => (blocks - watermarkOf(blocks)) * engine.blockSize;
  const capacityWith = (limits: BatchLimits): Tokens => {
    const capacity = kvCapacity(memoryWith(limits));
    return capacity.fits ? roomIn(capacity.blocks) : 0;
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
  const longest = Math.min(longestPrompt, roomIn(capacity.blocks));
  const maxModelLen = engine.maxModelLen ?? longest;
  refuseNarrowHost(loaded, spec, config);
  refuseLimits(loaded, spec, { scheduler, maxModelLen, longest, positions, ...batch });
  const maxSeqs = seqsOf(batch, spec);
  const cut = engine.maxModelLen === undefined && longest < positions;
  return {
    scheduler,
    maxSeqs,
    maxBatchedTokens: batch.maxNumBatchedTokens,
    maxModelLen,
    kvBlocks: capacity.blocks,
    watermarkRatio,
    watermarkBlocks: watermarkOf(capacity.blocks),
    maxPromptTokens: promptTokensThatFit(memory),
    warnings: [
      ...(cut
        ? [`max_model_len was cut from ${positions} to ${longest}, what ${roomWords(engine)}`]
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

/** A step verifies all tokens of a sequence or none. */
function seqsOf(
  { maxNumSeqs, maxNumBatchedTokens }: BatchLimits,
  { engine: { speculative } }: ScenarioSpec,
): number {
  const { guessedTokens = 0 } = speculative ?? {};
  return Math.min(maxNumSeqs, Math.floor(maxNumBatchedTokens / (1 + guessedTokens)));
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
