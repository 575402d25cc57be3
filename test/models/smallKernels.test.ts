import { expect, test } from "vitest";
import { atClock } from "../../models/dvfs.ts";
import { smallKernels, smallKernelsTimeS } from "../../models/smallKernels.ts";
import { stepPlan } from "../../models/stepPlan.ts";
import { stepTerms } from "../../models/stepTerms.ts";
import { prefillShape, stepConfig } from "../support/stepWorld.ts";

const bytesPerToken = (names: Parameters<typeof stepConfig>[0]) =>
  smallKernels(stepConfig(names)).bytesPerToken;

test("two norms pass the hidden state and the residual, whole on every GPU that shares heads and MLP", () => {
  // 32 layers of 4096, 32 query and 8 key-value heads of 128, MLPs of 14336 with a gate; 2 bytes.
  const norms = 2 * 4 * 4096;
  expect(bytesPerToken({})).toBe(2 * 32 * (norms + 2 * 40 * 128 + 3 * 14336));
  expect(bytesPerToken({ tensorParallel: 4 })).toBe(
    2 * 32 * (norms + 2 * 10 * 128 + (3 * 14336) / 4),
  );
  // Of 16 GPUs each holds a whole key-value head.
  expect(bytesPerToken({ tensorParallel: 16 })).toBe(
    2 * 32 * (norms + 2 * 3 * 128 + (3 * 14336) / 16),
  );
});

test("routed experts activate within their own kernel", () => {
  // 48 layers of 2048, 32 query and 4 key-value heads of 128, no MLP beside the experts.
  expect(bytesPerToken({ llm: "Qwen/Qwen3-30B-A3B" })).toBe(2 * 48 * (2 * 4 * 2048 + 2 * 36 * 128));
});

test("latent attention rotates its rotary part alone, and a shared expert activates as an MLP does", () => {
  // 61 layers of 7168; of 8 GPUs each has 16 heads and the one key, 64 rotary elements each; 3 MLPs
  // of 18432 and 58 shared experts of 2048, all gated.
  const layers = 61 * (2 * 4 * 7168 + 2 * 17 * 64);
  const activated = (3 * 3 * 18432 + 58 * 3 * 2048) / 8;
  expect(bytesPerToken({ llm: "deepseek-ai/DeepSeek-V3", tensorParallel: 8 })).toBe(
    2 * (layers + activated),
  );
});

test("they move their bytes at their share of bandwidth, less where the stack's kernels are worse", () => {
  const bytes = 1000 * bytesPerToken({});
  expect(smallKernelsTimeS(smallKernels(stepConfig()), 1000)).toBeCloseTo(
    bytes / (0.65 * 3.35e12),
    12,
  );
  const unfused = smallKernels(stepConfig({ stack: "hf-eager" }));
  expect(smallKernelsTimeS(unfused, 1000)).toBeCloseTo(bytes / (0.85 * 0.65 * 3.35e12), 12);
  expect(smallKernelsTimeS(unfused, 0)).toBe(0);
});

test("a step counts their time and bytes once, for the tokens that it prefills and decodes", () => {
  const shape = { ...prefillShape(500), decodeSeqs: 12, decodeTokens: 12 };
  const terms = stepTerms(stepConfig(), shape).gpuTerms.filter(({ name }) => /rotary/.test(name));
  const bytes = 512 * bytesPerToken({});
  expect(terms).toMatchObject([
    { bytes, flop: 0, timeS: expect.closeTo(bytes / (0.65 * 3.35e12), 12) },
  ]);
});

test("a lower clock leaves them alone until memory loses its bandwidth", () => {
  const config = stepConfig();
  const plan = stepPlan(config);
  const at = (clockRatio: number) =>
    atClock(plan, config.calibration.clock, clockRatio).smallKernels.bytesPerS;
  expect(at(0.5)).toBe(plan.smallKernels.bytesPerS);
  expect(at(0.25)).toBe(plan.smallKernels.bytesPerS / 2);
});
