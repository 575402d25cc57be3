import { beforeEach, describe, expect, test } from "vitest";
import { calibratedGpu } from "../../experiments/calibrate/measurements/calibratedGpu.ts";
import { readMeasurements } from "../../experiments/calibrate/measurements/readMeasurements.ts";
import { command, inOwnFolder } from "./command.ts";
import { figure, type Scored, scoredBench } from "./scoredBench.ts";

const at = inOwnFolder();

const { bench, put, score, scored } = scoredBench(at);

beforeEach(async () => {
  await command("run", "small.yaml", "--vllm-json", "bench.json", "--quiet");
});

describe("a run of our own as the benchmark", () => {
  test("is predicted without any error", async () => {
    const { code, out, err } = await score("--json", "-");
    expect([code, err]).toEqual([0, ""]);
    const { figures, gates_missed }: Scored = JSON.parse(out);
    expect(figures.length).toBeGreaterThan(25);
    expect(figures.filter(({ error_ratio }) => error_ratio !== 0)).toEqual([]);
    expect(gates_missed).toBe(0);
  });

  test("whose times are tripled misses its gates, and says which constants err", async () => {
    const slow = Object.entries(bench()).map(([key, value]) =>
      /_(ttft|tpot)_ms$/.test(key) ? [key, Number(value) * 3] : [key, value],
    );
    put("bench.json", JSON.stringify(Object.fromEntries(slow)));
    const { code, out, err } = await score();
    expect(code).toBe(1);
    expect(err).toMatch(/gates are missed: latency\.ttft_ms\.mean, latency\.tpot_ms\.mean/);
    expect(out).toMatch(/^latency\.tpot_ms\.mean .* -66\.7 % .* MISSED$/m);
    expect(out).toContain("TPOT is predicted 67 % too low: the latency constants of decode");
    expect((await score("--within", "70")).code).toBe(0);
    expect((await score("--within", "60")).code).toBe(1);
  });

  test("that records each request is replayed, not the workload of the scenario", async () => {
    const lens = { input_lens: [100, 200, 300], output_lens: [10, 20, 30] };
    const sums = { completed: 3, total_input_tokens: 600, total_output_tokens: 60 };
    put("bench.json", JSON.stringify({ ...bench(), ...lens, ...sums, start_times: [5, 6, 7] }));
    const replayed = await scored();
    expect(replayed.bench.same_requests).toBe(true);
    expect(figure(replayed, "requests.completed")?.predicted).toBe(3);
    expect(replayed.notes.join()).not.toContain("input tokens");
  });

  test("of other requests is told apart", async () => {
    put("bench.json", JSON.stringify({ ...bench(), completed: 30, model_id: "Qwen/Qwen3-8B" }));
    const { notes } = await scored();
    expect(notes).toContain("the benchmark has 30 requests, the scenario's workload has 20");
    expect(notes).toContain(
      "the benchmark is of Qwen/Qwen3-8B, the scenario of meta-llama/Llama-3.1-8B",
    );
  });

  test("becomes a row that calibrate reads", async () => {
    expect((await score("--fit", "row.csv", "--within", "1")).code).toBe(0);
    const measurements = readMeasurements(at("row.csv"), calibratedGpu("H100-SXM"));
    expect(JSON.stringify(measurements)).toContain(String(bench().mean_tpot_ms));
  });
});

const aiperf = {
  request_throughput: { unit: "requests/sec", avg: 2 },
  request_count: { unit: "requests", avg: 20 },
  benchmark_duration: { unit: "sec", avg: 10 },
  time_to_first_token: { unit: "ms", avg: 30, p99: 50 },
  inter_token_latency: { unit: "sec", avg: 0.01 },
  output_token_throughput: { unit: "tokens/sec", avg: 400 },
};
const distribution = (mean: number) => ({ successful: { mean, percentiles: { p99: 2 * mean } } });
const guidellm = {
  start_time: 1.7e9,
  end_time: 1.7e9 + 10,
  metrics: {
    request_totals: { successful: 20, errored: 1 },
    requests_per_second: distribution(2),
    time_to_first_token_ms: distribution(30),
    inter_token_latency_ms: distribution(10),
    request_latency: distribution(1.5),
  },
};

