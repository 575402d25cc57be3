import { describe, expect, test } from "vitest";
import {
  figuresOf,
  latencyTolerances,
  powerTolerances,
  weightsOf,
} from "../../../experiments/calibrate/endToEnd/figures.ts";
import { latencyFit } from "../../../experiments/calibrate/endToEnd/groupFit.ts";
import { heldOutEntries } from "../../../experiments/calibrate/endToEnd/heldOutEntries.ts";
import { mfuCurveFit } from "../../../experiments/calibrate/endToEnd/mfuCurve.ts";
import { ofMostWeight } from "../../../experiments/calibrate/endToEnd/ofMostWeight.ts";
import {
  kernelEntries,
  servedDrafts,
} from "../../../experiments/calibrate/endToEnd/servedDrafts.ts";
import { calibrationEntryOf } from "../../../experiments/calibrate/writeCalibration.ts";
import { folds } from "../../../experiments/measured/folds.ts";
import type { MeasuredRun } from "../../../experiments/measured/measuredRun.ts";
import type { MetricName } from "../../../experiments/measured/metrics.ts";
import { partResult } from "../../../experiments/measured/partResult.ts";
import { partsOf, valuesOf } from "../../../experiments/measured/simulateMeasured.ts";
import { calibrationFor } from "../../../models/calibrationCatalogue.ts";
import { calibrationEntries } from "../../../models/catalogue/calibrations.generated.ts";
import { mfuOnly } from "../../../models/naive.ts";
import { knownGpu, knownStack } from "../../support/stepWorld.ts";

const tolerances = { ttft_ms: 0.25, tpot_ms: 0.08, steady_per_gpu_w: 0.06 } as const;

/** A closed loop on an L40S, which no shipped run was fitted to. */
function loopOf(llm: string, users: number, measured: MeasuredRun["measured"]): MeasuredRun {
  return {
    id: `serving/L40S/${llm}/${users}`,
    suite: "serving",
    architecture: llm,
    isMoe: false,
    precision: "bf16",
    scenario: {
      llm,
      cluster: { gpu: "L40S" },
      engine: { stack: "vllm" },
      workload: {
        arrivals: { kind: "closed_loop", concurrency: users },
        lengths: {
          input: { kind: "fixed", tokens: 64 },
          output: { kind: "uniform", min: 16, max: 32 },
        },
        num_requests: 3 * users,
      },
    },
    measured,
    source: "made up",
    kind: "measured",
  };
}

const small = "meta-llama/Llama-3.2-1B";
const large = "meta-llama/Llama-3.1-8B";
const tpot = (value: number) => [{ metric: "tpot_ms" as const, value }];

describe("the figures of a fit", () => {
  test("are those with a tolerance, but for first tokens that wait in long queues", () => {
    const both = [
      { metric: "ttft_ms" as const, value: 200 },
      { metric: "tpot_ms" as const, value: 20 },
      { metric: "steady_output_tokens_per_s" as const, value: 20 },
    ];
    const metricsOf = (run: MeasuredRun) => figuresOf([run], tolerances).map((f) => f.metric);
    expect(metricsOf(loopOf(large, 8, both))).toEqual(["ttft_ms", "tpot_ms"]);
    expect(metricsOf(loopOf(large, 128, both))).toEqual(["tpot_ms"]);
  });

  test("of a user keep first tokens that take long, but for those of long queues", () => {
    const ttft = [{ metric: "ttft_ms" as const, value: 5000 }];
    const count = (run: MeasuredRun) => figuresOf([run], tolerances).length;
    expect(count(loopOf(large, 8, ttft))).toBe(0);
    expect(count({ ...loopOf(large, 64, ttft), suite: "own" })).toBe(1);
    expect(count({ ...loopOf(large, 65, ttft), suite: "own" })).toBe(0);
  });

  test.each([
    ["steady_per_output_token_j", "steady_per_gpu_w", "steady_output_tokens_per_s"],
    ["per_output_token_j", "per_gpu_w", "output_tokens_per_s"],
  ] as const)("hold %s but where both %s and %s tell it", (joules, watts, rate) => {
    const metricsOf = (...names: readonly MetricName[]) => {
      const run = loopOf(
        large,
        8,
        names.map((metric) => ({ metric, value: 1 })),
      );
      return figuresOf([run], { ...latencyTolerances, ...powerTolerances }).map((f) => f.metric);
    };
    expect(metricsOf(joules, watts, rate)).toEqual([watts, rate]);
    expect(metricsOf(joules, watts)).toEqual([joules, watts]);
    expect(metricsOf(joules, rate)).toEqual([joules, rate]);
  });

  test("of one network together weigh as a dozen at most", () => {
    const many = Array.from({ length: 30 }, (_, index) => loopOf(large, index + 1, tpot(20)));
    const figures = figuresOf([...many, loopOf(small, 1, tpot(4))], tolerances);
    const weights = weightsOf(figures);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    expect(sum).toBeCloseTo(13, 9);
    expect(weights.at(-1)).toBe(1);
  });
});

