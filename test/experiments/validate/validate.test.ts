import { expect, test } from "vitest";
import type { MetricName } from "../../../experiments/measured/metrics.ts";
import { publishedRuns } from "../../../experiments/measured/published.ts";
import type { Baseline } from "../../../experiments/validate/baselines.ts";
import { validationMarkdown } from "../../../experiments/validate/markdown.ts";
import { pointsCsv } from "../../../experiments/validate/pointsCsv.ts";
import { study } from "../../../experiments/validate/study.ts";
import { reportTables } from "../../../experiments/validate/tables.ts";
import { validate } from "../../../experiments/validate/validate.ts";
import { measuredRun } from "./points.ts";

const runs = publishedRuns("kv_capacity");

test("a study has a point for every measured figure, also where nothing could be simulated", async () => {
  const unknown = { ...measuredRun(), scenario: { ...measuredRun().scenario, llm: "no/such" } };
  const { points, summary } = study(await validate([...runs, unknown], { baselines: [] }));
  expect(points).toHaveLength(runs.length + 1);
  expect(points[0]).toMatchObject({
    suite: "kv_capacity",
    metric: "kv_tokens",
    unit: "token",
    n_gpus_tp: 1,
    framework: "vllm",
    kind: "measured",
    interval_80: null,
  });
  expect(points.at(-1)).toMatchObject({ simulated: null, out_of_memory: false });
  expect(summary).toMatchObject({ points: runs.length + 1, simulated: runs.length });
});

test("a study tells of each row what simpler predictions say, of those that have a say", async () => {
  const fixed = (name: string, value: number | undefined): Baseline => ({
    name,
    needs: "a row",
    predict: (points) => points.map(() => value),
  });
  const unknown = { ...measuredRun(), scenario: { ...measuredRun().scenario, llm: "no/such" } };
  const baselines = [fixed("low", 1), fixed("mute", undefined)];
  const { points } = study(await validate([measuredRun(), unknown], { baselines }));
  expect(points.map((point) => point.baselines)).toEqual([{ low: 1 }, {}]);
});

test("a promise whose rows are gone is missed in the table and in the study", async () => {
  const validation = await validate([], { baselines: [], complete: ["partial_load"] });
  const [promised] = reportTables(validation);
  expect(promised?.title).toBe("What is promised");
  expect(promised?.rows).toEqual([
    expect.objectContaining({
      figure: "mean watts at partial load",
      rows: 0,
      "median %": null,
      verdict: "MISSED: no rows",
    }),
  ]);
  expect(study(validation).summary.gates).toMatchObject([
    { regime: null, rows: 0, median_error: null, kept: false },
  ]);
});

test("the CSV has one line for each point, and its cells those of the study", async () => {
  const validation = await validate(runs, { baselines: [] });
  const [header = "", ...lines] = pointsCsv(validation).trimEnd().split("\n");
  expect(lines).toHaveLength(study(validation).points.length);
  expect(header.split(",").slice(0, 3)).toEqual(["suite", "id", "series"]);
  expect(header).toContain(",interval_80_low,interval_80_high,");
});

test("a time, a throughput and watts have an interval around them, memory has none", async () => {
  const run = (metric: MetricName) => measuredRun({ metric, value: 10 });
  const wanted = [run("tpot_ms"), run("steady_output_tokens_per_s"), run("per_gpu_w")];
  const { points } = study(await validate(wanted, { baselines: [] }));
  for (const { interval_80, simulated } of points) {
    const [low, high] = interval_80 ?? [];
    expect(high).toBeGreaterThan(low ?? Number.NaN);
    expect(low).toBeLessThan(2 * (simulated ?? Number.NaN));
  }
});

test("the page holds the tables that are printed", async () => {
  const tables = reportTables(await validate(runs, { baselines: [] }));
  const page = validationMarkdown(tables);
  for (const { title, rows } of tables) {
    expect(page).toContain(`## ${title}\n| `);
    expect(page).toContain(String(Object.values(rows[0] ?? {})[0]));
  }
});

test("progress counts every run once, and ends", async () => {
  const seen: number[] = [];
  await validate(runs, { baselines: [], onProgress: ({ done }) => seen.push(done) });
  expect(seen).toEqual([...runs.keys(), runs.length]);
});

test("a study that is interrupted rejects with the reason", async () => {
  const reason = new Error("enough");
  await expect(
    validate(publishedRuns("serving"), { baselines: [], signal: AbortSignal.abort(reason) }),
  ).rejects.toBe(reason);
});
