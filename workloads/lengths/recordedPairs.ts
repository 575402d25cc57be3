import { randomInt } from "d3-random";
import { assert } from "../../sim/assert.ts";
import type { RandomSource } from "../../sim/random.ts";
import { at } from "../at.ts";
import type { LengthPairs } from "./lengthPairs.ts";
import type { PairLimits } from "./rankedLengths.ts";
import { tokenLimit } from "./tokenLimit.ts";

interface Recorded {
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
}

/** Rows of a trace, each as likely as the next: input and output go together as they did there. */
export function recordedPairs(
  { promptTokens, outputTokens }: Recorded,
  { random, limits }: { readonly random: RandomSource; readonly limits: PairLimits },
): LengthPairs {
  const rows = promptTokens.length;
  assert(
    rows > 0 && rows === outputTokens.length,
    `${rows} inputs, ${outputTokens.length} outputs`,
  );
  const promptLimit = tokenLimit(limits.promptTokens);
  const outputLimit = tokenLimit(limits.outputTokens);
  const anyRow = randomInt.source(random)(rows);
  return {
    next() {
      const row = anyRow();
      return {
        promptTokens: promptLimit.cut(at(promptTokens, row)),
        outputTokens: outputLimit.cut(at(outputTokens, row)),
      };
    },
    get promptCuts() {
      return promptLimit.cuts;
    },
    get outputCuts() {
      return outputLimit.cuts;
    },
  };
}
