import { z } from "zod";
import type { Quantization } from "../../../models/llm.ts";
import { stackIds } from "../../../models/stackCatalogue.ts";
import { count, notNegative, positive } from "../../scenario/keys.ts";

const text = z.string().min(1);
const quantizations = [
  "none",
  "fp8",
  "int8",
  "int4",
  "mxfp4",
  "nvfp4",
] as const satisfies readonly Quantization[];
/** The roofline has no constants that could be fitted. */
const stacks = stackIds().filter((id) => id !== "ideal");

const settings = {
  model: text.describe("Hugging Face id (tokenwatt list llms), or a path to a config.json"),
  gpu: z.optional(text).describe("The GPU of --gpu; leave it blank"),
  stack: z.enum(stacks).default("vllm").describe("The serving software (tokenwatt list stacks)"),
  tp: count.default(1).describe("tensor_parallel_size: GPUs that served the model"),
  quantization: z
    .optional(z.enum(quantizations))
    .describe("Blank: as the checkpoint's quantization_config says"),
  kv_cache_dtype: z.optional(z.enum(["auto", "fp8"])).describe("Blank: auto"),
  max_num_seqs: z.optional(count).describe("Blank: vLLM's default for this GPU"),
  max_num_batched_tokens: z.optional(count).describe("Blank: vLLM's default for this GPU"),
  power_cap_w: z
    .optional(positive)
    .describe("Watts that each GPU could draw; blank: its own limit"),
  concurrency: z
    .optional(count)
    .describe(
      "Users who each ask again once answered (--max-concurrency); this, batch or rate_rps",
    ),
  batch: z
    .optional(count)
    .describe("Requests that start together, no server in front; this, concurrency or rate_rps"),
  rate_rps: z
    .optional(positive)
    .describe(
      "Requests per second that come at random (--request-rate); this, concurrency or batch",
    ),
  input_tokens: z.number().min(1).describe("Tokens of a prompt, on average"),
  output_tokens: z.number().min(1).describe("Tokens of an answer, on average"),
  input_std: z
    .optional(notNegative)
    .describe("Standard deviation of input_tokens; blank: all prompts have input_tokens"),
  output_std: z
    .optional(notNegative)
    .describe(
      "Standard deviation of output_tokens; blank: all answers have output_tokens, with users give " +
        "or take 8, since equal answers would come in waves",
    ),
  num_requests: z
    .optional(count)
    .describe("Requests of the run (--num-prompts); figures are then of the whole run"),
  window: z
    .optional(z.enum(["whole", "steady"]))
    .describe(
      "What the figures are of: the whole run, or its part between ramp-up and drain; blank: " +
        "steady where there are users and no num_requests",
    ),
};

const figures = {
  ttft_ms: z.optional(positive).describe("Mean time to the first token, ms"),
  tpot_ms: z.optional(positive).describe("Mean time per output token after the first, ms"),
  e2e_ms: z.optional(positive).describe("Mean time from request to last token, ms"),
  output_tokens_per_s: z
    .optional(positive)
    .describe("Output tokens per second of the whole deployment"),
  batch_latency_s: z.optional(positive).describe("Seconds until all of a batch are answered"),
  power_w: z.optional(positive).describe("Mean watts of ONE GPU"),
  energy_per_output_token_j: z
    .optional(positive)
    .describe("Joules of all GPUs per output token, prefill and idleness included"),
};

/** One row of a measurements file: the settings of a run, and what was measured in it. */
export const measurementSchema = z.strictObject({ ...settings, ...figures });

export type MeasurementRow = z.output<typeof measurementSchema>;
export type Column = keyof MeasurementRow;
export type Figure = keyof typeof figures;

export const columns: readonly string[] = Object.keys(measurementSchema.shape);
export const figureColumns: readonly string[] = Object.keys(figures);
export const loadColumns = ["concurrency", "batch", "rate_rps"] as const;
export const requiredColumns = ["model", "input_tokens", "output_tokens"] as const;

export function isFigure(column: string): column is Figure {
  return Object.hasOwn(figures, column);
}

export function measurementJsonSchema() {
  return z.toJSONSchema(measurementSchema, { io: "input" });
}
