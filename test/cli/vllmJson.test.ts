import { describe, expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";
import { ranFiles } from "./ranFiles.ts";

const at = inOwnFolder();
const { json, rows, run } = ranFiles(at);

describe("what vLLM's benchmark would have written", () => {
  test("has its figures from the result, its latencies from the requests", async () => {
    await run("--vllm-json", at("vllm.json"), "--requests", at("requests.csv"));
    const { latency, throughput, energy, ...result } = json("result.json");
    const bench = json("vllm.json");
    expect(bench).toMatchObject({
      num_prompts: 20,
      completed: 20,
      failed: 0,
      duration: result.duration_s,
      total_output_tokens: result.tokens.output,
      output_throughput: throughput.output_tokens_per_s,
      median_ttft_ms: latency.ttft_ms.p50,
      std_itl_ms: latency.itl_ms.std,
      p99_e2el_ms: latency.e2e_ms.p99,
      gpu_energy_j: energy.gpu_j,
      energy_gpu_ids: [0],
    });
    expect(bench.gpu_avg_power_w * bench.gpu_energy_duration_s).toBeCloseTo(energy.gpu_j, 6);
    const byId = rows("requests.csv").sort(
      (a, b) => Number(a["request_id"]) - Number(b["request_id"]),
    );
    const latencies = byId.map((row) => Number(row["e2e_ms"]) / 1000);
    for (const [i, latencyS] of latencies.entries()) {
      expect(bench.latencies[i]).toBeCloseTo(latencyS, 9);
    }
    const startsS = byId.map((row) => Number(row["arrival_s"]));
    const atOnce = startsS.map(
      (nowS, at) =>
        startsS.filter((startS, i) => i <= at && startS + (latencies[i] ?? 0) > nowS).length,
    );
    expect(bench.max_concurrent_requests).toBe(Math.max(...atOnce));
  });

  test.each([
    ["{kind: poisson, rate_rps: 4}", { request_rate: 4, burstiness: 1, max_concurrency: null }],
    ["{kind: gamma, rate_rps: 4, burstiness: 0.5}", { request_rate: 4, burstiness: 0.5 }],
    ["{kind: all_at_once}", { request_rate: "inf", max_concurrency: null }],
    ["{kind: closed_loop, concurrency: 3}", { request_rate: "inf", max_concurrency: 3 }],
  ])("says of %s how it was sent", async (arrivals, sent) => {
    await run("--set", `workload.arrivals=${arrivals}`, "--vllm-json", at("vllm.json"));
    expect(json("vllm.json")).toMatchObject(sent);
  });
});

interface Detailed {
  readonly latencies: readonly number[];
  readonly start_times: readonly number[];
  readonly ttfts: readonly number[];
  readonly itls: readonly (readonly number[])[];
  readonly output_lens: readonly number[];
}

/** Each request, with the times of its tokens as the bench would add them up. */
function requestsOf(bench: Detailed) {
  const { latencies, start_times, ttfts, itls, output_lens } = bench;
  return latencies.map((latencyS, i) => {
    const startS = start_times[i] ?? 0;
    const gapsS = itls[i] ?? [];
    const tokensS = [startS + (ttfts[i] ?? 0)];
    for (const gapS of gapsS) tokensS.push((tokensS.at(-1) ?? 0) + gapS);
    return { startS, latencyS, gapsS, tokensS, outputTokens: output_lens[i] ?? 0 };
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe("what it writes with each request", () => {
  const pools =
    '[{"name": "p", "role": "prefill", "gpu": "H100-SXM"}, {"name": "d", "role": "decode", "gpu": "H100-SXM"}]';
  const halted = "{outages: [{replica: 0, from_s: 2, for_s: 5}]}";
  test.each([
    ["plain", []],
    ["full", ["--set", "engine.max_num_seqs=2", "--set", "cluster.replicas=2"]],
    [
      "of two kinds of pools",
      ["--set", `cluster.pools=${pools}`, "--set", "cluster.kv_link.bandwidth_gb_per_s=50"],
    ],
    ["failing", ["--set", `cluster.failures=${halted}`]],
    ["impatient", ["--set", "workload.timeout_s=1.5"]],
  ])("has all of each request where it is asked for: a %s run", async (_, words) => {
    await run("--vllm-json", at("vllm.json"), "--vllm-detailed", ...words);
    const bench = json("vllm.json");
    const { latency, requests, tokens } = json("result.json");
    const lists = ["input_lens", "output_lens", "ttfts", "itls", "latencies", "start_times"];
    for (const key of [...lists, "generated_texts", "errors"]) {
      expect(bench[key].length, key).toBe(requests.injected);
    }
    const done = requestsOf(bench).filter(({ latencyS }) => latencyS > 0);
    expect(bench.errors.filter((error: string) => error === "").length).toBe(done.length);
    for (const { startS, latencyS, tokensS, outputTokens } of done) {
      expect(tokensS.at(-1)).toBeCloseTo(startS + latencyS, 9);
      // Whoever lost its replica had tokens that it has again.
      if (!words.join().includes("failures")) expect(tokensS.length).toBe(outputTokens);
    }
    const gapsS = done.flatMap((request) => request.gapsS);
    const meanMs = (1000 * sum(gapsS)) / gapsS.length;
    expect(meanMs / latency.itl_ms.mean).toBeCloseTo(1, 9);
    if (requests.completed === requests.injected) {
      expect(sum(done.map(({ outputTokens }) => outputTokens))).toBe(tokens.output);
    }
    const firstS = Math.min(...done.map(({ startS }) => startS));
    const inSecond = Array<number>(1000).fill(0);
    for (const timeS of done.flatMap(({ tokensS }) => tokensS)) {
      const second = Math.floor(timeS - firstS);
      inSecond[second] = (inSecond[second] ?? 0) + 1;
    }
    expect(bench.max_output_tokens_per_s).toBe(Math.max(...inSecond));
  });

  test("has the bench's keys in the bench's order, with each request and without", async () => {
    const detailed = ["input_lens", "output_lens", "ttfts", "itls", "start_times"];
    const texts = ["generated_texts", "errors"];
    await run("--vllm-json", at("vllm.json"), "--vllm-detailed");
    const keys = Object.keys(json("vllm.json"));
    expect(keys.slice(keys.indexOf("total_token_throughput") + 1, keys.indexOf("rtfx"))).toEqual([
      ...detailed.slice(0, 4),
      "latencies",
      "start_times",
      ...texts,
      "max_output_tokens_per_s",
      "max_concurrent_requests",
    ]);
    await run("--vllm-json", at("vllm.json"));
    const few = new Set([...detailed, ...texts]);
    expect(Object.keys(json("vllm.json"))).toEqual(keys.filter((key) => !few.has(key)));
    const { code, err } = await command("run", at("small.yaml"), "--vllm-detailed");
    expect([code, err]).toEqual([
      2,
      "error: --vllm-detailed: is of --vllm-json, which is not asked for\n",
    ]);
  });
});
