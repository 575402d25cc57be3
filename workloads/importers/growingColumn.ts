type Column = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/** Values of one kind, as many as come: their memory doubles when it is full. */
export interface GrowingColumn<Values extends Column> {
  readonly rows: number;
  push(value: number): void;
  /** What has come so far, without the memory beyond it. */
  values(): Values;
}

export function wholeColumn(): GrowingColumn<Uint32Array<ArrayBuffer>> {
  return growingColumn(new Uint32Array(1024), (length) => new Uint32Array(length));
}

export function floatColumn(): GrowingColumn<Float64Array<ArrayBuffer>> {
  return growingColumn(new Float64Array(1024), (length) => new Float64Array(length));
}

function growingColumn<Values extends Column>(
  first: Values,
  empty: (length: number) => Values,
): GrowingColumn<Values> {
  let values = first;
  let length = 0;
  return {
    get rows() {
      return length;
    },
    push(value) {
      if (length === values.length) {
        const larger = empty(2 * length);
        larger.set(values);
        values = larger;
      }
      values[length++] = value;
    },
    values() {
      const trimmed = empty(length);
      trimmed.set(values.subarray(0, length));
      return trimmed;
    },
  };
}
