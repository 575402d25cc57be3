import { describe, expect, test } from "vitest";
import { requestsTable } from "../../experiments/report/requestsTable.ts";
import { runScenario } from "../../experiments/run.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { loaded, simulated, smallScenario } from "./smallScenario.ts";

const topLevelKeys = [
  "schema",
  "tokenwatt_version",
  "digest",
  "seed",
  "scenario",
  "requests",
  "tokens",
  "duration_s",
  "throughput",
  "latency",
  "steady",
  "energy",
  "power",
  "carbon",
  "cost",
  "utilization",
  "kv_cache",
  "preemptions",
  "prefix_cache",
  "speculative",
  "kv_transfer",
  "failures",
  "pools",
  "classes",
  "tenants",
  "calibration",
  "warnings",
];

describe("the result of a run", () => {
  test("has the documented keys in the documented order", async () => {
    const result = await simulated(smallScenario);
    expect(Object.keys(result)).toEqual(topLevelKeys);
    expect(result.schema).toBe("tokenwatt/result@1");
    expect(Object.keys(result.latency.ttft_ms)).toEqual([
      "mean",
      "std",
      "p50",
      "p90",
      "p95",
      "p99",
    ]);
  });

  test("says wall_s only when asked, so that two runs are byte for byte the same", async () => {
    const [first, second] = await Promise.all([simulated(smallScenario), simulated(smallScenario)]);
    expect(JSON.stringify(first)).toBe(JSON.stringify(second));
    const timed = await runScenario(loaded(smallScenario), { timings: true });
    expect(timed.wall_s).toBeGreaterThan(0);
    expect(timed.digest).toBe(first.digest);
  });
});

describe("the joules of a run", () => {
  test("are booked each to a phase, and to a request or to idleness", async () => {
    const requests: RequestRecord[] = [];
    const { energy } = await runScenario(loaded(smallScenario), {
      onRequest: (request) => requests.push(request),
    });
    const phases = Object.values(energy.by_phase_j).reduce((sum, joules) => sum + joules, 0);
    expect(phases / energy.gpu_j).toBeCloseTo(1, 9);
    const caused = requests.reduce((sum, request) => sum + request.energyJ, 0);
    expect((caused + energy.by_phase_j.idle) / energy.gpu_j).toBeCloseTo(1, 9);
    expect(requests).toHaveLength(120);
  });

  test("give the ratios, the carbon and the money", async () => {
    const result = await simulated({ ...smallScenario, site: { pue: 1.5, gpu_price_per_hour: 2 } });
    const { energy, tokens, requests, power, cost, carbon, duration_s } = result;
    expect(energy.per_output_token_j).toBeCloseTo(energy.gpu_j / tokens.output, 12);
    expect(energy.per_token_j).toBeCloseTo(energy.gpu_j / (tokens.input + tokens.output), 12);
    expect(energy.per_request_wh).toBeCloseTo(energy.gpu_j / requests.completed / 3600, 12);
    expect(power.gpu_mean_w).toBeCloseTo(energy.gpu_j / duration_s, 9);
    const totalJ = energy.total_j ?? Number.NaN;
    const facilityJ = energy.facility_j ?? Number.NaN;
    expect(totalJ).toBeCloseTo(energy.gpu_j + (energy.host_j ?? Number.NaN), 6);
    expect(facilityJ).toBeCloseTo(totalJ * 1.5, 6);
    expect(carbon.operational_g).toBeCloseTo((facilityJ / 3.6e6) * 380, 9);
    expect(cost.gpu).toBeCloseTo((duration_s / 3600) * 2, 12);
    expect(cost.total).toBeCloseTo((facilityJ / 3.6e6) * 0.12 + (cost.gpu ?? Number.NaN), 12);
  });

  test("of the site are unknown where the host or a price is", async () => {
    const { energy, carbon, cost, power } = await simulated({
      ...smallScenario,
      cluster: { gpu: "T4", tensor_parallel_size: 2 },
    });
    expect(energy.host_j).toBeNull();
    expect(energy.total_j).toBeNull();
    expect(energy.facility_j).toBeNull();
    expect(carbon.operational_g).toBeNull();
    expect(power.site_mean_w).toBeNull();
    expect(cost.total).toBeNull();
    expect(energy.gpu_j).toBeGreaterThan(0);
  });

  test("of a host that the scenario describes are counted for each GPU, idle and active", async () => {
    const { energy, duration_s, utilization } = await simulated({
      ...smallScenario,
      cluster: { gpu: "H100-SXM", tensor_parallel_size: 2 },
      site: { host: { idle_w: 100, active_w: 150 } },
    });
    const watts = 100 + 50 * utilization.busy_ratio;
    expect(energy.host_j).toBeCloseTo(2 * watts * duration_s, 6);
  });

  test("of standby GPUs are idle, and those count among the GPUs", async () => {
    const alone = await simulated(smallScenario);
    const beside = await simulated({
      ...smallScenario,
      cluster: { gpu: "H100-SXM", standby_gpus: 7 },
    });
    const standbyJ = beside.energy.idle_by_state_j.no_context;
    expect(alone.energy.idle_by_state_j.no_context).toBe(0);
    expect(standbyJ).toBeGreaterThan(0);
    expect(beside.energy.gpu_j).toBeCloseTo(alone.energy.gpu_j + standbyJ, 6);
    expect((beside.power.per_gpu_mean_w ?? 0) * 8).toBeCloseTo(beside.power.gpu_mean_w ?? 0, 6);
    expect(beside.digest).not.toBe(alone.digest);
  });
});

