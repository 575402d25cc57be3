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

test("a published quantisation can be widened but not exchanged", () => {
  expect(resolved("H100-SXM", { quantization: "none" }, "openai/gpt-oss-20b")).toMatchObject({
    weights: "none",
    notes: ["mxfp4 weights widened to bfloat16"],
  });
  expect(() => resolved("H100-SXM", { quantization: "fp8" }, "openai/gpt-oss-20b")).toThrow(
    "engine.quantization: openai/gpt-oss-20b is published in mxfp4; expected mxfp4 or none, found fp8",
  );
});

test("an fp8 KV cache halves the bytes of an element", () => {
  expect(resolved("A100-SXM", { kvCacheDtype: "fp8" }).kvBytesPerElement).toBe(1);
});
