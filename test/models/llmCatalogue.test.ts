import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { llmEntries } from "../../models/catalogue/llms.generated.ts";
import type { ParameterCounts } from "../../models/llm.ts";
import { llmById, llmEntryById, llmIds } from "../../models/llmCatalogue.ts";
import { kvBytesPerToken } from "../../models/weights.ts";

const reference = "../shared/data/models_configs.json";

interface Reference {
  readonly models: readonly {
    readonly id: string;
    readonly reference_params_total: number;
    readonly derived: {
      readonly params_active_per_token: number;
      readonly kv_bytes_per_token_bf16: number;
    };
  }[];
}

describe("the catalogue of networks", () => {
  test.each(llmEntries)("$id has exactly as many parameters as its reference", (entry) => {
    expect(llmById(entry.id)?.parameters.total).toBe(entry.reference_params_total?.value);
  });

  test("the parts sum to the total, and a token passes all but some experts", () => {
    for (const id of llmIds()) {
      const { total, activePerToken, ...parts } = countsOf(id);
      const sum = Object.values(parts).reduce((left, right) => left + right, 0);
      expect.soft(sum, id).toBe(total);
      if (parts.experts === 0) expect.soft(activePerToken, id).toBe(total);
      else expect.soft(activePerToken, id).toBeGreaterThan(total - parts.experts);
      expect.soft(activePerToken, id).toBeLessThanOrEqual(total);
    }
  });

  test.skipIf(!existsSync(reference))(
    "active parameters and KV bytes equal the independently derived ones (needs shared data)",
    () => {
      const { models }: Reference = JSON.parse(readFileSync(reference, "utf8"));
      expect(models).toHaveLength(52);
      for (const { id, derived, reference_params_total } of models) {
        const llm = llmById(id);
        if (llm === undefined) throw new Error(`${id} is not in the catalogue`);
        expect.soft(llm.parameters.total, id).toBe(reference_params_total);
        expect.soft(llm.parameters.activePerToken, id).toBe(derived.params_active_per_token);
        expect.soft(kvBytesPerToken(llm, 2), id).toBe(derived.kv_bytes_per_token_bf16);
      }
    },
  );
});

describe("a twin resolves to the entry with its shape", () => {
  test.each([
    ["meta-llama/Llama-3.1-8B-Instruct", "meta-llama/Llama-3.1-8B"],
    ["meta-llama/Meta-Llama-3.1-8B", "meta-llama/Llama-3.1-8B"],
    ["meta-llama/Meta-Llama-3.1-70B-Instruct", "meta-llama/Llama-3.1-70B"],
    ["meta-llama/Meta-Llama-3-8B-Instruct", "meta-llama/Meta-Llama-3-8B"],
    ["meta-llama/Llama-2-7b-chat-hf", "meta-llama/Llama-2-7b-hf"],
    ["Qwen/Qwen2.5-7B", "Qwen/Qwen2.5-7B-Instruct"],
    ["Qwen/Qwen3-8B-Base", "Qwen/Qwen3-8B"],
    ["google/gemma-2-9b-it", "google/gemma-2-9b"],
    ["google/gemma-3-12b-pt", "google/gemma-3-12b-it"],
    ["mistralai/Mistral-Nemo-Base-2407", "mistralai/Mistral-Nemo-Instruct-2407"],
    ["mistralai/Mixtral-8x7B-Instruct-v0.1", "mistralai/Mixtral-8x7B-v0.1"],
    ["deepseek-ai/DeepSeek-R1", "deepseek-ai/DeepSeek-V3"],
  ])("%s is %s", (twin, id) => {
    expect(llmEntryById(twin)?.id).toBe(id);
  });

  test.each([
    "Qwen/Qwen3-30B-A3B-Instruct-2507",
    "meta-llama/Llama-3.1-9B",
    "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
    "Llama-3.1-8B",
    "",
  ])("%j has no entry", (id) => {
    expect(llmById(id)).toBeUndefined();
  });

  test("no two entries are twins of each other", () => {
    for (const id of llmIds()) expect(llmEntryById(`${id}-Instruct`)?.id ?? id).toBe(id);
  });
});

function countsOf(id: string): ParameterCounts {
  const llm = llmById(id);
  if (llm === undefined) throw new Error(`${id} is not in the catalogue`);
  return llm.parameters;
}
