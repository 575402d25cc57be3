import { describe, expect, test } from "vitest";
import { binnedEnergyJ, ceilingBins, largestBatch } from "../../workloads/paperBinning.ts";
import { noTraces, trace } from "./traces.ts";

describe("the paper's binning", () => {
  const bins = ceilingBins({
    promptTokens: Uint32Array.from([100, 128, 129, 65]),
    outputTokens: Uint32Array.from([7, 8, 1, 5]),
  });

  test("each request counts as one of the next power of two, in input and in output", () => {
    expect(bins).toEqual([
      { inputTokens: 128, outputTokens: 8, requests: 3 },
      { inputTokens: 256, outputTokens: 1, requests: 1 },
    ]);
  });

  test("the largest batch is what the KV cache holds to the last token, or the backend's own", () => {
    const limits = { kvBlocks: 100, blockSize: 16, mostSeqs: 64 };
    // 135 slots in 9 blocks; 128 slots in 8.
    expect(largestBatch({ inputTokens: 128, outputTokens: 8 }, limits)).toBe(11);
    expect(largestBatch({ inputTokens: 128, outputTokens: 1 }, limits)).toBe(12);
    expect(largestBatch({ inputTokens: 1, outputTokens: 1 }, limits)).toBe(64);
    expect(largestBatch({ inputTokens: 2048, outputTokens: 1 }, limits)).toBe(0);
  });

  test("energy is that of N / B batches, the last not rounded up", () => {
    const batches = {
      batch: ({ outputTokens }: { outputTokens: number }) => (outputTokens === 8 ? 2 : 4),
      batchEnergyJ: ({ inputTokens }: { inputTokens: number }, requests: number) =>
        inputTokens * requests,
    };
    // 3 / 2 x 256 J + 1 / 4 x 1024 J.
    expect(binnedEnergyJ(bins, batches)).toEqual({ totalJ: 640, unfitRequests: 0 });
    const tight = { ...batches, batch: () => 0 };
    expect(binnedEnergyJ(bins, tight)).toEqual({ totalJ: 0, unfitRequests: 4 });
  });

  test("a batch that costs as much as its requests gives their sum, whatever its size", () => {
    const perRequest = ({ inputTokens = 0, outputTokens = 0 }) => inputTokens + 3 * outputTokens;
    const sum = bins.reduce((total, bin) => total + bin.requests * perRequest(bin), 0);
    for (const size of [1, 3, 7]) {
      const batchEnergyJ = (bin: (typeof bins)[number], requests: number) =>
        requests * perRequest(bin);
      const { totalJ } = binnedEnergyJ(bins, { batch: () => size, batchEnergyJ });
      expect(totalJ).toBeCloseTo(sum, 9);
    }
  });

  test.skipIf(noTraces)(
    "no request of a real trace is lost (skipped where it is not at hand)",
    () => {
      const columns = trace("azure_2023_conv.csv.gz");
      const real = ceilingBins(columns);
      expect(real.reduce((sum, { requests }) => sum + requests, 0)).toBe(19_366);
      const binned = real.reduce(
        (sum, { inputTokens, requests }) => sum + inputTokens * requests,
        0,
      );
      const actual = columns.promptTokens.reduce((sum, tokens) => sum + tokens, 0);
      // Rounding up to a power of two is what the method adds to the input.
      expect(binned / actual).toBeGreaterThan(1.2);
      expect(binned / actual).toBeLessThan(2);
    },
  );
});
