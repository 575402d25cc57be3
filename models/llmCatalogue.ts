import { llmEntries } from "./catalogue/llms.generated.ts";
import { llmFromConfig } from "./huggingFace.ts";
import type { LlmSpec } from "./llm.ts";
import type { LlmEntry } from "./llmEntry.ts";

/** The network with this Hugging Face id or with that of its twin; undefined if there is none. */
export function llmById(id: string): LlmSpec | undefined {
  const entry = llmEntryById(id);
  return entry && llmFromConfig(entry.id, entry.config);
}

/** The catalogue's entry behind `llmById`. */
export function llmEntryById(id: string): LlmEntry | undefined {
  return (
    llmEntries.find((entry) => entry.id === id) ??
    llmEntries.find((entry) => twinName(entry.id) === twinName(id))
  );
}

export function llmIds(): string[] {
  return llmEntries.map((entry) => entry.id);
}

/** The same for a base model and what was tuned from it under another name, which have one shape. */
function twinName(id: string): string {
  return id
    .replace(/-(instruct|base|chat|it|pt)(?=-|$)/i, "")
    .replace("/Meta-Llama-", "/Llama-")
    .replace(/\/DeepSeek-R1$/, "/DeepSeek-V3");
}
