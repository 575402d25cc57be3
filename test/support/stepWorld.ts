import fc from "fast-check";
import { calibrationFor } from "../../models/calibrationCatalogue.ts";
import type { Governor } from "../../models/governor.ts";
import type { GpuSpec } from "../../models/gpu.ts";
import { gpuById } from "../../models/gpuCatalogue.ts";
import type { LlmSpec } from "../../models/llm.ts";
import { llmById } from "../../models/llmCatalogue.ts";
import type { StepConfig } from "../../models/matrices.ts";
import type { PrecisionRequest } from "../../models/precision.ts";
import { resolvePrecision } from "../../models/precision.ts";
import { stackById } from "../../models/stackCatalogue.ts";
import type { Stack } from "../../models/stacks.ts";
import { type BatchShape, emptyShape } from "../../sim/ports.ts";

import { roundConstants } from "./roundConstants.ts";

/** `seqs` sequences that decode one token each, all at the same context. */
export function decodeShape(seqs: number, contextTokens: number, windowTokens = contextTokens) {
  return {
    ...emptyShape(),
    decodeSeqs: seqs,
    decodeTokens: seqs,
    decodeContextTokens: seqs * contextTokens,
    decodeWindowTokens: seqs * Math.min(contextTokens, windowTokens),
    sampledSeqs: seqs,
  } satisfies BatchShape;
}

/** One whole prompt. */
export function prefillShape(tokens: number, windowTokens = tokens): BatchShape {
  const early = Math.min(tokens, windowTokens);
  return {
    ...emptyShape(),
    prefillSeqs: 1,
    prefillTokens: tokens,
    prefillPairs: (tokens * (tokens + 1)) / 2,
    prefillWindowPairs: (early * (early + 1)) / 2 + (tokens - early) * windowTokens,
    sampledSeqs: 1,
  };
}

export function knownGpu(id: string): GpuSpec {
  return known(gpuById(id), id);
}

export function knownLlm(id: string): LlmSpec {
  return known(llmById(id), id);
}

export function knownStack(id: string): Stack {
  return known(stackById(id), id);
}

function known<Entry>(entry: Entry | undefined, id: string): Entry {
  if (entry === undefined) throw new Error(`the test asks for ${id}, which is not there`);
  return entry;
}

export const asPublished: PrecisionRequest = {
  dtype: "auto",
  quantization: undefined,
  kvCacheDtype: "auto",
};

interface StepNames {
  readonly gpu?: string;
  readonly llm?: string;
  readonly stack?: string;
  readonly tensorParallel?: number;
  readonly dataParallel?: number;
  readonly expertParallel?: boolean;
  readonly request?: PrecisionRequest;
  readonly governor?: Governor;
  /** Those of the catalogue, whose fits move; round ones where not said. */
  readonly constants?: "catalogue";
}

/** Llama-3.1-8B on one H100 with vLLM, but for what is named. */
export function stepConfig(names: StepNames = {}): StepConfig {
  const gpu = knownGpu(names.gpu ?? "H100-SXM");
  const llm = knownLlm(names.llm ?? "meta-llama/Llama-3.1-8B");
  const stack = knownStack(names.stack ?? "vllm");
  return {
    gpu,
    llm,
    calibration:
      names.constants === "catalogue"
        ? calibrationFor(gpu, stack)
        : calibrationFor(gpu, stack, { entries: [roundConstants] }),
    stack,
    tensorParallel: names.tensorParallel ?? 1,
    dataParallel: names.dataParallel ?? 1,
    expertParallel: names.expertParallel ?? false,
    governor: names.governor,
    precision: resolvePrecision(gpu, llm, names.request ?? asPublished),
  };
}

const llms = {
  dense: "meta-llama/Llama-3.1-8B",
  experts: "Qwen/Qwen3-30B-A3B",
  mxfp4Experts: "openai/gpt-oss-20b",
  latent: "deepseek-ai/DeepSeek-V3",
  window: "google/gemma-3-4b-it",
};

/** Configurations of every kind: architecture, link, quantisation, stack, attention. */
const anyConfig: fc.Arbitrary<StepConfig> = fc
  .record({
    gpu: fc.constantFrom("H100-SXM", "B200-SXM", "A100-PCIe-80GB", "L40S", "T4", "MI300X"),
    llm: fc.constantFrom(...Object.values(llms)),
    stack: fc.constantFrom("vllm", "vllm-eager", "hf-eager", "ideal"),
    tensorParallel: fc.constantFrom(1, 2, 4),
    dataParallel: fc.constantFrom(1, 1, 2),
    expertParallel: fc.boolean(),
    request: fc.record({
      dtype: fc.constant("auto" as const),
      quantization: fc.constantFrom(undefined, "none" as const),
      kvCacheDtype: fc.constantFrom("auto" as const, "fp8" as const),
    }),
  })
  .map(stepConfig);

const prompts = fc.record({
  seqs: fc.integer({ min: 1, max: 16 }),
  tokensEach: fc.integer({ min: 1, max: 1024 }),
  earlierTokensEach: fc.integer({ min: 0, max: 8192 }),
});

const decodes = fc.record({
  seqs: fc.integer({ min: 1, max: 512 }),
  tokensEach: fc.integer({ min: 1, max: 5 }),
  contextEach: fc.integer({ min: 1, max: 32_768 }),
});

/** Steps that prefill, decode, or do both. */
function anyShape(windowTokens: number): fc.Arbitrary<BatchShape> {
  return fc
    .tuple(fc.option(prompts, { nil: undefined }), fc.option(decodes, { nil: undefined }))
    .filter(([prompt, decode]) => prompt !== undefined || decode !== undefined)
    .map(([prompt, decode]) => {
      const shape = emptyShape();
      if (prompt !== undefined) {
        const { seqs, tokensEach, earlierTokensEach } = prompt;
        shape.prefillSeqs = seqs;
        shape.prefillTokens = seqs * tokensEach;
        shape.prefillPairs = seqs * tokensEach * (earlierTokensEach + (tokensEach + 1) / 2);
        shape.prefillWindowPairs = Math.min(shape.prefillPairs, shape.prefillTokens * windowTokens);
        shape.prefillContextTokens = seqs * earlierTokensEach;
        shape.sampledSeqs = seqs;
      }
      if (decode !== undefined) {
        const { seqs, tokensEach, contextEach } = decode;
        shape.decodeSeqs = seqs;
        shape.decodeTokens = seqs * tokensEach;
        shape.decodeContextTokens = seqs * contextEach;
        shape.decodeWindowTokens = seqs * Math.min(contextEach, windowTokens);
        shape.sampledSeqs += shape.decodeTokens;
      }
      return shape;
    });
}

/** A configuration and a shape that suits its window. */
export const anyStep = anyConfig.chain((config) =>
  fc.record({
    config: fc.constant(config),
    shape: anyShape(config.llm.slidingWindow?.tokens ?? Number.POSITIVE_INFINITY),
  }),
);