describe("the figures of a run", () => {
  test("have goodput only where there is a level of service to meet", async () => {
    const free = await simulated(smallScenario);
    expect(free.throughput.goodput_per_s).toBeNull();
    const strict = await simulated({ ...smallScenario, slo: { ttft_ms: 0.001 } });
    expect(strict.throughput.goodput_per_s).toBe(0);
    const lax = await simulated({ ...smallScenario, slo: { e2e_ms: 1e9 } });
    expect(lax.throughput.goodput_per_s).toBe(lax.throughput.requests_per_s);
  });

  test("have a steady window for a closed loop, and for nothing else", async () => {
    const open = await simulated(smallScenario);
    expect(open.steady).toBeNull();
    const { steady } = await simulated({
      ...smallScenario,
      workload: { ...smallScenario.workload, arrivals: { kind: "closed_loop", concurrency: 8 } },
    });
    expect(steady?.to_s).toBeGreaterThan(steady?.from_s ?? Number.POSITIVE_INFINITY);
    expect(steady?.mean_batch).toBeLessThanOrEqual(8);
    expect(steady?.per_gpu_mean_w).toBeGreaterThan(120);
  });

  test("come with warnings of what was cut or left unfinished", async () => {
    const { warnings, requests } = await simulated({
      ...smallScenario,
      engine: { max_model_len: 64 },
      workload: {
        arrivals: { kind: "constant", rate_rps: 50 },
        lengths: {
          input: { kind: "uniform", min: 16, max: 600 },
          output: { kind: "fixed", tokens: 40 },
        },
        duration_s: 2,
      },
    });
    expect(requests.unfinished).toBeGreaterThan(0);
    expect(warnings.join("\n")).toContain("unfinished when duration_s ended the run");
    expect(warnings.join("\n")).toContain("input lengths were drawn too long and cut");
    expect(warnings.join("\n")).toContain(
      "outputs were cut where the context reached max_model_len",
    );
  });

  test("the resolved scenario runs again to the same digest", async () => {
    for (const stack of ["vllm", "hf-eager"]) {
      const first = await simulated({ ...smallScenario, engine: { stack } });
      const again = await simulated(first.scenario);
      expect(again.digest).toBe(first.digest);
      expect(again.scenario).toEqual(first.scenario);
    }
  });

  test("another seed draws another workload", async () => {
    const [first, second] = await Promise.all([
      simulated({ ...smallScenario, seed: 1 }),
      simulated({ ...smallScenario, seed: "2" }),
    ]);
    expect(first.seed).toBe("1");
    expect(first.digest).not.toBe(second.digest);
  });
});

test("a row of the per-request table has a cell for each column, empty where none applies", async () => {
  let text = "";
  const file = {
    write: (more: string) => {
      text += more;
    },
    writeBytes: () => expect.unreachable(),
    commit: () => undefined,
    discard: () => undefined,
  };
  const table = requestsTable("requests.csv", file);
  const result = await runScenario(
    loaded({
      ...smallScenario,
      engine: { max_model_len: 32 },
      workload: {
        arrivals: { kind: "all_at_once" },
        lengths: { input: { kind: "fixed", tokens: 32 }, output: { kind: "fixed", tokens: 4 } },
        num_requests: 1,
      },
    }),
    { onRequest: table.add },
  );
  const [header = "", row = ""] = text.split("\n");
  const cells = row.split(",");
  expect(result.warnings[0]).toBe(
    "no request could be served: max_model_len leaves room for 31 input tokens, the shortest has 32",
  );
  expect(cells).toHaveLength(header.split(",").length);
  expect(cells[12]).toBe("rejected");
  expect(cells[6]).toBe("");
});
