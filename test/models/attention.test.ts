import { expect, test } from "vitest";
import {
  attentionOf,
  decodeAttentionBytes,
  decodeAttentionFlop,
  decodeAttentionTimeS,
  prefillAttentionFlop,
  prefillAttentionTimeS,
} from "../../models/attention.ts";
import { decodeShape, prefillShape, stepConfig } from "../support/stepWorld.ts";

const llama = attentionOf(stepConfig());
const deepseek = attentionOf(stepConfig({ llm: "deepseek-ai/DeepSeek-V3", tensorParallel: 8 }));

test("grouped attention: 4 FLOPs for each pair, head and element, and whole KV heads", () => {
  // 32 layers, 32 heads, 8 KV heads, 128 elements, 2 bytes.
  expect(prefillAttentionFlop(llama, prefillShape(3))).toBe(6 * 4 * 32 * 32 * 128);
  expect(decodeAttentionFlop(llama, decodeShape(2, 100))).toBe(200 * 4 * 32 * 32 * 128);
  expect(decodeAttentionBytes(llama, decodeShape(2, 100))).toBe(200 * 2 * 32 * 8 * 128 * 2);
  expect(llama.windowTokens).toBe(Number.POSITIVE_INFINITY);
});

test("latent attention expands keys in prefill and meets the latent vectors in decode", () => {
  // 61 layers, 128 / 8 heads; keys of 128 + 64, values of 128; latent vectors of 512 + 64.
  expect(prefillAttentionFlop(deepseek, prefillShape(1))).toBe(61 * 2 * 16 * (192 + 128));
  expect(decodeAttentionFlop(deepseek, decodeShape(1, 1))).toBe(61 * 2 * 16 * (576 + 512));
  expect(decodeAttentionBytes(deepseek, decodeShape(1, 1))).toBe(61 * 576 * 2);
});

test("drafted tokens multiply the FLOPs of decode attention, not the bytes", () => {
  const plain = decodeShape(4, 1000);
  const drafted = { ...plain, decodeTokens: 20 };
  expect(decodeAttentionFlop(llama, drafted)).toBe(5 * decodeAttentionFlop(llama, plain));
  expect(decodeAttentionBytes(llama, drafted)).toBe(decodeAttentionBytes(llama, plain));
  expect(decodeAttentionTimeS(llama, drafted)).toBe(decodeAttentionTimeS(llama, plain));
  const many = { ...plain, decodeTokens: 4000 };
  expect(decodeAttentionTimeS(llama, many)).toBe(
    decodeAttentionFlop(llama, many) / llama.decode.flopPerS,
  );
});

test("layers with a sliding window read the window, the others the context", () => {
  const { llm } = stepConfig({ llm: "google/gemma-3-4b-it" });
  const gemma = attentionOf(stepConfig({ llm: "google/gemma-3-4b-it" }));
  const window = llm.slidingWindow?.layers ?? 0;
  const perLayer = 2 * 4 * 256 * 2;
  const shape = decodeShape(1, 8192, gemma.windowTokens);
  const full = 8192 * (llm.layers - window);
  expect(decodeAttentionBytes(gemma, shape)).toBeCloseTo(
    (full + gemma.windowTokens * window) * perLayer,
    3,
  );
});

test("chunks read the keys and values of earlier chunks again", () => {
  const alone = prefillShape(512);
  const later = { ...alone, prefillContextTokens: 4096 };
  const moreS = prefillAttentionTimeS(llama, later) - prefillAttentionTimeS(llama, alone);
  expect(moreS).toBeCloseTo((4096 * 131_072) / (0.8 * 3.35e12), 12);
});

test("a cache in 8 bits halves the bytes and is read at a share of bandwidth of its own", () => {
  const request = { dtype: "auto", quantization: undefined, kvCacheDtype: "fp8" } as const;
  const narrow = attentionOf(stepConfig({ request }));
  const shape = decodeShape(8, 1024);
  const bytes = decodeAttentionBytes(llama, shape);
  expect(decodeAttentionBytes(narrow, shape)).toBe(bytes / 2);
  expect(decodeAttentionTimeS(narrow, shape)).toBeCloseTo(bytes / 2 / (0.7 * 3.35e12), 12);
  expect(decodeAttentionTimeS(llama, shape)).toBeCloseTo(bytes / (0.8 * 3.35e12), 12);
  expect(narrow.decode.flopPerS).toBe(llama.decode.flopPerS);
});

test("Transformers concatenates the cache, and copies it for each query head of a group", () => {
  const shape = decodeShape(8, 1024);
  const kvBytes = decodeAttentionBytes(llama, shape);
  const eager = attentionOf(stepConfig({ stack: "hf-eager" }));
  // Concatenated: read and written. Repeated for four query heads: read once, written and read four times.
  expect(decodeAttentionBytes(eager, shape)).toBe((2 + 1 + 4 + 4) * kvBytes);
  const compiled = attentionOf(stepConfig({ stack: "hf-compile" }));
  expect(decodeAttentionBytes(compiled, shape)).toBe((1 + 4 + 4) * kvBytes);
  const { calibration, gpu, stack } = stepConfig({ stack: "hf-eager" });
  const bandwidth = stack.kernelEfficiencyRatio * gpu.bandwidthBytesPerS;
  const readS = (4 * kvBytes) / (0.8 * bandwidth);
  const copiedS = (7 * kvBytes) / (calibration.smallKernelMemoryEfficiencyRatio * bandwidth);
  expect(decodeAttentionTimeS(eager, shape)).toBeCloseTo(readS + copiedS, 12);
});

test("where each query head has keys of its own, none are copied for it", () => {
  const shape = decodeShape(8, 1024);
  const config = { llm: "meta-llama/Llama-2-7b-hf" } as const;
  const kvBytes = decodeAttentionBytes(attentionOf(stepConfig(config)), shape);
  const eager = attentionOf(stepConfig({ ...config, stack: "hf-eager" }));
  expect(decodeAttentionBytes(eager, shape)).toBe(3 * kvBytes);
  const compiled = attentionOf(stepConfig({ ...config, stack: "hf-compile" }));
  expect(decodeAttentionBytes(compiled, shape)).toBe(kvBytes);
});
