import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { loadDuckDB } from "../../experiments/query/duckdb.ts";
import { memberOf } from "../../experiments/scenario/schemaTree.ts";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();
const json = (name: string) => JSON.parse(readFileSync(at(name), "utf8"));

// Without the optional database these tests are skipped.
const isInstalled = (() => {
  try {
    return loadDuckDB() !== undefined;
  } catch {
    return false;
  }
})();

/** What DuckDB reads of a Parquet file, row by row. */
async function read(file: string): Promise<Record<string, unknown>[]> {
  const { code, out, err } = await command("query", file, "select * from results", "--json", "-");
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
}

const sweep = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload: { dataset: azure-conv-2023, num_requests: 8 }
  slo: { ttft_ms: 500 }
grid:
  cluster.gpu: [H100-SXM, T4]
  engine.max_num_seqs: [2, null]
`;

const withDuckDB = test.skipIf(!isInstalled);

withDuckDB("Parquet of a sweep has every figure of every point's result", async () => {
  writeFileSync(at("sweep.yaml"), sweep);
  await command("sweep", "sweep.yaml", "--jobs", "1", "--out", "s", "--quiet");
  writeFileSync(
    at("base.yaml"),
    sweep
      .replace(/^grid:[\s\S]*/m, "")
      .replace("base:\n", "")
      .replace(/^ {2}/gm, ""),
  );
  const rows = await read("s/results.parquet");
  expect(rows).toHaveLength(4);
  let figures = 0;
  for (const row of rows) {
    const keys = ["cluster.gpu", "engine.max_num_seqs"];
    const set = keys.flatMap((key) => ["--set", `${key}=${row[key]}`]);
    const ended = await command("run", "base.yaml", ...set, "--json", "result.json", "--quiet");
    if (row["status"] !== "ok") {
      expect(ended.code).not.toBe(0);
      continue;
    }
    const result = json("result.json");
    for (const [name, value] of Object.entries(row)) {
      const found = name.split(".").reduce<unknown>(memberOf, result);
      if (found === undefined || Array.isArray(found) || keys.includes(name)) continue;
      figures++;
      expect(value, name).toBe(found);
    }
  }
  expect(figures).toBeGreaterThan(100);
});

withDuckDB("Parquet of requests has what vLLM's JSON and the result say of them", async () => {
  const files = ["--requests", "rows.parquet", "--vllm-json", "vllm.json", "--vllm-detailed"];
  await command("run", "small.yaml", ...files, "--json", "result.json", "--quiet");
  const rows = (await read("rows.parquet")).toSorted(
    (a, b) => Number(a["request_id"]) - Number(b["request_id"]),
  );
  const bench = json("vllm.json");
  const column = (name: string) => rows.map((row) => row[name]);
  expect(column("input_tokens")).toEqual(bench.input_lens);
  expect(column("output_tokens")).toEqual(bench.output_lens);
  expect(column("arrival_s")).toEqual(bench.start_times);
  const ms = (seconds: readonly number[]) => seconds.map((value) => value * 1000);
  expect(column("ttft_ms")).toEqual(ms(bench.ttfts));
  expect(column("e2e_ms")).toEqual(ms(bench.latencies));
  const { energy } = json("result.json");
  const joules = column("energy_j").reduce<number>((sum, energyJ) => sum + Number(energyJ), 0);
  expect(joules + energy.by_phase_j.idle).toBeCloseTo(energy.gpu_j, 6);
});

withDuckDB(
  "Parquet over time has the joules of the result, and each number of the CSV",
  async () => {
    const files = ["--timeseries", "series.parquet", "--json", "result.json", "--quiet"];
    await command("run", "small.yaml", ...files);
    await command("run", "small.yaml", "--timeseries", "series.csv", "--quiet");
    const rows = await read("series.parquet");
    expect(await read("series.csv")).toEqual(rows);
    const { energy, duration_s } = json("result.json");
    const joules = rows.reduce(
      (sum, row) => sum + Number(row["gpu_w"]) * Math.min(1, duration_s - Number(row["time_s"])),
      0,
    );
    expect(joules / energy.gpu_j).toBeCloseTo(1, 9);
  },
);
