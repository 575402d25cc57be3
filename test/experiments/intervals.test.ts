import { expect, test } from "vitest";
import { runIntervals } from "../../experiments/report/intervals.ts";
import { runScenario } from "../../experiments/run.ts";
import { compose } from "../../experiments/scenario/compose.ts";
import { Simulation } from "../../sim/simulation.ts";
import { loaded, simulated, smallScenario } from "./smallScenario.ts";

test("a result has an interval of the joules, the watts and the mean latencies", async () => {
  const { energy, power, latency } = await simulated(smallScenario);
  expect(Object.keys(energy.interval_80)).toEqual(["gpu_j", "per_output_token_j"]);
  expect(Object.keys(power.interval_80)).toEqual(["gpu_mean_w", "per_gpu_mean_w"]);
  expect(Object.keys(latency.interval_80)).toEqual(["ttft_ms", "tpot_ms"]);
  const intervals = [energy.interval_80, power.interval_80, latency.interval_80].flatMap((of) => [
    ...Object.values(of),
  ]);
  for (const interval of intervals) {
    expect(interval?.[0]).toBeGreaterThan(0);
    expect(interval?.[1]).toBeGreaterThan(interval?.[0] ?? Number.NaN);
  }
});

test("a result says how far the load is from what was measured", async () => {
  const { calibration } = await simulated(smallScenario);
  expect(Object.keys(calibration)).toEqual([
    "latency",
    "power",
    "latency_support",
    "power_support",
    "sources",
  ]);
  for (const support of [calibration.latency_support, calibration.power_support]) {
    expect(["interpolated", "new_architecture", "operators_only"]).toContain(support);
  }
});

/** Intervals are drawn from the catalogue, so only their relations are fixed here. */
function intervalsOf(scenario: Parameters<typeof simulated>[0]) {
  const { simulation, deployment } = compose(loaded(scenario));
  const totals = new Simulation(simulation).run();
  return { totals, deployment, ...runIntervals(deployment.footing, totals) };
}

test("idle joules are known: the interval is about those of the steps", () => {
  const busy = intervalsOf(smallScenario);
  const idle = intervalsOf({
    ...smallScenario,
    cluster: { gpu: "H100-SXM", standby_gpus: 7 },
  });
  const standbyJ = idle.totals.energy.idleNoContextJ;
  expect(standbyJ).toBeGreaterThan(busy.totals.energy.gpuJ / 2);
  expect(idle.gpuJ?.[0]).toBeCloseTo((busy.gpuJ?.[0] ?? Number.NaN) + standbyJ, 6);
  expect(idle.gpuJ?.[1]).toBeCloseTo((busy.gpuJ?.[1] ?? Number.NaN) + standbyJ, 6);
});

test("watts lie between idle and what the GPUs can draw", () => {
  const { deployment, totals } = intervalsOf(smallScenario);
  const at = (highestGpuW: number) =>
    runIntervals({ ...deployment.footing, highestGpuW }, totals).gpuMeanW;
  const free = at(10_000);
  expect(at(200)?.[1]).toBe(200);
  expect(at(10_000)?.[0]).toBeGreaterThanOrEqual(totals.idleW);
  expect(free?.[1]).toBeLessThan(10_000);
  expect(deployment.footing.highestGpuW).toBe(700);
  const capped = { ...smallScenario, cluster: { gpu: "H100-SXM", power_cap_w: 400 } };
  expect(intervalsOf(capped).gpuMeanW?.[1]).toBeLessThanOrEqual(400);
});

test("nothing is known about a run in which nothing happened", async () => {
  const workload = { ...smallScenario.workload, arrivals: { kind: "poisson", rate_rps: 1e-6 } };
  const { num_requests: _, ...lasting } = workload;
  const { energy, power, latency } = await runScenario(
    loaded({ ...smallScenario, workload: { ...lasting, duration_s: 1 } }),
  );
  expect(energy.interval_80.per_output_token_j).toBeNull();
  expect(latency.interval_80).toEqual({ ttft_ms: null, tpot_ms: null });
  expect(power.interval_80.gpu_mean_w?.[0]).toBeCloseTo(power.gpu_mean_w ?? Number.NaN, 9);
});
