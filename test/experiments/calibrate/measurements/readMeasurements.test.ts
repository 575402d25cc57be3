import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { calibratedGpu } from "../../../../experiments/calibrate/measurements/calibratedGpu.ts";
import { measurementJsonSchema } from "../../../../experiments/calibrate/measurements/measurementSchema.ts";
import { readMeasurements } from "../../../../experiments/calibrate/measurements/readMeasurements.ts";
import { publishedRuns } from "../../../../experiments/measured/published.ts";
import { simulateMeasured } from "../../../../experiments/measured/simulateMeasured.ts";
import { gpuEntryById } from "../../../../models/gpuCatalogue.ts";
import { llmEntryById } from "../../../../models/llmCatalogue.ts";
import { goodRow, header, measurementsReader, oneRow } from "./measurementFiles.ts";

const read = measurementsReader();

function onlyRun(cells: Readonly<Record<string, string | number>>) {
  const [run] = read(...oneRow(cells)).runs;
  if (run === undefined) throw new Error("no run");
  return run;
}

describe("a row of measurements", () => {
  test("of users without a number of requests is of the steady window", () => {
    const run = onlyRun({ concurrency: 16, tpot_ms: 9.5, power_w: 480, output_std: 60 });
    expect(run.scenario.workload).toEqual({
      arrivals: { kind: "closed_loop", concurrency: 16 },
      num_requests: 160,
      lengths: {
        input: { kind: "fixed", tokens: 512 },
        output: { kind: "lognormal", mean: 128, std: 60 },
      },
    });
    expect(run.measured.map(({ metric }) => metric)).toEqual([
      "steady_tpot_ms",
      "steady_per_gpu_w",
    ]);
  });

  test("may call its lengths in and out, as benches do", () => {
    const short = header.replace("input_tokens", "in").replace("output_tokens", "out");
    expect(read(short, goodRow).runs).toEqual(read(header, goodRow).runs);
  });

  test("with a number of requests is of the whole run", () => {
    const run = onlyRun({ concurrency: 16, num_requests: 160, ttft_ms: 40, e2e_ms: 1400 });
    expect(run.scenario.workload.num_requests).toBe(160);
    expect(run.measured.map(({ metric }) => metric)).toEqual(["ttft_ms", "e2e_ms"]);
  });

  test("of a batch starts together, and counts the engine alone", () => {
    const run = onlyRun({ batch: 8, ttft_ms: 160, batch_latency_s: 1.4 });
    expect(run.scenario.workload.arrivals).toEqual({ kind: "all_at_once" });
    expect(run.scenario.workload.num_requests).toBe(8);
    expect(run.measured.map(({ metric }) => metric)).toEqual(["prompt_ms", "batch_latency_s"]);
  });

  test("of a static stack is one batch of it", () => {
    const { engine } = onlyRun({ stack: "hf-eager", batch: 8, tpot_ms: 30 }).scenario;
    expect(engine).toMatchObject({ stack: "hf-eager", batch_size: 8 });
  });

  test("of users with equal answers says that they end some tokens apart", () => {
    const { scenario, assumed } = onlyRun({ concurrency: 16, tpot_ms: 9.5 });
    expect(scenario.workload.lengths?.output).toEqual({ kind: "uniform", min: 120, max: 136 });
    expect(assumed).toEqual([expect.stringContaining("8 tokens apart")]);
    const exact = onlyRun({ concurrency: 16, tpot_ms: 9.5, output_std: 0 });
    expect(exact.scenario.workload.lengths?.output).toEqual({ kind: "fixed", tokens: 128 });
  });

  test("is simulated with a value for each of its figures", async () => {
    const rates = { rate_rps: 2, num_requests: 20, e2e_ms: 1500 };
    const run = onlyRun({ ...rates, output_tokens_per_s: 250, energy_per_output_token_j: 1.2 });
    const simulated = await simulateMeasured(run);
    expect(simulated).toMatchObject({ status: "simulated" });
    const values = simulated.status === "simulated" ? simulated.values : [];
    expect(values).toEqual([expect.any(Number), expect.any(Number), expect.any(Number)]);
  });

  test("keeps the number of its line, comments and blank lines aside", () => {
    const { runs } = read(
      "# of my own",
      "",
      header,
      goodRow,
      " ",
      ",,,,,",
      "# later",
      goodRow.replace("480", "470"),
    );
    expect(runs.map(({ source }) => source)).toEqual(["mine.csv, line 4", "mine.csv, line 8"]);
  });

  test("that was measured twice stands twice", () => {
    const { runs } = read(header, goodRow, goodRow.replace("480", "470"));
    expect(new Set(runs.map(({ id }) => id)).size).toBe(2);
  });
});

test("a model and a GPU may be files of the user's own", () => {
  const folder = mkdtempSync(join(tmpdir(), "tokenwatt-own-"));
  try {
    const config = llmEntryById("meta-llama/Llama-3.1-8B")?.config;
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    writeFileSync(join(folder, "card.yaml"), stringify({ ...gpuEntryById("L40S"), id: "my-card" }));
    const csv = join(folder, "mine.csv");
    writeFileSync(csv, `${header}\n./config.json,16,512,128,25,300\n`);
    const gpu = calibratedGpu(join(folder, "card.yaml"));
    const [run] = readMeasurements(csv, gpu).runs;
    expect(gpu.spec.id).toBe("my-card");
    expect(run?.scenario.llm).toBe(join(folder, "config.json"));
    expect(run?.scenario.cluster.gpu).toBe(gpu.name);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the shipped example holds figures that ship as measured rows, and none is doubted", () => {
  const { runs, warnings } = readMeasurements(
    "scenarios/measurements-example.csv",
    calibratedGpu("H100-SXM"),
  );
  const published = new Set(
    publishedRuns()
      .filter(({ scenario }) => scenario.cluster.gpu === "H100-SXM")
      .flatMap(({ measured, scenario }) => measured.map(({ value }) => `${scenario.llm} ${value}`)),
  );
  const own = runs.flatMap(({ measured, scenario }) =>
    measured.map(({ value }) => `${scenario.llm} ${value}`),
  );
  expect(own.length).toBeGreaterThan(20);
  expect(own.filter((figure) => !published.has(figure))).toEqual([]);
  expect(warnings).toEqual([]);
});

test("the rows of the guide are read, and none is doubted", () => {
  const [, rows = ""] =
    /```csv\n([\s\S]*?)```/.exec(readFileSync("docs/calibrate.md", "utf8")) ?? [];
  expect(read(rows)).toMatchObject({ runs: { length: 6 }, warnings: [] });
});

test("the guide and the JSON Schema know every column", () => {
  const guide = readFileSync("docs/calibrate.md", "utf8");
  const { properties, required } = measurementJsonSchema();
  expect(Object.keys(properties ?? {}).filter((name) => !guide.includes(`\`${name}\``))).toEqual(
    [],
  );
  expect(required).toEqual(["model", "input_tokens", "output_tokens"]);
});
