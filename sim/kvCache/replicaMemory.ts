import type { Recorder } from "../metrics/recorder.ts";
import type { ReplicaConfig } from "../replicaConfig.ts";
import type { KvBlocks } from "./blocks.ts";
import { forkedMemory } from "./forkedMemory.ts";
import { HostTier } from "./hostTier.ts";
import { type Offload, PrefixCache } from "./prefixCache.ts";
import { ownBlocks, type PromptMemory } from "./promptMemory.ts";
import type { SwapSpace } from "./swapSpace.ts";

type MemoryConfig = Pick<
  ReplicaConfig,
  "cachesPrefixes" | "prefixSwitch" | "sequences" | "offload"
>;

/** How the requests of a replica hold its blocks. */
export function memoryOf(
  config: MemoryConfig,
  kv: KvBlocks,
  books: { readonly recorder: Recorder; readonly swap: SwapSpace },
): PromptMemory {
  const { sequences } = config;
  const memory = oneSequencesMemory(config, kv, offloadOf(config, books));
  return sequences === undefined ? memory : forkedMemory(memory, kv, sequences.decoded);
}

function oneSequencesMemory(
  { cachesPrefixes, prefixSwitch }: MemoryConfig,
  kv: KvBlocks,
  offload: Offload | undefined,
): PromptMemory {
  if (prefixSwitch !== undefined) return prefixSwitch.memoryOf(kv, offload);
  return cachesPrefixes === true ? new PrefixCache(kv, offload) : ownBlocks(kv);
}

/** What is loaded crosses the link before the step that admits who needs it. */
function offloadOf(
  { offload }: MemoryConfig,
  { recorder, swap }: { readonly recorder: Recorder; readonly swap: SwapSpace },
): Offload | undefined {
  if (offload === undefined) return undefined;
  return {
    host: new HostTier(offload.blocks),
    loaded: (tokens) => {
      recorder.tokens.loadedPrompt += tokens;
      swap.movedTokens += offload.linkTokensPerToken * tokens;
    },
  };
}
