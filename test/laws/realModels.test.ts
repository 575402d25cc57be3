import { expect, test } from "vitest";
import { pipelinedModel } from "../../models/pipeline.ts";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import { staticBatch } from "../../sim/batching/staticBatch.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import { Simulation } from "../../sim/simulation.ts";
import { stepConfig } from "../support/stepWorld.ts";
import { replica, world } from "../support/world.ts";

/** Deployments whose costs bend in different places: windows, experts, latents, launches, caps. */
const deployments = [
  ["H100-SXM", "meta-llama/Llama-3.1-8B", "vllm", 1, 1],
  ["H100-SXM", "meta-llama/Llama-3.1-70B", "vllm", 4, 2],
  ["L40S", "meta-llama/Llama-3.1-8B", "vllm", 1, 4],
  ["H100-SXM", "meta-llama/Llama-3.1-70B", "vllm", 4, 1],
  ["H200-SXM", "openai/gpt-oss-120b", "vllm", 1, 1],
  ["A100-SXM", "allenai/OLMoE-1B-7B-0924", "vllm-eager", 1, 1],
  ["H200-SXM", "deepseek-ai/DeepSeek-V3", "sglang", 8, 1],
  ["L40S", "google/gemma-3-12b-it", "trtllm", 2, 1],
  ["RTX-A6000", "meta-llama/Llama-3.1-8B", "hf-eager", 1, 1],
] as const;

function requests(seed: string): RequestSpec[] {
  const draw = randomStreams(seed)("requests");
  let arrivalS = 0;
  return Array.from({ length: 150 }, () => {
    arrivalS += -Math.log(1 - draw()) / 6;
    const promptTokens = 1 + Math.floor(draw() ** 3 * 6000);
    return { arrivalS, promptTokens, outputTokens: 1 + Math.floor(draw() ** 2 * 700) };
  });
}

const schedulers = {
  chunked_prefill: chunkedPrefill({ maxSeqs: 64, maxBatchedTokens: 2048 }),
  static: staticBatch({ batchSize: 8 }),
};

test.each(deployments)(
  "on %s, %s under %s runs alike in one step or many",
  (gpu, llm, stack, tp, stages) => {
    const config = stepConfig({ gpu, llm, stack, tensorParallel: tp });
    for (const [name, batcher] of Object.entries(schedulers)) {
      const oneReplica: ReplicaConfig = replica({
        stepModel: pipelinedModel({ config, stages, maxBatchedTokens: 2048 / stages }),
        batcher,
        maxModelLen: 8192,
        kvBlocks: name === "static" ? 8000 : 1200,
        gpus: tp * stages,
        idleW: config.gpu.idleContextHeldW * tp * stages,
      });
      const run = (macroSteps: boolean) =>
        new Simulation({ ...world(requests(llm), { replicas: [oneReplica] }), macroSteps }).run();
      const macro = run(true);
      const single = run(false);
      expect(macro.tokens).toEqual(single.tokens);
      expect(macro.preemptions).toBe(single.preemptions);
      expect(macro.steps).toBe(single.steps);
      expect(macro.durationS / single.durationS).toBeCloseTo(1, 9);
      expect(macro.energy.gpuJ / single.energy.gpuJ).toBeCloseTo(1, 6);
      expect(macro.energy.decodeJ / single.energy.decodeJ).toBeCloseTo(1, 6);
      const itl = macro.latency.itlS;
      expect((itl?.p99 ?? 0) / (single.latency.itlS?.p99 ?? 1)).toBeCloseTo(1, 8);
      expect(macro.mfu).toBeLessThanOrEqual(1);
      expect(macro.mbu).toBeLessThanOrEqual(1);
      expect(macro.mfu).toBeCloseTo(single.mfu ?? 0, 8);
      expect(macro.mbu).toBeCloseTo(single.mbu ?? 0, 8);
      const capW = 0.98 * config.gpu.tdpW * tp * stages;
      expect(macro.peakGpuW).toBeLessThanOrEqual(capW);
    }
  },
);
