import { expect, test } from "vitest";
import { simulate } from "../../experiments/index.ts";
import { compose } from "../../experiments/scenario/compose.ts";
import { loaded, smallScenario } from "./smallScenario.ts";

const fixed = (tokens: number) => ({ kind: "fixed" as const, tokens });

/** A 70B on H100s, by users who wait for their answers. */
function served(stages: number, concurrency: number, num_requests: number) {
  return simulate({
    llm: "meta-llama/Llama-3.1-70B",
    cluster: { gpu: "H100-SXM", tensor_parallel_size: 4, pipeline_parallel_size: stages },
    workload: {
      arrivals: { kind: "closed_loop", concurrency },
      lengths: { input: fixed(1000), output: fixed(100) },
      num_requests,
    },
  });
}

test("two stages answer one user as soon as one does, and many users sooner", async () => {
  const [one, two] = [await served(1, 1, 8), await served(2, 1, 8)];
  const alone = (two.latency.e2e_ms.mean ?? 0) / (one.latency.e2e_ms.mean ?? 1);
  expect(alone).toBeGreaterThan(0.95);
  expect(alone).toBeLessThan(1.4);
  const [oneLoaded, twoLoaded] = [await served(1, 512, 1500), await served(2, 512, 1500)];
  const tokensPerS = (result: typeof one) => result.throughput.output_tokens_per_s ?? 0;
  expect(tokensPerS(twoLoaded)).toBeGreaterThan(1.1 * tokensPerS(oneLoaded));
  expect(tokensPerS(twoLoaded)).toBeLessThan(2 * tokensPerS(oneLoaded));
});

test.each([
  ["continuous", { scheduler: "continuous" }, "micro-batches are formed as vLLM v1 does"],
  [
    "speculation",
    { speculative: { method: "eagle", num_speculative_tokens: 2, acceptance_rate: 0.7 } },
    "on which stage a draft would run is not modelled",
  ],
])("%s over stages is refused with the reason", (_, engine, reason) => {
  const cluster = { gpu: "H100-SXM", pipeline_parallel_size: 2 };
  expect(() => compose(loaded({ ...smallScenario, cluster, engine }))).toThrow(reason);
});

test("stages that don't divide the layers are refused", () => {
  const cluster = { gpu: "H100-SXM", pipeline_parallel_size: 3 };
  expect(() => compose(loaded({ ...smallScenario, cluster }))).toThrow(
    "pipeline_parallel_size 3 does not divide the 32 layers",
  );
});

test("all GPUs of all stages are counted, and draw at least what they draw idle", async () => {
  const result = await served(2, 1, 8);
  const { gpu_mean_w = 0, per_gpu_mean_w = 0 } = result.power;
  expect((gpu_mean_w ?? 0) / (per_gpu_mean_w ?? 1)).toBeCloseTo(8, 9);
  expect(result.calibration.latency).toBe("transferred");
  expect(result.calibration.sources.join(" ")).toContain("pipeline stages");
});
