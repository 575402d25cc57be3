import { describe, expect, test } from "vitest";
import { fitMeasurements } from "../../../experiments/calibrate/endToEnd/fitMeasurements.ts";
import { fittableRuns } from "../../../experiments/calibrate/endToEnd/fittableRuns.ts";
import { calibrationEntryOf } from "../../../experiments/calibrate/writeCalibration.ts";
import { RunError } from "../../../experiments/errors.ts";
import type { MeasuredRun } from "../../../experiments/measured/measuredRun.ts";
import { simulateMeasured } from "../../../experiments/measured/simulateMeasured.ts";
import { ownBatch } from "./ownBatch.ts";

const sizes = [1, 2, 4, 8, 16, 32, 64, 96];
const runs = sizes.map((size) => ownBatch(size, { input: 64, output: 24 }));

const fitted = (value: number) => ({ value, kind: "fitted" as const, source: "the truth" });
/** The world in which the runs are measured: slow hosts, and a power curve of its own. */
const truth = {
  id: "truth",
  base: null,
  gpus: ["L40S"],
  stacks: { vllm: { host_per_step_us: fitted(6000), host_per_sequence_us: fitted(90) } },
  power: {
    busy_tdp_ratio: fitted(0.25),
    compute_tdp_ratio: fitted(0.6),
    memory_tdp_ratio: fitted(0.3),
    compute_exponent: fitted(0.7),
  },
};

/** The same runs with the figures that a world gives them. */
async function measuredIn(entry: object): Promise<MeasuredRun[]> {
  const calibration = { file: "truth", entry };
  return Promise.all(
    runs.map(async (run) => {
      const simulated = await simulateMeasured(run, { calibration });
      if (simulated.status === "refused") throw new Error(simulated.reason);
      const measured = run.measured.map(({ metric }, index) => ({
        metric,
        value: simulated.values[index] ?? Number.NaN,
      }));
      return { ...run, measured };
    }),
  );
}

const options = { gpuId: "L40S", source: "mine.csv" };

describe("a fit of a user's measurements", () => {
  test("predicts them, and rows that it has not seen", async () => {
    const measured = await measuredIn(truth);
    const { stacks, draft, rows } = fitMeasurements(measured, options);
    expect(rows).toBe(sizes.length);
    const [time, power] = stacks;
    const [tpot] = time?.errors ?? [];
    expect(tpot?.beforeMedianRatio).toBeGreaterThan(0.1);
    expect(tpot?.medianRatio).toBeLessThan(0.03);
    expect(tpot?.heldOutMedianRatio).toBeLessThan(0.06);
    const [watts] = power?.errors ?? [];
    expect(watts?.medianRatio).toBeLessThan(0.03);
    const entry = calibrationEntryOf(draft);
    // What hosts take shows in small batches, and so do weights: the two share what is missing.
    expect(entry.stacks?.["vllm"]?.host_per_step_us?.value).toBeGreaterThan(1100);
    expect(entry.fitted_on?.map(({ metric }) => metric)).toEqual(["latency", "power"]);
  });

  test("fits no more constants than rows tell of, and names those that it keeps", async () => {
    const [few] = await measuredIn(truth);
    if (few === undefined) throw new Error("no run");
    const { stacks } = fitMeasurements([few], options);
    const [time, power] = stacks;
    expect(time?.fitted.length).toBeLessThanOrEqual(1);
    expect(time?.transferred).toContain("stacks.vllm.kv_factor");
    expect(power?.fitted.map(({ key }) => key)).toEqual(["power.dynamic_scale_ratio"]);
    expect(power?.transferred).toContain("power.busy_tdp_ratio");
    expect(time?.errors[0]?.heldOutMedianRatio).toBeNull();
  });

  test("holds out the same rows in whatever order they stand", async () => {
    const measured = (await measuredIn(truth)).slice(0, 7).map((run) => ({
      ...run,
      measured: run.measured.filter(({ metric }) => metric === "tpot_ms"),
    }));
    const heldOut = (rows: readonly MeasuredRun[]) =>
      fitMeasurements(rows, options).stacks[0]?.errors[0]?.heldOutP90Ratio ?? Number.NaN;
    const rotated = [...measured.slice(-1), ...measured.slice(0, -1)];
    expect(heldOut(rotated)).toBeCloseTo(heldOut(measured), 6);
  });

  test("can be stopped between two simulations", async () => {
    const measured = await measuredIn(truth);
    let simulated = 0;
    const onRun = () => {
      simulated++;
      if (simulated > 3) throw new Error("enough");
    };
    expect(() => fitMeasurements(measured, { ...options, onRun })).toThrow("enough");
  });

  test("of networks with experts names the curve of those as kept", () => {
    const [batch] = runs;
    if (batch === undefined) throw new Error("no run");
    const { scenario } = batch;
    const watts = [{ metric: "per_gpu_w" as const, value: 150 }];
    const experts = { ...scenario, llm: "allenai/OLMoE-1B-7B-0924" };
    const run = { ...batch, isMoe: true, scenario: experts, measured: watts };
    const { stacks } = fitMeasurements([run], options);
    expect(stacks.map(({ part }) => part)).toEqual(["power, moe"]);
    expect(stacks[0]?.transferred).toEqual([
      "power.moe.busy_tdp_ratio",
      "power.moe.compute_tdp_ratio",
      "power.moe.memory_tdp_ratio",
    ]);
  });
});