describe("a fit of a stack on a GPU", () => {
  const runs = [1, 2, 4, 8].flatMap((users) => [
    loopOf(small, users, tpot(9 + users / 8)),
    loopOf(large, users, tpot(30 + users / 8)),
  ]);
  const over = kernelEntries(calibrationEntries);
  const fit = latencyFit({ gpuId: "L40S", runs, beside: [], over, source: "a test" }, "vllm");

  test("lowers the loss, and writes a file over that of the kernels", () => {
    expect(fit.fit.loss).toBeLessThan(fit.fit.startLoss / 2);
    const [draft] = servedDrafts([fit], over);
    if (draft === undefined) throw new Error("no draft");
    expect([draft.id, draft.base, draft.gpus]).toEqual(["l40s-served", "l40s", ["L40S"]]);
    const entry = calibrationEntryOf(draft);
    expect(entry.fitted_on?.map(({ architecture }) => architecture)).toEqual([large, small]);
    const entries = [...over, entry];
    const before = calibrationFor(knownGpu("L40S"), knownStack("vllm"), { entries: over });
    const after = calibrationFor(knownGpu("L40S"), knownStack("vllm"), { entries });
    expect(after.hostPerStepS).not.toBe(before.hostPerStepS);
    expect(after.gemm.bf16).toEqual(before.gemm.bf16);
    expect(kernelEntries(entries)).toEqual(over);
  });

  test("without an architecture is another one, and stands in an entry of its own", () => {
    const entries = heldOutEntries({ fits: [fit], mfuCurves: [] });
    expect(entries).toHaveLength(2 + folds);
    const without = (architecture: string) =>
      entries.find(
        (entry) => "architecture" in entry.without && entry.without.architecture === architecture,
      );
    const stepOf = (architecture: string) =>
      without(architecture)?.calibration.stacks?.["vllm"]?.host_per_step_us?.value;
    expect(stepOf(small)).not.toBe(stepOf(large));
    expect(without(small)?.calibration.fitted_on?.map((run) => run.architecture)).toEqual([large]);
    expect(entries.every(({ metrics }) => metrics.join() === "latency")).toBe(true);
  });

  test("with few rows keeps to what time depends on the most", () => {
    const path = (key: string) => ({
      path: ["stacks", "vllm", key],
      prior: 1,
      spread: 1,
      min: 0.1,
      max: 9,
    });
    const all = ["front_end_ms", "prefill_attention_factor", "kv_factor", "host_per_step_us"].map(
      path,
    );
    const chosen = ofMostWeight(all, { count: 2, runs });
    expect(chosen.map(({ path: [, , key] }) => key)).toEqual(["host_per_step_us", "kv_factor"]);
    const enough = ofMostWeight(all, { count: 9, runs });
    expect(enough.map(({ path: [, , key] }) => key)).not.toContain("front_end_ms");
  });
});

describe("the curve of MFU alone", () => {
  const truth = {
    idleW: knownGpu("L40S").idleContextHeldW,
    maxW: 250,
    kneeMfu: 0.02,
    exponent: 0.5,
  };
  const over = kernelEntries(calibrationEntries);
  const file = { file: "kernels", entry: { id: "kernels", base: null, gpus: ["L40S"] }, over };
  const runs = [small, large].flatMap((llm) =>
    [1, 2, 4, 8, 16, 32].map((users) => {
      const watts = (value: number) => [{ metric: "per_gpu_w" as const, value }];
      const [part] = partsOf(loopOf(llm, users, watts(1)), file);
      if (part === undefined) throw new Error("no part");
      const [value] = valuesOf(
        loopOf(llm, users, watts(1)),
        [part],
        [partResult(part, mfuOnly(truth))],
      );
      return loopOf(llm, users, watts(value ?? 0));
    }),
  );
  const fit = mfuCurveFit({ gpuId: "L40S", runs, beside: [], over, source: "a test" }, "dense");

  test("is found again, through the simulator, from the watts that its steps draw", () => {
    const found = fit?.without(() => false);
    expect(fit?.fit.end).toBe("settled");
    expect(found?.maxW).toBeCloseTo(truth.maxW, -1);
    expect(found?.exponent).toBeCloseTo(truth.exponent, 1);
    for (const residual of fit?.fit.after ?? []) expect(Math.abs(residual)).toBeLessThan(0.01);
    expect(found?.idleW).toBe(truth.idleW);
  });

  test("leaves the power curve's constants alone, and is another one without a network", () => {
    expect(fit?.fit.numbers.map(({ path }) => path.join("."))).not.toContain("power");
    const [one, other] = [small, large].map((llm) =>
      fit?.without((run) => run.scenario.llm === llm),
    );
    expect(one).not.toEqual(other);
  });

  test("is not fitted where no run tells of power", () => {
    const times = [loopOf(small, 1, tpot(9))];
    const task = { gpuId: "L40S", runs: times, beside: [], over, source: "a test" };
    expect(mfuCurveFit(task, "dense")).toBeUndefined();
  });
});
