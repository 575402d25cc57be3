import type { Request } from "../request.ts";
import type { Blocks, Tokens } from "../units.ts";
import type { KvBlocks } from "./blocks.ts";
import type { PromptMemory } from "./promptMemory.ts";

/**
 * Requests that decode as several sequences, samples or beams: they share the whole blocks of the
 * prompt, and each has its own copy of what comes behind. Beams that still share a beginning of their
 * answers would need less: this is the most that they need.
 */
export function forkedMemory(memory: PromptMemory, kv: KvBlocks, sequences: number): PromptMemory {
  const copies = ({ prefillTarget }: Request, tokens: Tokens): Blocks => {
    if (tokens < prefillTarget) return 0;
    const shared = Math.floor(prefillTarget / kv.blockSize);
    return (sequences - 1) * (kv.blocksFor(tokens) - shared);
  };
  return {
    hitTokens: memory.hitTokens.bind(memory),
    tryExtend: (request, toTokens, keepFree) => {
      const wanted = copies(request, toTokens) - copies(request, request.kvTokens);
      if (!memory.tryExtend(request, toTokens, keepFree + wanted)) return false;
      return kv.tryTake(wanted, 0);
    },
    release: (request, leaving) => {
      kv.giveBack(copies(request, request.kvTokens));
      memory.release(request, leaving);
    },
    ownBlocks: (request, tokens) => memory.ownBlocks(request, tokens) + copies(request, tokens),
    cachedBlocks: memory.cachedBlocks.bind(memory),
    clear: memory.clear.bind(memory),
  };
}
