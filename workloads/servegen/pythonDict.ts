/** Lengths with the chance of each. */
export interface LengthChances {
  readonly tokens: Uint32Array;
  /** Of a length or one before it; the last is the sum of all. */
  readonly cumulative: Float64Array;
}

const entry = /\s*(\d{1,10})\s*:\s*(\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?)\s*(,|\}$)/y;
const mostTokens = 2 ** 32 - 1;

/**
 * Reads a Python dict of whole numbers to chances, such as "{12: 0.25, 13: 0.75}", and nothing else
 * of that language; undefined where the text is none.
 */
export function lengthChances(text: string): LengthChances | undefined {
  const trimmed = text.trim();
  if (trimmed === "{}") return { tokens: new Uint32Array(), cumulative: new Float64Array() };
  if (!trimmed.startsWith("{")) return undefined;
  const tokens: number[] = [];
  const cumulative: number[] = [];
  let sum = 0;
  let isClosed = false;
  entry.lastIndex = 1;
  while (!isClosed) {
    const [, length, chance, end] = entry.exec(trimmed) ?? [];
    const isLength = length !== undefined && Number(length) <= mostTokens;
    sum += Number(chance);
    if (!isLength || !(sum < Infinity)) return undefined;
    tokens.push(Number(length));
    cumulative.push(sum);
    isClosed = end !== ",";
  }
  return sum > 0
    ? { tokens: Uint32Array.from(tokens), cumulative: Float64Array.from(cumulative) }
    : undefined;
}
