import fc from "fast-check";
import { expect, test } from "vitest";
import { KvBlocks } from "../../../sim/kvCache/blocks.ts";
import { PrefixCache } from "../../../sim/kvCache/prefixCache.ts";
import type { RequestSpec, SharedText } from "../../../sim/ports.ts";
import { newRequest, type Request } from "../../../sim/request.ts";
import { NaivePrefixCache } from "./naivePrefixCache.ts";

/** Texts that follow one another: each prompt begins with a path from the root. */
interface Text {
  readonly parent: number | undefined;
  readonly tokens: number;
}

const firstConversation = 100;

type Kind = "admit" | "talk" | "chunk" | "decode" | "end" | "preempt";

interface Operation {
  readonly kind: Kind;
  readonly n: number;
  readonly tokens: number;
  readonly keepFree: number;
}

/** The same requests in the engine's cache and in the one that is kept block by block. */
class World {
  readonly kv: KvBlocks;
  readonly cache: PrefixCache;
  readonly naive: NaivePrefixCache;
  readonly #texts: readonly Text[];
  readonly #running: Request[] = [];
  readonly #preempted: Request[] = [];
  readonly #saidTokens = [0, 0];
  #requests = 0;
  hits = 0;

  constructor(capacity: number, blockSize: number, texts: readonly Text[]) {
    this.kv = new KvBlocks(capacity, blockSize);
    this.cache = new PrefixCache(this.kv);
    this.naive = new NaivePrefixCache(capacity, blockSize);
    this.#texts = texts;
  }

  apply({ kind, n, tokens, keepFree }: Operation): void {
    const request = this.#running[n % Math.max(1, this.#running.length)];
    if (kind === "admit") this.#admitNext(n, tokens, keepFree);
    else if (kind === "talk") this.#talk(n % 2, tokens);
    else if (request === undefined) return;
    else if (kind === "chunk") this.#chunk(request, tokens, keepFree);
    else if (kind === "decode") this.#decode(request, tokens);
    else this.#leave(request, kind);
  }

