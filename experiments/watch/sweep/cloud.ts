/** Pairs of figures as they come, in arrays that grow: a million take 16 MB. */
export class Cloud {
  #across = new Float64Array(1024);
  #up = new Float64Array(1024);
  #count = 0;

  add(across: number, up: number): void {
    if (this.#count === this.#across.length) {
      this.#across = doubled(this.#across);
      this.#up = doubled(this.#up);
    }
    this.#across[this.#count] = across;
    this.#up[this.#count] = up;
    this.#count++;
  }

  /** Later points don't change what it holds. */
  view(): { readonly across: Float64Array; readonly up: Float64Array } {
    return {
      across: this.#across.subarray(0, this.#count),
      up: this.#up.subarray(0, this.#count),
    };
  }
}

function doubled(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}
