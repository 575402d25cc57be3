import fc from "fast-check";
import { expect, test } from "vitest";
import { routedExperts } from "../../models/matrices.ts";
import { busiestGpu, expertsBytes, expertsFlop, expertsTimeS } from "../../models/moe.ts";
import { stepPlan } from "../../models/stepPlan.ts";
import { weightBytes, weightBytesByPart, weightBytesPerGpu } from "../../models/weights.ts";
import { stepConfig } from "../support/stepWorld.ts";

const llm = "Qwen/Qwen3-30B-A3B";

function expertsOf(names: Parameters<typeof stepConfig>[0]) {
  const experts = routedExperts(stepConfig({ llm, ...names }));
  if (experts === undefined) throw new Error(`${llm} has experts`);
  return experts;
}

test("whole experts on the GPUs cost each the same FLOPs and weights as parts of all of them", () => {
  for (const tokens of [1, 17, 300, 5000]) {
    const [parts, whole] = [false, true].map((expertParallel) =>
      expertsOf({ tensorParallel: 4, expertParallel }),
    );
    if (parts === undefined || whole === undefined) continue;
    expect(expertsFlop(whole, tokens) / expertsFlop(parts, tokens)).toBeCloseTo(1, 12);
    const weightsAlone = [parts, whole].map((moe) => ({ ...moe, activationBytesPerToken: 0 }));
    const [parted, held] = weightsAlone.map((moe) => expertsBytes(moe, tokens));
    expect((held ?? 0) / (parted ?? 1)).toBeCloseTo(1, 12);
    // The busiest GPU has more than its share, and all wait for it.
    const [partsS, wholeS] = weightsAlone.map((moe) => expertsTimeS(moe, tokens));
    expect(wholeS).toBeGreaterThan(partsS ?? 0);
  }
});

test("the busiest GPU has its mean share at least, all its experts at most", () => {
  const routing = fc.record({
    experts: fc.constantFrom(32, 64, 128, 256),
    expertsPerToken: fc.constantFrom(1, 2, 4, 8),
    expertGpus: fc.constantFrom(2, 4, 8, 16),
    skewRatio: fc.constantFrom(0, 0.3, 1),
  });
  fc.assert(
    fc.property(routing, fc.integer({ min: 1, max: 20_000 }), (moe, tokens) => {
      const { experts, workRatio } = busiestGpu(moe, tokens);
      const met = moe.experts * (1 - (1 - moe.expertsPerToken / moe.experts) ** tokens);
      expect(experts).toBeGreaterThanOrEqual(met / moe.expertGpus - 1e-9);
      expect(experts).toBeLessThanOrEqual(moe.experts / moe.expertGpus);
      expect(workRatio).toBeGreaterThanOrEqual(1);
      expect(workRatio).toBeLessThanOrEqual(moe.expertGpus);
    }),
  );
});

test("the busiest of 8 GPUs has about as much more work as even draws give it", () => {
  const moe = { experts: 128, expertsPerToken: 8, expertGpus: 8, skewRatio: 0 };
  // 64 tokens draw 512 experts, 64 on each GPU, with a deviation of 7.3: 2.04 of them more.
  expect(busiestGpu(moe, 64).workRatio).toBeCloseTo(1 + (2.04 * 7.27) / 64, 2);
  expect(busiestGpu(moe, 100_000).workRatio).toBeLessThan(1.01);
});

test("routers that prefer some experts burden one GPU, however many tokens come", () => {
  const { llm: spec } = stepConfig({ llm });
  const config = { ...stepConfig({ llm, tensorParallel: 4, expertParallel: true }), llm: spec };
  const skewed = routedExperts({ ...config, routingSkewRatio: 0.5 });
  const even = routedExperts(config);
  if (skewed === undefined || even === undefined) throw new Error("a network without experts");
  // 128 experts on 4 GPUs: sqrt(2 ln 4) x sqrt(3 / 127) x 0.5.
  expect(busiestGpu(skewed, 1e9).workRatio).toBeCloseTo(1 + 0.12796, 4);
  expect(busiestGpu(even, 1e9).workRatio).toBeCloseTo(1, 4);
  expect(expertsTimeS(skewed, 4096)).toBeGreaterThan(1.05 * expertsTimeS(even, 4096));
});

test("data-parallel ranks bring their tokens to the experts that they share", () => {
  const alone = expertsOf({ tensorParallel: 2 });
  const shared = expertsOf({ tensorParallel: 2, dataParallel: 4 });
  const { weightBytesPerExpert } = alone;
  expect(shared.weightBytesPerExpert).toBe(weightBytesPerExpert / 4);
  // Of the GPU: the tokens of four ranks on a quarter of the experts' weights.
  expect(expertsFlop(shared, 100)).toBeCloseTo(expertsFlop(alone, 100), 0);
  const weights = (moe: typeof alone) => expertsBytes({ ...moe, activationBytesPerToken: 0 }, 1000);
  expect(weights(shared) / weights(alone)).toBeCloseTo(1 / 4, 6);
  const { allReduces } = stepPlan(stepConfig({ llm, tensorParallel: 2, dataParallel: 4 }));
  expect(allReduces.map(({ count }) => count)).toEqual([48, 96]);
  expect(allReduces[1]?.bytesPerToken).toBe((4 * 2 * 2048) / 2);
});

test("ranks divide the experts' weights and copy the rest", () => {
  const { llm: spec } = stepConfig({ llm });
  const { experts } = weightBytesByPart(spec, "none");
  const rest = weightBytes(spec, "none") - experts;
  const bytes = weightBytesPerGpu(spec, "none", { tensorParallel: 2, dataParallel: 4 });
  expect(bytes).toBeCloseTo(rest / 2 + experts / 8, 0);
});
