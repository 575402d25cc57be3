import { describe, expect, test } from "vitest";
import { draftProblem, draftWarnings } from "../../models/draftProblem.ts";
import { eagleHead } from "../../models/eagle.ts";
import { engineDefaults } from "../../models/engineDefaults.ts";
import { kvCapacity, promptTokensThatFit } from "../../models/kvCapacity.ts";
import { draftConfig } from "../../models/speculative.ts";
import { stepTerms } from "../../models/stepTerms.ts";
import { kvBytesPerToken, weightBytes } from "../../models/weights.ts";
import { decodeShape, knownLlm, stepConfig } from "../support/stepWorld.ts";

const llama8b = knownLlm("meta-llama/Llama-3.1-8B");
const llama1b = knownLlm("meta-llama/Llama-3.2-1B");

describe("a draft is refused", () => {
  test("where its vocabulary is another, naming both", () => {
    expect(draftProblem(llama8b, llama1b, 1)).toBeUndefined();
    const problem = draftProblem(llama8b, knownLlm("Qwen/Qwen2.5-0.5B"), 1);
    expect(problem).toContain("Qwen/Qwen2.5-0.5B has a vocabulary of 151936");
    expect(problem).toContain("meta-llama/Llama-3.1-8B one of 128256");
  });

  test("where it is larger than what it drafts for", () => {
    expect(draftProblem(llama1b, llama8b, 1)).toMatch(
      /8.03 billion .* is larger than .*1.24 billion/,
    );
    expect(draftProblem(llama8b, llama8b, 1)).toBeUndefined();
  });

  test("where the target's GPUs do not divide it", () => {
    const qwen32b = knownLlm("Qwen/Qwen2.5-32B");
    const qwen = knownLlm("Qwen/Qwen2.5-0.5B");
    expect(draftProblem(qwen32b, qwen, 2)).toBeUndefined();
    expect(draftProblem(qwen32b, qwen, 8)).toContain("does not divide the 14 attention heads");
  });

  test("where its window is not the target's", () => {
    const windowed = { ...llama1b, slidingWindow: { tokens: 512, layers: 8 } };
    expect(draftProblem(llama8b, windowed, 1)).toContain("sliding window of 512 tokens");
    const alike = { ...llama8b, slidingWindow: { tokens: 512, layers: 16 } };
    expect(draftProblem(alike, windowed, 1)).toBeUndefined();
    expect(draftProblem(alike, llama1b, 1)).toBeUndefined();
  });
});

test("vocabularies that differ by padding pass with a warning, as the pair of arXiv 2504.17674", () => {
  // 152,064 and 151,936 rows of one tokenizer.
  const target = knownLlm("Qwen/Qwen2.5-32B");
  const draft = knownLlm("Qwen/Qwen2.5-1.5B");
  expect(draftProblem(target, draft, 1)).toBeUndefined();
  expect(draftWarnings(target, draft)[0]).toContain("(152064)");
  expect(draftWarnings(llama8b, llama1b)).toEqual([]);
});

test("a draft that computes more than a target of few active experts is warned of", () => {
  const [warning] = draftWarnings(knownLlm("Qwen/Qwen3-30B-A3B"), knownLlm("Qwen/Qwen3-8B"));
  expect(warning).toContain("computes more for a token");
});

describe("the EAGLE head of Llama-3.1-8B", () => {
  const head = eagleHead(llama8b);

  test("has one layer and a fusion, and shares embedding and output head", () => {
    // 2 x 4096 x (4096 + 1024) of attention, 3 x 4096 x 14336 of MLP, 8192 x 4096 of fusion.
    expect(head.parameters.total).toBe(41_943_040 + 176_160_768 + 33_554_432);
    expect(weightBytes(head, "none")).toBe(2 * head.parameters.total);
    expect(kvBytesPerToken(head, 2)).toBe(kvBytesPerToken(llama8b, 2) / 32);
  });

  test("multiplies by the target's output head all the same", () => {
    const config = draftConfig(stepConfig(), head);
    const { gpuTerms } = stepTerms(config, decodeShape(1, 1));
    const bytes = Object.fromEntries(gpuTerms.map((term) => [term.name, term.bytes]));
    expect((bytes["output head"] ?? 0) / (2 * 128_256 * 4096)).toBeCloseTo(1, 3);
    expect((bytes["fusion"] ?? 0) / (2 * 8192 * 4096)).toBeCloseTo(1, 3);
  });

  test("stays in 16 bits beside a quantised target, over a cache as wide as the target's", () => {
    const request = { dtype: "auto", quantization: "fp8", kvCacheDtype: "fp8" } as const;
    const { precision } = draftConfig(stepConfig({ request }), head);
    expect(precision).toMatchObject({ weights: "none", kernel: "bf16", kvBytesPerElement: 1 });
  });

  test("is dense for a network with experts, as wide as those of one token", () => {
    const { mlp, moe } = eagleHead(knownLlm("Qwen/Qwen3-30B-A3B"));
    expect(moe).toBeUndefined();
    expect(mlp).toEqual({ layers: 1, intermediateSize: 8 * 768, matrices: 3 });
  });
});

describe("memory", () => {
  const capacityOf = (names: Parameters<typeof stepConfig>[0], drafts: boolean) => {
    const step = stepConfig(names);
    const draft = drafts ? draftConfig(step, llama1b) : undefined;
    const memory = {
      ...step,
      ...engineDefaults(step.gpu),
      gpuMemoryUtilization: 0.9,
      blockSize: 16,
    };
    return { memory: { ...memory, draft }, capacity: kvCapacity({ ...memory, draft }) };
  };

  test.each([1, 2])(
    "a draft takes its weights, and its share of each token, on %d GPUs",
    (gpus) => {
      const { capacity: alone } = capacityOf({ tensorParallel: gpus }, false);
      const { capacity: with1b, memory } = capacityOf({ tensorParallel: gpus }, true);
      if (!alone.fits || !with1b.fits) throw new Error("both fit an H100");
      expect(with1b.weightBytes - alone.weightBytes).toBe(weightBytes(llama1b, "none") / gpus);
      const tokenBytes = kvBytesPerToken(llama8b, 2) / gpus;
      const draftTokenBytes = kvBytesPerToken(llama1b, 2) / gpus;
      const freeBytes = alone.tokens * tokenBytes - weightBytes(llama1b, "none") / gpus;
      expect(with1b.tokens / (freeBytes / (tokenBytes + draftTokenBytes))).toBeCloseTo(1, 3);
      const { draft: _, ...plain } = memory;
      expect(promptTokensThatFit(memory)).toBeLessThan(promptTokensThatFit(plain));
    },
  );

  test("what does not fit with its draft says so", () => {
    const { capacity } = capacityOf({ gpu: "T4" }, true);
    if (capacity.fits) throw new Error("16 GB cannot hold both");
    expect(capacity.message).toMatch(
      /^meta-llama\/Llama-3.1-8B with meta-llama\/Llama-3.2-1B does not/,
    );
  });
});