describe("a row that can't be fitted", () => {
  const batch = ownBatch(1, { input: 64, output: 4 });
  const tpot = [{ metric: "tpot_ms" as const, value: 20 }];
  const good = { ...batch, measured: tpot, source: "mine.csv, line 2" };
  const tooLong = {
    ...good,
    scenario: { ...good.scenario, engine: { stack: "vllm", max_model_len: 32 } },
    source: "mine.csv, line 3",
  };
  const unknown = {
    ...good,
    scenario: { ...good.scenario, llm: "meta-llama/Llama-9" },
    source: "mine.csv, line 4",
  };
  const large = ownBatch(4096, { input: 2000, output: 2000 });
  const outOfMemory = {
    ...large,
    scenario: { ...large.scenario, engine: { stack: "hf-eager", batch_size: 4096 } },
    source: "mine.csv, line 5",
  };
  const crowd = {
    ...good,
    scenario: {
      ...good.scenario,
      workload: {
        ...good.scenario.workload,
        arrivals: { kind: "closed_loop" as const, concurrency: 65 },
        num_requests: 65,
      },
    },
    measured: [{ metric: "ttft_ms" as const, value: 90 }, ...tpot],
    source: "mine.csv, line 6",
  };
  const reasons = [
    expect.stringMatching(/^mine.csv, line 3: .*longer than the context.*not fitted$/),
    expect.stringMatching(/^mine.csv, line 4: .*no LLM "meta-llama.Llama-9".*not fitted$/),
    expect.stringMatching(/^mine.csv, line 5: replica 0 is out of KV memory.*not fitted$/),
  ];

  test("is left out with a warning that names its line and says why", () => {
    const { stacks, warnings, rows } = fitMeasurements(
      [good, tooLong, unknown, outOfMemory],
      options,
    );
    expect(stacks[0]?.errors[0]?.rows).toBe(1);
    expect(rows).toBe(4);
    expect(warnings).toEqual(expect.arrayContaining(reasons));
  });

  test("is an error where no other is left", () => {
    const fit = () => fitMeasurements([tooLong, outOfMemory], options);
    expect(fit).toThrow(RunError);
    expect(fit).toThrow(/mine.csv: no figure is left to fit\n.*line 3: .*\n.*line 5: replica 0/);
  });

  test("for the wait in a crowd loses that figure alone, by name", () => {
    const { runs: kept, leftOut } = fittableRuns([crowd], { gpuId: "L40S" });
    const warning =
      "mine.csv, line 6: TTFT of more than 64 users is mostly queueing and is not fitted";
    expect(leftOut).toEqual([warning]);
    expect(kept.map(({ measured }) => measured)).toEqual([tpot]);
    const onlyTtft = { ...crowd, measured: crowd.measured.slice(0, 1) };
    expect(() => fitMeasurements([onlyTtft], options)).toThrow(warning);
  });
});