  leaveAll(): void {
    for (const request of [...this.#running]) this.#leave(request, "end");
    for (const request of this.#preempted.splice(0)) this.cache.release(request, "ended");
  }

  /** Whoever was preempted comes first. */
  #admitNext(n: number, tokens: number, keepFree: number): void {
    const again = this.#preempted.shift();
    if (again !== undefined) {
      if (!this.#admit(again, tokens, keepFree)) this.#preempted.unshift(again);
      return;
    }
    const shared = this.#path(n % (this.#texts.length + 1));
    const sharedTokens = shared.reduce((sum, text) => sum + text.tokens, 0);
    const promptTokens = sharedTokens + 1 + (n % 7);
    this.#admit(
      this.#request({ arrivalS: 0, promptTokens, outputTokens: 1, shared }),
      tokens,
      keepFree,
    );
  }

  #path(textId: number | undefined): SharedText[] {
    const text = textId === undefined ? undefined : this.#texts[textId];
    if (text === undefined || textId === undefined) return [];
    return [...this.#path(text.parent), { textId, tokens: text.tokens }];
  }

  /** The next turn of a conversation, once the turn before it has ended. */
  #talk(conversation: number, tokens: number): void {
    const textId = firstConversation + conversation;
    const isOpen = ({ details }: Request) =>
      details.shared?.some((text) => text.textId === textId) === true;
    if ([...this.#running, ...this.#preempted].some(isOpen)) return;
    const promptTokens = (this.#saidTokens[conversation] ?? 0) + 1 + tokens;
    const shared = [{ textId, tokens: promptTokens }];
    const turn = { arrivalS: 0, promptTokens, outputTokens: 1, shared, isContinued: true };
    this.#admit(this.#request(turn), promptTokens, 0);
  }

  #request(spec: RequestSpec): Request {
    const { outputTokens } = spec;
    return newRequest(spec, { id: this.#requests++, outputTokens, priority: 0, enqueuedS: 0 });
  }

  #admit(request: Request, atMost: number, keepFree: number): boolean {
    const hitTokens = this.cache.hitTokens(request);
    expect(hitTokens).toBe(this.naive.hitTokens(request));
    const toTokens = Math.min(request.prefillTarget, hitTokens + 1 + atMost);
    const fits = this.naive.admit(request, toTokens, keepFree);
    expect(this.cache.tryExtend(request, toTokens, keepFree)).toBe(fits);
    if (!fits) return false;
    this.hits += hitTokens;
    request.kvTokens = toTokens;
    this.#running.push(request);
    return true;
  }

  /** Not where someone else has computed what comes next: vLLM would store it twice. */
  #chunk(request: Request, tokens: number, keepFree: number): void {
    const left = request.prefillTarget - request.kvTokens;
    if (left <= 0 || this.naive.wouldDouble(request)) return;
    const toTokens = request.kvTokens + Math.min(left, 1 + (tokens % this.kv.blockSize));
    const fits = this.naive.extend(request, toTokens, keepFree);
    expect(this.cache.tryExtend(request, toTokens, keepFree)).toBe(fits);
    if (fits) request.kvTokens = toTokens;
  }

  #decode(request: Request, tokens: number): void {
    if (request.kvTokens < request.prefillTarget) return;
    const toTokens = request.kvTokens + tokens;
    const more = this.kv.blocksFor(toTokens) - this.kv.blocksFor(request.kvTokens);
    const fits = this.naive.extend(request, toTokens, 0);
    expect(this.kv.tryTake(more, 0)).toBe(fits);
    if (!fits) return;
    request.kvTokens = toTokens;
  }

  #leave(request: Request, kind: "end" | "preempt"): void {
    this.#running.splice(this.#running.indexOf(request), 1);
    this.naive.release(request);
    this.cache.release(request, kind === "end" ? "ended" : "preempted");
    const conversation = (request.details.shared?.at(-1)?.textId ?? 0) - firstConversation;
    if (request.details.isContinued) this.#saidTokens[conversation] = request.kvTokens;
    // Whoever decoded has emitted one more token than it has cached.
    if (request.kvTokens >= request.prefillTarget) request.prefillTarget = request.kvTokens + 1;
    request.kvTokens = 0;
    if (kind === "preempt") this.#preempted.push(request);
  }
}

const kinds: readonly Kind[] = ["admit", "admit", "talk", "chunk", "decode", "end", "preempt"];
const operations = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds),
    n: fc.nat({ max: 40 }),
    tokens: fc.nat({ max: 40 }),
    keepFree: fc.constantFrom(0, 0, 2),
  }),
  { maxLength: 80, size: "max" },
);

/** Some are shorter than a block. */
const texts = fc
  .array(fc.record({ back: fc.nat({ max: 3 }), tokens: fc.integer({ min: 1, max: 40 }) }), {
    maxLength: 5,
  })
  .map((all) =>
    all.map(({ back, tokens }, id) => ({ parent: back > id ? undefined : id - 1 - back, tokens })),
  )
  .map((all) =>
    all.map(({ parent = -1, tokens }) => ({ parent: parent < 0 ? undefined : parent, tokens })),
  );

test("the cache hits and frees what vLLM's does block by block, whoever comes, goes or comes back", () => {
  let hits = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 80 }),
      fc.constantFrom(1, 2, 4, 16),
      texts,
      operations,
      (capacity, blockSize, tree, ops) => {
        const world = new World(capacity, blockSize, tree);
        for (const operation of ops) {
          world.apply(operation);
          expect(world.kv.free).toBe(world.naive.free);
        }
        hits += world.hits;
        world.leaveAll();
        expect(world.kv.free).toBe(capacity);
      },
    ),
    { numRuns: 800 },
  );
  expect(hits).toBeGreaterThan(10_000);
});
