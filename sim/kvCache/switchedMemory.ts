import type { Request } from "../request.ts";
import type { Blocks, Tokens } from "../units.ts";
import type { KvBlocks } from "./blocks.ts";
import { type Offload, PrefixCache } from "./prefixCache.ts";
import { type Leaving, ownBlocks, type PromptMemory } from "./promptMemory.ts";

/** Switches prefix caching of replicas while they run. */
export class PrefixSwitch {
  #isOn: boolean;
  readonly #memories: SwitchedMemory[] = [];

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  memoryOf(kv: KvBlocks, offload: Offload | undefined): PromptMemory {
    const memory = new SwitchedMemory(kv, offload);
    memory.become(this.#isOn);
    this.#memories.push(memory);
    return memory;
  }

  become(isOn: boolean): void {
    if (isOn === this.#isOn) return;
    this.#isOn = isOn;
    for (const memory of this.#memories) memory.become(isOn);
  }
}

/** Caches nothing until it is told to; whoever was admitted before holds its blocks for itself. */
class SwitchedMemory implements PromptMemory {
  readonly #kv: KvBlocks;
  readonly #offload: Offload | undefined;
  #cache: PrefixCache | undefined;
  #memory: PromptMemory;

  constructor(kv: KvBlocks, offload: Offload | undefined) {
    this.#kv = kv;
    this.#offload = offload;
    this.#memory = ownBlocks(kv);
  }

  become(isOn: boolean): void {
    if (isOn && this.#cache === undefined) {
      this.#cache = new PrefixCache(this.#kv, this.#offload);
      this.#memory = this.#cache;
    }
    this.#cache?.become(isOn);
  }

  hitTokens(request: Request): Tokens {
    return this.#memory.hitTokens(request);
  }

  tryExtend(request: Request, toTokens: Tokens, keepFree: Blocks): boolean {
    return this.#memory.tryExtend(request, toTokens, keepFree);
  }

  release(request: Request, leaving: Leaving): void {
    this.#memory.release(request, leaving);
  }

  ownBlocks(request: Request, tokens: Tokens): Blocks {
    return this.#memory.ownBlocks(request, tokens);
  }

  cachedBlocks(free: Blocks): Blocks {
    return this.#memory.cachedBlocks(free);
  }

  clear(): void {
    this.#memory.clear();
  }
}
