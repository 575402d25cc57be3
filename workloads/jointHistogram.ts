import type { Tokens } from "../sim/units.ts";
import { at } from "./at.ts";

/** Requests by powers of two of input and of output. */
export interface JointHistogram {
  /** The longest length of each class. */
  readonly inputTokens: readonly Tokens[];
  readonly outputTokens: readonly Tokens[];
  /** Rows by input, columns by output. */
  readonly counts: readonly (readonly number[])[];
}

interface Lengths {
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
}

/** Classes without a request at either end are left out, those between stay. */
export function jointHistogram({ promptTokens, outputTokens }: Lengths): JointHistogram {
  const inputs = range(promptTokens);
  const outputs = range(outputTokens);
  const counts = Array.from({ length: inputs.classes }, () =>
    new Array<number>(outputs.classes).fill(0),
  );
  for (let request = 0; request < promptTokens.length; request++) {
    const row = counts[exponentAbove(at(promptTokens, request)) - inputs.first] ?? [];
    const column = exponentAbove(at(outputTokens, request)) - outputs.first;
    row[column] = (row[column] ?? 0) + 1;
  }
  return { inputTokens: inputs.upTo, outputTokens: outputs.upTo, counts };
}

/** The smallest power of two that is no smaller. */
export function powerOfTwoAbove(tokens: Tokens): Tokens {
  return 2 ** exponentAbove(tokens);
}

function range(tokens: Uint32Array) {
  const first = exponentAbove(tokens.reduce((least, count) => Math.min(least, count)));
  const last = exponentAbove(tokens.reduce((most, count) => Math.max(most, count)));
  const classes = last - first + 1;
  return { first, classes, upTo: Array.from({ length: classes }, (_, i) => 2 ** (first + i)) };
}

/** By bits, as a logarithm may miss a power of two by its rounding. */
function exponentAbove(tokens: Tokens): number {
  return tokens <= 1 ? 0 : 32 - Math.clz32(tokens - 1);
}
