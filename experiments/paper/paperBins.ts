import { at } from "../../workloads/at.ts";
import { ceilingBins, type LengthBin } from "../../workloads/paperBinning.ts";

interface Lengths {
  readonly promptTokens: Uint32Array;
  readonly outputTokens: Uint32Array;
}

/** The text's 2^4 to 2^13; its list leaves 16 and 64 out, its histogram does not. */
const inputs = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192];
/** Those of the histogram in figure 7, which has no 64 and counts longer outputs as 512. */
const outputs = [8, 16, 32, 128, 256, 512];

/** Requests that the paper counts: none has a longer prompt than its last bin. */
export function countedLengths({ promptTokens, outputTokens }: Lengths): Lengths {
  const isCounted = (_: number, row: number) => at(promptTokens, row) <= (inputs.at(-1) ?? 0);
  return {
    promptTokens: promptTokens.filter(isCounted),
    outputTokens: outputTokens.filter(isCounted),
  };
}

/** The paper's classes of lengths: I* = min{I in bins : I >= i}, O* likewise. */
export function paperBins({ promptTokens, outputTokens }: Lengths): LengthBin[] {
  return ceilingBins({
    promptTokens: promptTokens.map((tokens) => ceiling(inputs, tokens)),
    outputTokens: outputTokens.map((tokens) => ceiling(outputs, tokens)),
  });
}

function ceiling(bins: readonly number[], tokens: number): number {
  return bins.find((bin) => bin >= tokens) ?? bins.at(-1) ?? tokens;
}
