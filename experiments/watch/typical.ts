import type { TypicalRequest } from "../../sim/marginalRequest.ts";
import type { RequestRecord } from "../../sim/request.ts";

/** The mean request of those that have completed. */
export class TypicalBook {
  #count = 0;
  #promptTokens = 0;
  #cachedTokens = 0;
  #outputTokens = 0;

  add({ promptTokens, cachedTokens, outputTokens }: RequestRecord): void {
    this.#count++;
    this.#promptTokens += promptTokens;
    this.#cachedTokens += cachedTokens;
    this.#outputTokens += outputTokens;
  }

  /** Undefined where none has. */
  get request(): TypicalRequest | undefined {
    if (this.#count === 0) return undefined;
    return {
      promptTokens: Math.round(this.#promptTokens / this.#count),
      cachedTokens: Math.round(this.#cachedTokens / this.#count),
      outputTokens: Math.round(this.#outputTokens / this.#count),
    };
  }
}
