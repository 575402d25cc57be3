/** A 53-bit hash over numbers in order: equal digests mean that two runs took the same path. */
export class Digest {
  #high = 0xdeadbeef;
  #low = 0x41c6ce57;
  readonly #number = new Float64Array(1);
  readonly #words = new Uint32Array(this.#number.buffer);

  add(value: number): void {
    this.#number[0] = value;
    for (const word of this.#words) {
      this.#high = Math.imul(this.#high ^ word, 2654435761) ^ (this.#high >>> 15);
      this.#low = Math.imul(this.#low ^ word, 1597334677) ^ (this.#low >>> 13);
    }
  }

  hex(): string {
    const word = (bits: number) => (bits >>> 0).toString(16).padStart(8, "0");
    return word(this.#high) + word(this.#low);
  }
}
