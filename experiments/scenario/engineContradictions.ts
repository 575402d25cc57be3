import { UserError } from "../errors.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { SchedulerName } from "./schema.ts";
import { sequencesAsked } from "./sequencesAsked.ts";
import type { ScenarioSpec } from "./spec.ts";

/** Keys of the engine that contradict each other, told with the reason. */
export function refuseEngineContradictions(
  loaded: LoadedScenario,
  { cluster, engine }: ScenarioSpec,
  scheduler: SchedulerName,
): void {
  const refuse = (key: string, message: string): never => {
    throw new UserError({ ...blame(["engine", ...key.split(".")], loaded.places), message });
  };
  if (engine.preemption === "swap" && scheduler !== "continuous") {
    const reason =
      scheduler === "static"
        ? "a static batch holds all its blocks to its end and preempts nobody"
        : "vLLM swaps in v0 alone, whose scheduler is continuous";
    refuse("preemption", `swap does not go with ${scheduler}: ${reason}`);
  }
  if (engine.offload !== undefined && !engine.prefixCaching) {
    refuse("kv_offload", "nothing is cached to be offloaded: set enable_prefix_caching to true");
  }
  if (engine.offload !== undefined && engine.preemption === "swap") {
    refuse("kv_offload", "what is swapped and what is offloaded would share a link: not modelled");
  }
  if (engine.speculative !== undefined && engine.sampling.strategy === "beam") {
    const reason = "which follows no single output that a guess could continue";
    refuse("speculative", `speculation does not go with beam search, ${reason}`);
  }
  if (cluster.pipelineParallel > 1) refuseWithStages(engine, scheduler, refuse);
  refuseForks(engine, scheduler, refuse);
  if (scheduler === "static") refuseWithStatic(engine, refuse);
}

type Refuse = (key: string, message: string) => never;

/** Several sequences of one request share its prompt's blocks, which cannot be computed again as one prompt. */
function refuseForks(
  engine: ScenarioSpec["engine"],
  scheduler: SchedulerName,
  refuse: Refuse,
): void {
  const { key, width } = sequencesAsked(engine);
  if (width === 1 || scheduler === "static") return;
  if (scheduler !== "continuous") {
    const reason =
      "its engine takes each sequence as a request of its own: send them as such, with " +
      "enable_prefix_caching, or use static or continuous";
    refuse(key, `${width} sequences of one request don't go with ${scheduler}: ${reason}`);
  }
  if (engine.preemption !== "swap") {
    const reason = "they cannot be computed again as one prompt; set engine.preemption to swap";
    refuse(key, `${width} sequences of one request need their KV cache kept: ${reason}`);
  }
}

/** Micro-batches are those of vLLM v1. */
function refuseWithStages(
  engine: ScenarioSpec["engine"],
  scheduler: SchedulerName,
  refuse: Refuse,
): void {
  if (scheduler !== "chunked_prefill") {
    const reason = "micro-batches are formed as vLLM v1 does, by chunked_prefill";
    refuse("scheduler", `${scheduler} does not go with pipeline_parallel_size: ${reason}`);
  }
  if (engine.speculative !== undefined) {
    const reason = "on which stage a draft would run is not modelled";
    refuse("speculative", `speculation does not go with pipeline_parallel_size: ${reason}`);
  }
  if (engine.offload !== undefined) {
    const reason = "how stages load their parts of it is not modelled";
    refuse("kv_offload", `offloading does not go with pipeline_parallel_size: ${reason}`);
  }
}

function refuseWithStatic(engine: ScenarioSpec["engine"], refuse: Refuse): void {
  if (engine.speculative !== undefined) {
    const reason = "its sequences advance in step, one token each";
    refuse("speculative", `speculation does not go with static batches: ${reason}`);
  }
  if (engine.prefixCaching) {
    const reason = "the KV cache of a batch is given back when it returns";
    refuse("enable_prefix_caching", `nothing can be reused with static batches: ${reason}`);
  }
  const { maxWaiting, batchSize, batchWaitS } = engine;
  if (maxWaiting !== undefined && maxWaiting < batchSize && batchWaitS === undefined) {
    const reason = `a batch starts when ${batchSize} wait (batch_size)`;
    refuse("max_waiting", `${maxWaiting} never fill a static batch: ${reason}`);
  }
}
