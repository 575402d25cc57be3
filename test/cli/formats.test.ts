import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";
import { ranFiles } from "./ranFiles.ts";

const at = inOwnFolder();
const { json, rows, run } = ranFiles(at);

test("of pools the KV cache over time has the mean that the result has", async () => {
  const pools =
    '[{"name": "a", "replicas": 2, "gpu": "H100-SXM"}, {"name": "b", "replicas": 3, "gpu": "A100-SXM"}]';
  await run("--set", `cluster.pools=${pools}`, "--timeseries", at("series.csv"));
  const { duration_s, utilization } = json("result.json");
  const sum = rows("series.csv").reduce(
    (ratioS, row) =>
      ratioS + Number(row["kv_cache"]) * Math.min(1, duration_s - Number(row["time_s"])),
    0,
  );
  // Runs of steps are held at their end here, step by step there.
  expect(Math.abs(sum / duration_s / utilization.kv_cache_mean - 1)).toBeLessThan(0.1);
});

test("Vidur's table has a row for each completed request, whose parts add up", async () => {
  await run("--vidur-csv", at("vidur.csv"), "--requests", at("requests.csv"));
  const all = rows("vidur.csv");
  expect(all).toHaveLength(20);
  const number = (row: Record<string, string>, name: string) => Number(row[name]);
  let gapsS = 0;
  for (const row of all) {
    const sum =
      number(row, "request_scheduling_delay") +
      number(row, "request_execution_plus_preemption_time");
    expect(sum).toBeCloseTo(number(row, "request_e2e_time"), 9);
    const decodeS =
      number(row, "decode_time_execution_plus_preemption_normalized") *
      number(row, "request_num_decode_tokens");
    expect(number(row, "prefill_e2e_time") + decodeS).toBeCloseTo(
      number(row, "request_e2e_time"),
      9,
    );
    gapsS += number(row, "request_inter_arrival_delay");
  }
  const arrivalsS = rows("requests.csv").map((row) => Number(row["arrival_s"]));
  expect(gapsS).toBeCloseTo(Math.max(...arrivalsS) - Math.min(...arrivalsS), 9);
});

describe("a time series", () => {
  test("has all joules of the run, whatever its period", async () => {
    for (const period of [1, 7]) {
      await run("--timeseries", at("series.csv"), "--period", String(period));
      const { energy, duration_s, utilization } = json("result.json");
      const all = rows("series.csv");
      expect(all).toHaveLength(Math.ceil(duration_s / period));
      let joules = 0;
      let busyS = 0;
      let seqS = 0;
      for (const row of all) {
        const spanS = Math.min(period, duration_s - Number(row["time_s"]));
        joules += Number(row["gpu_w"]) * spanS;
        busyS += Number(row["busy_ratio"]) * spanS;
        seqS += Number(row["running_seqs"]) * spanS;
      }
      expect(joules / energy.gpu_j).toBeCloseTo(1, 9);
      expect(busyS / (utilization.busy_ratio * duration_s)).toBeCloseTo(1, 9);
      expect(seqS / busyS / utilization.mean_batch).toBeCloseTo(1, 9);
    }
  });

  test("is the same as Parquet and as CSV", async () => {
    await run("--timeseries", at("series.csv"));
    await run("--timeseries", at("series.parquet"));
    const ended = await command(
      "query",
      at("series.parquet"),
      "select count(*) as n from results",
      "--csv",
    );
    // Without the optional database there is nothing to ask.
    if (ended.code === 0) expect(ended.out).toBe(`n\n${rows("series.csv").length}\n`);
    expect(readFileSync(at("series.parquet")).subarray(0, 4).toString()).toBe("PAR1");
  });

  test("of no file has no period", async () => {
    const { code, err } = await command("run", at("small.yaml"), "--period", "5");
    expect([code, err]).toEqual([
      2,
      "error: --period 5: is of --timeseries, which is not asked for\n",
    ]);
  });
});

test("emissions are a row of CodeCarbon's table", async () => {
  await run("--emissions-csv", at("emissions.csv"));
  const { energy, carbon } = json("result.json");
  const [row = {}] = rows("emissions.csv");
  expect(Number(row["gpu_energy"]) * 3.6e6).toBeCloseTo(energy.gpu_j, 6);
  expect(Number(row["energy_consumed"]) * 3.6e6).toBeCloseTo(energy.total_j, 6);
  expect(Number(row["emissions"]) * 1000).toBeCloseTo(carbon.operational_g, 9);
});

test("a file that is asked for twice is refused before the run", async () => {
  const words = ["--vllm-json", at("one"), "--prometheus", at("one")];
  expect((await command("run", at("small.yaml"), ...words)).code).toBe(2);
});

test("bash completes commands, flags and names", async () => {
  const { out } = await command("completion", "bash");
  writeFileSync(at("completion.bash"), out);
  const completed = (...words: readonly string[]) => {
    const script = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _tokenwatt; echo "\${COMPREPLY[*]}"`;
    const all = ["-c", script, "bash", at("completion.bash"), "tokenwatt", ...words];
    return spawnSync("bash", all, { encoding: "utf8" }).stdout.trim();
  };
  expect(completed("sh")).toBe("show");
  expect(completed("run", "--vllm-j")).toBe("--vllm-json");
  expect(completed("list", "g")).toBe("gpus");
});

test.each(["zsh", "fish"])("%s is told of every command", async (shell) => {
  const { out } = await command("completion", shell);
  for (const name of ["run", "sweep", "completion"]) expect(out).toContain(name);
});
