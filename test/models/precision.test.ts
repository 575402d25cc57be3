import { expect, test } from "vitest";
import type { PrecisionRequest } from "../../models/precision.ts";
import { resolvePrecision } from "../../models/precision.ts";
import { asPublished, knownGpu, knownLlm } from "../support/stepWorld.ts";

function resolved(
  gpu: string,
  request: Partial<PrecisionRequest> = {},
  llm = "meta-llama/Llama-3.1-8B",
) {
  return resolvePrecision(knownGpu(gpu), knownLlm(llm), { ...asPublished, ...request });
}

test("dtype auto is bfloat16, and float16 where the GPU lacks it", () => {
  expect(resolved("A100-SXM")).toEqual({
    dtype: "bfloat16",
    dtypeComputeType: "bf16",
    weights: "none",
    computeType: "bf16",
    kernel: "bf16",
    kvBytesPerElement: 2,
    notes: [],
  });
  expect(resolved("T4")).toMatchObject({ dtype: "float16", computeType: "fp16", kernel: "bf16" });
  expect(() => resolved("V100-SXM2-32GB", { dtype: "bfloat16" })).toThrow(
    "engine.dtype: V100-SXM2-32GB has no bfloat16; expected float16 or auto",
  );
});

test("fp8 multiplies in FP8 where there are such cores, else it only narrows the weights", () => {
  expect(resolved("H100-SXM", { quantization: "fp8" })).toMatchObject({
    computeType: "fp8",
    kernel: "fp8",
    notes: [],
  });
  expect(resolved("A100-SXM", { quantization: "fp8" })).toMatchObject({
    weights: "fp8",
    computeType: "bf16",
    kernel: "weight_only",
    notes: ["fp8 is weight-only: A100-SXM has no such cores"],
  });
});

test("int4 is weight-only everywhere", () => {
  expect(resolved("B200-SXM", { quantization: "int4" })).toMatchObject({
    computeType: "bf16",
    kernel: "weight_only",
    notes: [],
  });
});

test("int8 needs a known INT8 rate", () => {
  expect(resolved("A100-SXM", { quantization: "int8" }).computeType).toBe("int8");
  expect(() => resolved("V100-SXM2-32GB", { quantization: "int8" })).toThrow("engine.quantization");
});

test("4-bit floating point uses Blackwell's cores: nvfp4 at the FP4 rate, mxfp4 at the FP8 rate", () => {
  expect(resolved("B200-SXM", { quantization: "nvfp4" }).computeType).toBe("fp4");
  expect(resolved("B200-SXM", {}, "openai/gpt-oss-20b").computeType).toBe("fp8");
  expect(resolved("H100-SXM", {}, "openai/gpt-oss-20b")).toMatchObject({
    weights: "mxfp4",
    computeType: "bf16",
    kernel: "mxfp4",
  });
});

test("a published quantisation can be widened to 16 bits", () => {
  expect(resolved("H100-SXM", { quantization: "none" }, "openai/gpt-oss-20b")).toMatchObject({
    weights: "none",
    notes: ["mxfp4 weights widened to bfloat16"],
  });
});

test.each([
  ["deepseek-ai/DeepSeek-V3", "nvfp4", "fp4"],
  ["moonshotai/Kimi-K2.5", "nvfp4", "fp4"],
  ["openai/gpt-oss-20b", "nvfp4", "fp4"],
  ["MiniMaxAI/MiniMax-M2.5", "int4", "weight_only"],
] as const)("%s can be re-quantised to %s, and a note says so", (llm, quantization, kernel) => {
  const { notes, ...precision } = resolved("B200-SXM", { quantization }, llm);
  expect(precision).toMatchObject({ weights: quantization, kernel });
  const { quantization: stored } = knownLlm(llm).checkpoint;
  expect(notes).toEqual([
    `${quantization} re-quantises the published ${stored} checkpoint: experts and MLPs in ${quantization}, attention in bfloat16`,
  ]);
});

test.each([
  ["openai/gpt-oss-20b", "fp8", "published in mxfp4; expected mxfp4, nvfp4 or none, found fp8"],
  ["openai/gpt-oss-20b", "int4", "published in mxfp4; expected mxfp4, nvfp4 or none, found int4"],
  ["moonshotai/Kimi-K2.5", "fp8", "published in int4; expected int4, nvfp4 or none, found fp8"],
  [
    "deepseek-ai/DeepSeek-V3",
    "int8",
    "published in fp8; expected fp8, int4, mxfp4, nvfp4 or none, found int8",
  ],
] as const)(
  "%s cannot be re-quantised to %s, which is no narrower",
  (llm, quantization, reason) => {
    expect(() => resolved("B200-SXM", { quantization }, llm)).toThrow(
      `engine.quantization: ${llm} is ${reason}, which is no narrower`,
    );
  },
);

test("an fp8 KV cache halves the bytes of an element", () => {
  expect(resolved("A100-SXM", { kvCacheDtype: "fp8" }).kvBytesPerElement).toBe(1);
});
