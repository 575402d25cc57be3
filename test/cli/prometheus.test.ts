import parse from "parse-prometheus-text-format";
import { expect, test } from "vitest";
import { inOwnFolder } from "./command.ts";
import { ranFiles } from "./ranFiles.ts";

const at = inOwnFolder();
const { json, rows, run, text } = ranFiles(at);

test("metrics for Prometheus are samples of named families, whose buckets grow to their count", async () => {
  await run("--prometheus", at("metrics.prom"));
  const sample = /^([a-zA-Z_:][\w:]*)\{((?:[a-z_A-Z]+="(?:[^"\\]|\\.)*",?)*)\} (-?[\d.e+-]+)$/;
  const families = new Map<string, string>();
  let buckets: number[] = [];
  for (const line of text("metrics.prom").trimEnd().split("\n")) {
    const [, hash, family = "", type = ""] = /^# (TYPE) (\S+) (\S+)$/.exec(line) ?? [];
    if (hash !== undefined) families.set(family, type);
    if (line.startsWith("#")) continue;
    const [, name = "", , value = ""] = sample.exec(line) ?? [];
    const ofFamily = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ""));
    expect(ofFamily, line).toBeDefined();
    if (name.endsWith("_bucket")) buckets.push(Number(value));
    if (!name.endsWith("_count")) continue;
    expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
    expect(buckets.at(-1)).toBe(Number(value));
    buckets = [];
  }
  expect(families.get("vllm:time_to_first_token_seconds")).toBe("histogram");
  expect(families.get("DCGM_FI_DEV_POWER_USAGE")).toBe("gauge");
  const { power, energy } = json("result.json");
  expect(text("metrics.prom")).toContain(
    `DCGM_FI_DEV_POWER_USAGE{gpu="mean",modelName="H100-SXM"} ${power.per_gpu_mean_w}`,
  );
  expect(text("metrics.prom")).toContain(`modelName="H100-SXM"} ${1000 * energy.gpu_j}\n`);
});

test("metrics for Prometheus are, to a parser of its format, those of vLLM and DCGM with the run's figures", async () => {
  await run("--prometheus", at("metrics.prom"), "--requests", at("requests.csv"));
  const { tokens, requests, energy, power, preemptions, utilization } = json("result.json");
  const families = new Map(parse(text("metrics.prom")).map((family) => [family.name, family]));
  const [value, type] = [
    (name: string) => Number(families.get(name)?.metrics[0]?.value),
    (name: string) => families.get(name)?.type,
  ];
  const counters = {
    "vllm:prompt_tokens_total": tokens.input,
    "vllm:generation_tokens_total": tokens.output,
    "vllm:num_preemptions_total": preemptions,
    "vllm:request_success_total": requests.completed,
    DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION: 1000 * energy.gpu_j,
  };
  for (const [name, expected] of Object.entries(counters)) {
    expect([type(name), value(name)], name).toEqual(["COUNTER", expected]);
  }
  const gauges = {
    "vllm:kv_cache_usage_perc": utilization.kv_cache_mean,
    DCGM_FI_DEV_POWER_USAGE: power.per_gpu_mean_w,
    DCGM_FI_DEV_GPU_UTIL: 100 * utilization.busy_ratio,
  };
  for (const [name, expected] of Object.entries(gauges)) {
    expect([type(name), value(name)], name).toEqual(["GAUGE", expected]);
  }
  const columns = {
    "vllm:time_to_first_token_seconds": "ttft_ms",
    "vllm:request_time_per_output_token_seconds": "tpot_ms",
    "vllm:e2e_request_latency_seconds": "e2e_ms",
    "vllm:request_queue_time_seconds": "queue_ms",
  };
  const all = rows("requests.csv");
  for (const [name, column] of Object.entries(columns)) {
    expect(type(name)).toBe("HISTOGRAM");
    const seconds = all.map((row) => row[column]).filter((cell) => cell !== "");
    for (const [bound, count] of Object.entries(families.get(name)?.metrics[0]?.buckets ?? {})) {
      const below = seconds.filter(
        (ms) => Number(ms) / 1000 <= Number(bound.replace("+Inf", "Infinity")),
      );
      expect(Number(count), `${name} ${bound}`).toBe(below.length);
    }
  }
});

test("of pools the requests that run are counted on all replicas, whatever their number of GPUs", async () => {
  const pools =
    '[{"name": "a", "replicas": 1, "gpu": "H100-SXM"}, {"name": "b", "replicas": 2, "gpu": "A100-SXM", "tensor_parallel_size": 2}]';
  const files = ["--prometheus", at("metrics.prom"), "--timeseries", at("series.csv")];
  await run("--set", `cluster.pools=${pools}`, ...files);
  const { duration_s } = json("result.json");
  const seqS = rows("series.csv").reduce(
    (sum, row) =>
      sum + Number(row["running_seqs"]) * Math.min(1, duration_s - Number(row["time_s"])),
    0,
  );
  const [, running] = /^vllm:num_requests_running\{.*\} (.*)$/m.exec(text("metrics.prom")) ?? [];
  expect((Number(running) * duration_s) / seqS).toBeCloseTo(1, 9);
});
