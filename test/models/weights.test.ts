import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LlmSpec } from "../../models/llm.ts";
import { llmById, llmIds } from "../../models/llmCatalogue.ts";
import {
  kvBytesPerToken,
  kvBytesPerTokenPerGpu,
  weightBytes,
  weightBytesByPart,
  weightBytesPerGpu,
} from "../../models/weights.ts";

const quantizations = ["none", "fp8", "int8", "int4", "mxfp4", "nvfp4"] as const;
const anyLlm = fc.constantFrom(...llmIds()).map(llm);
const anyQuantization = fc.constantFrom(...quantizations);

function llm(id: string): LlmSpec {
  const spec = llmById(id);
  if (spec === undefined) throw new Error(`${id} is not in the catalogue`);
  return spec;
}

describe("weights in memory", () => {
  test("the parts sum to the whole, and 16 bits are two bytes a parameter", () => {
    fc.assert(
      fc.property(anyLlm, anyQuantization, (spec, quantization) => {
        const parts = Object.values(weightBytesByPart(spec, quantization));
        const sum = parts.reduce((total, bytes) => total + bytes, 0);
        expect(weightBytes(spec, quantization)).toBeCloseTo(sum, 0);
        expect(weightBytes(spec, "none")).toBe(2 * spec.parameters.total);
      }),
    );
  });

  test("fewer bits never take more memory, and embeddings, head and norms stay as they are", () => {
    fc.assert(
      fc.property(anyLlm, anyQuantization, (spec, quantization) => {
        const { embedding, lmHead, other } = spec.parameters;
        const bytes = weightBytes(spec, quantization);
        expect(bytes).toBeLessThanOrEqual(weightBytes(spec, "none"));
        expect(bytes).toBeGreaterThan(2 * (embedding + lmHead + other));
      }),
    );
  });

  test("tensor parallelism divides all weights", () => {
    const spec = llm("meta-llama/Llama-3.1-70B");
    const eight = { tensorParallel: 8, dataParallel: 1 };
    expect(8 * weightBytesPerGpu(spec, "fp8", eight)).toBe(weightBytes(spec, "fp8"));
  });

  test("int4 takes half a byte and a 16-bit scale for 128 weights", () => {
    const { denseMlp } = weightBytesByPart(llm("meta-llama/Llama-3.1-8B"), "int4");
    expect(denseMlp).toBe(llm("meta-llama/Llama-3.1-8B").parameters.denseMlp * (0.5 + 2 / 128));
  });

  test("a scheme that the checkpoint brings covers what it covers there", () => {
    const spec = llm("openai/gpt-oss-120b");
    const { attention, experts } = weightBytesByPart(spec, "mxfp4");
    expect(attention).toBe(2 * spec.parameters.attention);
    expect(experts).toBe(spec.parameters.experts * (4.25 / 8));
  });

  test("re-quantised MLPs take half as much and a scale, and attention 16 bits", () => {
    const spec = llm("deepseek-ai/DeepSeek-V3");
    const { attention, denseMlp, experts, sharedExperts } = spec.parameters;
    const mlps = denseMlp + experts + sharedExperts;
    // Half a byte for one, 1/16 for its share of the scale; attention was in 8 bits.
    const saved = mlps * (1 - 0.5 - 1 / 16) - attention;
    expect(weightBytes(spec, "fp8") - weightBytes(spec, "nvfp4")).toBeCloseTo(saved, 0);
    expect(weightBytes(spec, "nvfp4") / weightBytes(spec, "fp8")).toBeCloseTo(0.59, 2);
  });

  test.each([
    // The sizes of the published safetensors files, to the digits that the model pages show.
    ["openai/gpt-oss-120b", "mxfp4", 65.2e9],
    ["openai/gpt-oss-20b", "mxfp4", 13.8e9],
    ["meta-llama/Llama-3.1-8B", "none", 16.1e9],
  ] as const)("%s in %s takes as much as its files (recalled)", (id, quantization, fileBytes) => {
    expect(Math.abs(weightBytes(llm(id), quantization) / fileBytes - 1)).toBeLessThan(0.01);
  });
});

describe("the KV cache of one token", () => {
  test.each([
    ["meta-llama/Llama-3.1-8B", 131072],
    ["meta-llama/Llama-3.1-70B", 327680],
    ["deepseek-ai/DeepSeek-V3", 70272],
    ["openai/gpt-oss-120b", 73728],
  ])("%s takes %i bytes in 16 bits", (id, bytes) => {
    expect(kvBytesPerToken(llm(id), 2)).toBe(bytes);
    expect(kvBytesPerToken(llm(id), 1)).toBe(bytes / 2);
  });

  test("grouped heads are divided, until each GPU holds one", () => {
    const spec = llm("meta-llama/Llama-3.1-70B");
    expect(kvBytesPerTokenPerGpu(spec, 2, 4)).toBe(kvBytesPerToken(spec, 2) / 4);
    expect(kvBytesPerTokenPerGpu(spec, 2, 16)).toBe(kvBytesPerTokenPerGpu(spec, 2, 8));
  });

  test("a latent vector is on every GPU", () => {
    const spec = llm("deepseek-ai/DeepSeek-V3");
    expect(kvBytesPerTokenPerGpu(spec, 2, 8)).toBe(kvBytesPerToken(spec, 2));
  });

  test("all GPUs together hold at least the whole, and more GPUs never hold more each", () => {
    fc.assert(
      fc.property(anyLlm, fc.integer({ min: 1, max: 64 }), (spec, tensorParallel) => {
        const each = kvBytesPerTokenPerGpu(spec, 2, tensorParallel);
        expect(each * tensorParallel).toBeGreaterThanOrEqual(kvBytesPerToken(spec, 2));
        expect(kvBytesPerTokenPerGpu(spec, 2, tensorParallel + 1)).toBeLessThanOrEqual(each);
      }),
    );
  });
});
