import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { built } from "./built.ts";
import { command, inOwnFolder } from "./command.ts";

// Calibration fits in threads, which start from what is built.
const program = built();
const at = inOwnFolder();

test("what score --fit writes is fitted by calibrate, and its calibration runs and predicts the row better", async () => {
  const users = "{kind: closed_loop, concurrency: 8}";
  const lengths = "{input: {kind: fixed, tokens: 300}, output: {kind: fixed, tokens: 60}}";
  const load = [
    "workload.dataset=null",
    `workload.lengths=${lengths}`,
    `workload.arrivals=${users}`,
  ];
  const set = [...load, "workload.num_requests=80"].flatMap((key) => ["--set", key]);
  // A GPU that is held at a lower clock stands for one that is slower than its calibration.
  const slower = ["--set", "cluster.clock_mhz=1200"];
  await command("run", "small.yaml", ...set, ...slower, "--vllm-json", "bench.json", "--quiet");
  const scored = async (...words: readonly string[]) => {
    const flags = ["--bench", "bench.json", "--json", "-"];
    const { figures } = JSON.parse(
      (await command("score", "small.yaml", ...set, ...flags, ...words)).out,
    );
    const error = (metric: string) =>
      Math.abs(figures.find((figure: { metric: string }) => figure.metric === metric).error_ratio);
    return { tpot: error("latency.tpot_ms.mean"), watts: error("power.gpu_mean_w") };
  };
  const before = await scored();
  const flags = ["--bench", "bench.json", "--fit", "row.csv", "--quiet"];
  // Missed gates write a row all the same: they are what it is for.
  await command("score", "small.yaml", ...set, ...flags);
  const words = [program, "calibrate", "row.csv", "--gpu", "H100-SXM", "--out", "fit", "--quiet"];
  execFileSync(process.execPath, words, { stdio: "pipe" });
  expect(readFileSync(at("fit/calibration.yaml"), "utf8")).toContain("fitted");
  const after = await scored("--set", "cluster.calibration=fit/calibration.yaml");
  expect(before.tpot).toBeGreaterThan(0.02);
  expect(after.tpot).toBeLessThan(before.tpot);
  expect(after.watts).toBeLessThan(before.watts);
}, 120_000);
