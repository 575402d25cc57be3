import type { ReplicaConfig } from "../replicaConfig.ts";
import type { KvBlocks } from "./blocks.ts";
import { forkedMemory } from "./forkedMemory.ts";
import { PrefixCache } from "./prefixCache.ts";
import { ownBlocks, type PromptMemory } from "./promptMemory.ts";

/** How the requests of a replica hold its blocks. */
export function memoryOf(
  { cachesPrefixes, sequences }: Pick<ReplicaConfig, "cachesPrefixes" | "sequences">,
  kv: KvBlocks,
): PromptMemory {
  const memory = cachesPrefixes === true ? new PrefixCache(kv) : ownBlocks(kv);
  return sequences === undefined ? memory : forkedMemory(memory, kv, sequences.decoded);
}