describe("results of other benchmarks", () => {
  test("say the same in our words and units", async () => {
    put("bench.json", JSON.stringify(aiperf));
    const one = await scored();
    put("bench.json", JSON.stringify({ benchmarks: [guidellm, guidellm] }));
    const other = await scored("--benchmark", "2");
    for (const [metric, value] of [
      ["latency.ttft_ms.mean", 30],
      ["latency.tpot_ms.mean", 10],
      ["throughput.requests_per_s", 2],
      ["duration_s", 10],
    ] as const) {
      expect(figure(one, metric)?.measured, metric).toBe(value);
      expect(figure(other, metric)?.measured, metric).toBe(value);
    }
    expect(figure(other, "latency.e2e_ms.mean")?.measured).toBe(1500);
    expect(other.notes).toContain("1 requests of the benchmark failed");
  });

  test("tell of failures, the network and watts, as AIPerf's telemetry and GuideLLM before 0.4 have them", async () => {
    const gpu = (watts: number) => ({ metrics: { gpu_power_usage: { unit: "W", avg: watts } } });
    const telemetry_data = {
      summary: { endpoints_configured: ["http://localhost:9400/metrics"] },
      endpoints: { "localhost:9400": { gpus: { gpu_0: gpu(300), gpu_1: gpu(200) } } },
    };
    const error_summary = [{ error_details: { code: 499 }, count: 2 }, { count: 1 }];
    const input_config = { endpoint: { model_names: ["Qwen/Qwen3-8B"] } };
    const end_time = "2025-10-17T20:22:24.967633";
    const more = {
      telemetry_data,
      error_summary,
      input_config,
      end_time,
      error_request_count: null,
    };
    const total_osl = { unit: "tokens", avg: 1000 };
    put("bench.json", JSON.stringify({ ...aiperf, ...more, total_osl }));
    const one = await scored();
    expect(figure(one, "power.gpu_mean_w")?.measured).toBe(500);
    expect(figure(one, "energy.per_output_token_j")?.measured).toBe(5);
    expect(one.notes).toContain("3 requests of the benchmark failed");
    expect(one.notes).toContain("the benchmark metered 2 GPUs, the scenario has 1");
    const { start_time, end_time: endS, metrics } = guidellm;
    const older = {
      run_stats: { start_time, end_time: endS },
      metrics,
      worker: { backend_model: "Qwen/Qwen3-8B" },
    };
    put("bench.json", JSON.stringify({ benchmarks: [older] }));
    const other = await scored();
    expect(figure(other, "duration_s")?.measured).toBe(10);
    for (const { notes } of [one, other]) expect(notes.join()).toContain("is of Qwen/Qwen3-8B");
  });
});

describe("results of other benchmarks", () => {
  test.each([
    ["several without a choice", { benchmarks: [guidellm, guidellm] }, "--benchmark 1 to 2"],
    ["no result", { hello: 1 }, "is no result of a benchmark"],
    ["a text for a number", { duration: "long", completed: 3 }, "duration: expected a number"],
    ["no request", { duration: 3, completed: 0 }, "no request was completed"],
  ])("are refused with %s", async (_, value, message) => {
    put("bench.json", JSON.stringify(value));
    const { code, err } = await score();
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test("are refused where they are torn, or several in one file", async () => {
    put("bench.json", '{"duration": 3, ');
    expect((await score()).err).toMatch(/bench\.json:\d+:\d+: not readable as JSON/);
    put("bench.json", '{"a": 1}\n{"a": 2}\n');
    expect((await score()).err).toContain("holds 2 results, as --append-result writes them");
    expect((await score("--power-start", "3")).code).toBe(2);
  });
});
