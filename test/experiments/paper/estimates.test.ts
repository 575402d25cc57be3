import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { laboratory } from "../../../experiments/paper/laboratory.ts";
import { countedLengths, paperBins } from "../../../experiments/paper/paperBins.ts";

const lengths = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 4000 })), {
    minLength: 1,
    maxLength: 40,
  })
  .map((pairs) => ({
    promptTokens: Uint32Array.from(pairs.map(([prompt]) => prompt)),
    outputTokens: Uint32Array.from(pairs.map(([, output]) => output)),
  }));

describe("the paper's bins", () => {
  test("hold every request whose prompt is no longer than the last, once", () => {
    fc.assert(
      fc.property(lengths, (drawn) => {
        const counted = countedLengths(drawn);
        const within = drawn.promptTokens.filter((tokens) => tokens <= 8192).length;
        const binned = paperBins(counted).reduce((sum, { requests }) => sum + requests, 0);
        expect(counted.outputTokens).toHaveLength(within);
        expect(binned).toBe(within);
      }),
    );
  });

  test("round up, to outputs of 128 above 32 and of 512 at most", () => {
    const bins = paperBins({
      promptTokens: Uint32Array.of(1, 17, 8192),
      outputTokens: Uint32Array.of(33, 8, 3000),
    });
    expect(bins).toEqual([
      { inputTokens: 16, outputTokens: 128, requests: 1 },
      { inputTokens: 32, outputTokens: 8, requests: 1 },
      { inputTokens: 8192, outputTokens: 512, requests: 1 },
    ]);
  });
});

test("no reckoning is below the peak with sparsity, and the dense peak is twice it", async () => {
  const { estimate } = laboratory({ requests: 60 });
  for (const stack of ["vllm", "hf-eager"] as const) {
    const { sparsePeakJ, densePeakJ, unbinnedPeakJ, binnedJ, direct } = await estimate({
      dataset: "burstgpt-paper",
      stack,
    });
    expect(densePeakJ / sparsePeakJ).toBeCloseTo(309.7 / 154.8, 9);
    expect(unbinnedPeakJ).toBeLessThan(densePeakJ);
    expect(binnedJ).toBeGreaterThan(sparsePeakJ);
    expect(direct.energyJ).toBeGreaterThan(unbinnedPeakJ / 2);
    expect(direct.wastedJ > 0).toBe(stack === "hf-eager");
  }
});
