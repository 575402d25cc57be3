import { assert } from "../../sim/assert.ts";
import type { RandomSource } from "../../sim/random.ts";
import type { Tokens } from "../../sim/units.ts";
import { at } from "../at.ts";
import { firstAbove, type QuantileTable, quantileFunction } from "../quantileTable.ts";
import type { LengthPairs } from "./lengthPairs.ts";
import { tokenLimit } from "./tokenLimit.ts";

/** Two laws of lengths and how they go together. */
interface RankedLengths {
  readonly input: QuantileTable;
  readonly output: QuantileTable;
  /** Requests by equal classes of input rank (rows, shortest first) and of output rank (columns). */
  readonly rankCounts: readonly (readonly number[])[];
}

/** Beyond which lengths are cut. */
export interface PairLimits {
  readonly promptTokens: Tokens;
  readonly outputTokens: Tokens;
}

/**
 * Draws a cell of the rank histogram and a place within it, and looks both lengths up at their
 * ranks: the two laws come out as they are, dependent as the histogram says.
 */
export function rankedLengths(
  { input, output, rankCounts }: RankedLengths,
  { random, limits }: { readonly random: RandomSource; readonly limits: PairLimits },
): LengthPairs {
  const rows = rankCounts.length;
  const columns = rankCounts[0]?.length ?? 0;
  const cumulative = cumulativeCounts(rankCounts, columns);
  const requests = at(cumulative, cumulative.length - 1);
  const inputTokens = quantileFunction(input);
  const outputTokens = quantileFunction(output);
  const promptLimit = tokenLimit(limits.promptTokens);
  const outputLimit = tokenLimit(limits.outputTokens);
  return {
    next() {
      const cell = firstAbove(cumulative, random() * requests);
      const row = Math.floor(cell / columns);
      const column = cell % columns;
      return {
        promptTokens: promptLimit.cut(inputTokens((row + random()) / rows)),
        outputTokens: outputLimit.cut(outputTokens((column + random()) / columns)),
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

function cumulativeCounts(
  rankCounts: readonly (readonly number[])[],
  columns: number,
): Float64Array {
  const cumulative = new Float64Array(rankCounts.length * columns);
  let requests = 0;
  rankCounts.forEach((counts, row) => {
    assert(counts.length === columns, `row ${row} has ${counts.length} of ${columns} counts`);
    counts.forEach((count, column) => {
      assert(count >= 0, `a count of ${count}`);
      requests += count;
      cumulative[row * columns + column] = requests;
    });
  });
  assert(requests > 0, "an empty histogram");
  return cumulative;
}
