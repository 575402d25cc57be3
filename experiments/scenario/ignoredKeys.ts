import type { SchedulerName } from "./schema.ts";
import type { ScenarioSpec } from "./spec.ts";

/** Keys that the file sets and that mean nothing beside the others. */
export function ignoredKeys(
  { engine, workload }: ScenarioSpec,
  scheduler: SchedulerName,
): string[] {
  const ofStatic = { batch_wait_ms: engine.batchWaitS, pad_to: engine.padToTokens };
  const ofOthers = {
    max_num_seqs: engine.maxSeqs,
    max_num_batched_tokens: engine.maxBatchedTokens,
    watermark: engine.watermarkRatio,
  };
  const isStatic = scheduler === "static";
  const priorities = new Set(workload.classes?.map(({ priority }) => priority));
  const { schedulingPolicy, swapSpaceGib, preemption } = engine;
  return [
    ...Object.entries(isStatic ? ofOthers : ofStatic)
      .filter(([, value]) => value !== undefined)
      .map(([key]) => `engine.${key} means nothing to the ${scheduler} scheduler`),
    ...(priorities.size > 1 && schedulingPolicy !== "priority"
      ? [`the classes' priorities mean nothing to scheduling_policy ${schedulingPolicy}`]
      : []),
    ...(priorities.size < 2 && schedulingPolicy === "priority"
      ? ["scheduling_policy priority is fcfs where workload.classes have no two priorities"]
      : []),
    ...(swapSpaceGib !== undefined && preemption !== "swap"
      ? ["engine.swap_space means nothing where preemption is not swap"]
      : []),
  ];
}
