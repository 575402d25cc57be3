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
  readonly promptTokens: Tokens;
  readonly outputTokens: Tokens;
}

/** Up to 2^32, which no column of a trace goes beyond. */
const classes = 33;

/** Counts requests; classes without one at either end are left out, those between stay. */
export function jointHistogram() {
  const counts = new Float64Array(classes * classes);
  const requestsIn = (input: number, output: number) => at(counts, input * classes + output);
  return {
    add({ promptTokens, outputTokens }: Lengths): void {
      const cell = exponentAbove(promptTokens) * classes + exponentAbove(outputTokens);
      counts[cell] = at(counts, cell) + 1;
    },
    histogram(): JointHistogram {
      const inputs = range((input) => all.some((output) => requestsIn(input, output) > 0));
      const outputs = range((output) => all.some((input) => requestsIn(input, output) > 0));
      return {
        inputTokens: inputs.map((input) => 2 ** input),
        outputTokens: outputs.map((output) => 2 ** output),
        counts: inputs.map((input) => outputs.map((output) => requestsIn(input, output))),
      };
    },
  };
}

const all: readonly number[] = Array.from({ length: classes }, (_, exponent) => exponent);

/** From the first class that has requests to the last. */
function range(hasRequests: (exponent: number) => boolean): readonly number[] {
  const full = all.filter(hasRequests);
  const [first = 0] = full;
  return all.slice(first, (full.at(-1) ?? -1) + 1);
}

/** The smallest power of two that is no smaller. */
export function powerOfTwoAbove(tokens: Tokens): Tokens {
  return 2 ** exponentAbove(tokens);
}

/** By bits, as a logarithm may miss a power of two by its rounding. */
function exponentAbove(tokens: Tokens): number {
  return tokens <= 1 ? 0 : 32 - Math.clz32(tokens - 1);
}
