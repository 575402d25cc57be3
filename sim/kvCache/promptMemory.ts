import type { Request } from "../request.ts";
import type { Blocks, Tokens } from "../units.ts";
import type { KvBlocks } from "./blocks.ts";

/** Why a request gives its blocks back: only whoever was preempted may ask for them again. */
export type Leaving = "ended" | "preempted" | "swapped";

/** Which blocks a request holds for the tokens that it has cached. */
export interface PromptMemory {
  /** Tokens that a request about to be admitted finds in the cache. */
  hitTokens(request: Request): Tokens;
  /**
   * Takes the blocks in which the request's first `toTokens` tokens have room, where that leaves
   * `keepFree` blocks free; it holds those of its kvTokens already.
   */
  tryExtend(request: Request, toTokens: Tokens, keepFree: Blocks): boolean;
  /** Gives back all blocks of a request. */
  release(request: Request, leaving: Leaving): void;
  /** Blocks that a running request alone holds for its first `tokens` tokens. */
  ownBlocks(request: Request, tokens: Tokens): Blocks;
  /** Blocks in which something is kept for later prompts when `free` blocks are free. */
  cachedBlocks(free: Blocks): Blocks;
  /** Loses all that it keeps for later prompts; nobody holds anything. */
  clear(): void;
}

/** Nothing is shared: each request holds blocks for itself. */
export function ownBlocks(kv: KvBlocks): PromptMemory {
  return {
    hitTokens: () => 0,
    tryExtend: (request, toTokens, keepFree) => {
      const wanted = kv.blocksFor(toTokens) - kv.blocksFor(request.kvTokens);
      return kv.tryTake(wanted, keepFree);
    },
    release: (request) => kv.giveBack(kv.blocksFor(request.kvTokens)),
    ownBlocks: (_request, tokens) => kv.blocksFor(tokens),
    cachedBlocks: () => 0,
    clear: () => {},
  };
}
