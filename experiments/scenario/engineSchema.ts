import { z } from "zod";
import { stackIds } from "../../models/stackCatalogue.ts";
import type { BatcherName } from "../../sim/batching/batchers.ts";
import type { SchedulingPolicyName } from "../../sim/queue/schedulingPolicies.ts";
import { sampling, speculative } from "./decodingSchema.ts";
import { count, gbPerS, notNegative, positive, unset } from "./keys.ts";

/** What the engine of each replica is started with. */
export const engineSchema = z.strictObject({
  stack: z
    .enum(stackIds())
    .default("vllm")
    .describe("The serving software (tokenwatt list stacks): its scheduler and its overheads"),
  scheduler: unset(
    z.enum(["chunked_prefill", "continuous", "orca", "static"] satisfies BatcherName[]),
  ).describe(
    "null: the stack's own (static for hf-*, else chunked_prefill); continuous: vLLM v0's, a step " +
      "is all prefill or all decode; orca: whole prompts join the step of those who decode",
  ),
  scheduling_policy: z
    .enum(["fcfs", "priority", "shortest_input"] satisfies SchedulingPolicyName[])
    .default("fcfs")
    .describe(
      "Who is admitted first: fcfs: who came first; priority: the class of the lowest priority; " +
        "shortest_input: who has the shortest prompt",
    ),
  max_waiting: unset(count).describe(
    "Requests that may wait on a replica: one more is rejected; null: any number",
  ),
  dtype: z
    .enum(["auto", "bfloat16", "float16"])
    .default("auto")
    .describe("auto: bfloat16; float16 where the GPU lacks it (V100, T4)"),
  quantization: unset(z.enum(["none", "fp8", "int8", "int4", "mxfp4", "nvfp4"])).describe(
    "null: as the checkpoint's quantization_config says, else dtype; fp8 and int8 quantise " +
      "weights and activations, int4 the weights",
  ),
  kv_cache_dtype: z.enum(["auto", "fp8"]).default("auto").describe("auto: as dtype"),
  max_num_seqs: unset(count).describe(
    "Sequences in a step, at most; null: vLLM's default for this GPU, 256 in vLLM v0",
  ),
  max_num_batched_tokens: unset(count).describe(
    "Tokens computed in a step, at most; null: vLLM's default for this GPU; continuous and orca: " +
      "max(max_model_len, 2048), and no less than max_model_len",
  ),
  max_model_len: unset(count).describe(
    "Longest context of a request; null: min(max_position_embeddings, KV cache capacity)",
  ),
  gpu_memory_utilization: z
    .number()
    .positive()
    .max(1)
    .default(0.9)
    .describe("Share of the GPU's memory that weights, activations and KV cache may fill"),
  block_size: count.max(1024).default(16).describe("Tokens in one block of the KV cache"),
  watermark: unset(z.number().min(0).lt(1)).describe(
    "Share of the KV cache's blocks that stay free when a request is admitted; null: 0.01 with " +
      "continuous, as in vLLM v0, else 0",
  ),
  enable_prefix_caching: z
    .boolean()
    .default(false)
    .describe("Keep the KV cache of what prompts begin with, for those that begin alike"),
  kv_offload: unset(
    z.strictObject({
      space_gib: positive.max(1e6).describe("GiB for each GPU"),
      bandwidth_gb_per_s: unset(gbPerS).describe(
        "10^9 bytes a second and GPU at which blocks come back, as from a disk; null: that of copies " +
          "from the host's memory",
      ),
    }),
  ).describe(
    "Second tier of the prefix cache: cached blocks that the GPU has no room for go to the host and " +
      "are loaded when they are hit; null: they are lost",
  ),
  preemption: z
    .enum(["recompute", "swap"])
    .default("recompute")
    .describe(
      "What becomes of the KV cache of who gives way: recompute: it is computed again; swap: it " +
        "waits in the host's memory (scheduler continuous only)",
    ),
  swap_space: unset(positive).describe(
    "GiB of the host's memory for each GPU that take what is swapped out; null: 4, vLLM's default",
  ),
  batch_size: count.default(8).describe("Scheduler static: requests that make a full batch"),
  batch_wait_ms: unset(notNegative).describe(
    "Scheduler static: start an unfilled batch after this wait; null: only once no request can come",
  ),
  pad_to: z
    .union([z.literal("longest"), count])
    .default("longest")
    .describe("Scheduler static: pad prompts to the longest of the batch, or to so many tokens"),
  speculative: unset(speculative).describe("Speculative decoding; null: none"),
  sampling: sampling.prefault({}).describe("How an output is chosen among what may follow"),
});
