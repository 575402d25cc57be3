import { expect, test } from "vitest";
import { foldOf } from "../../../experiments/measured/folds.ts";
import type { MeasuredRun } from "../../../experiments/measured/measuredRun.ts";
import { type FittedCatalogue, heldOutPredictions } from "../../../experiments/measured/regimes.ts";
import { simulateMeasured } from "../../../experiments/measured/simulateMeasured.ts";
import { validationMarkdown } from "../../../experiments/validate/markdown.ts";
import { pointsCsv } from "../../../experiments/validate/pointsCsv.ts";
import { study } from "../../../experiments/validate/study.ts";
import { reportTables } from "../../../experiments/validate/tables.ts";
import { validate } from "../../../experiments/validate/validate.ts";
import {
  curve,
  denseArchitecture,
  fitted,
  fittedCalibrations,
} from "../../support/fittedCalibrations.ts";
import { measuredRun } from "./points.ts";

const measured = [
  { metric: "tpot_ms", value: 10 },
  { metric: "per_gpu_w", value: 300 },
  { metric: "per_output_token_j", value: 3 },
] as const;
const run: MeasuredRun = {
  ...measuredRun({ architecture: denseArchitecture }),
  id: "a row",
  measured,
};

const own = { id: "fit", base: null, gpus: ["H100-SXM"] };
const fits = { gpu: "H100-SXM", stack: "vllm" };
/** The fit without the fold is of both metrics, that without the network of latency alone. */
const catalogue: FittedCatalogue = {
  calibrations: fittedCalibrations(),
  heldOut: [
    {
      ...fits,
      without: { fold: foldOf(run.id) },
      calibration: {
        ...own,
        stacks: { vllm: { layer_us: fitted(30) } },
        power: curve(0.4, 0.7, 0.3),
      },
      metrics: ["latency", "power"],
    },
    {
      ...fits,
      without: { architecture: denseArchitecture },
      calibration: { ...own, stacks: { vllm: { layer_us: fitted(60) } } },
      metrics: ["latency"],
    },
  ],
};
const nothingFitted = { calibrations: fittedCalibrations([]), heldOut: [] };

/** What the run comes to with the constants of each regime. */
async function figures(of: FittedCatalogue) {
  const found = await Promise.all(
    heldOutPredictions(run, of).map(async ({ regime, calibration }) => {
      const simulated = await simulateMeasured(run, { calibration });
      if (simulated.status === "refused") throw new Error(simulated.reason);
      return [regime, simulated.values] as const;
    }),
  );
  return new Map(found);
}

test("each figure is predicted by the constants of its regimes, and by no others", async () => {
  const { points } = study(await validate([run], { baselines: [], catalogue }));
  const by = await figures(catalogue);
  const at = (regime: "interpolated" | "new_architecture" | "operators_only", index: number) =>
    by.get(regime)?.[index] ?? Number.NaN;
  expect(points.map(({ by_regime }) => by_regime)).toEqual([
    {
      interpolated: at("interpolated", 0),
      new_architecture: at("new_architecture", 0),
      operators_only: at("operators_only", 0),
    },
    {
      interpolated: at("interpolated", 1),
      new_architecture: null,
      operators_only: at("operators_only", 1),
    },
    {
      interpolated: at("interpolated", 2),
      new_architecture: null,
      operators_only: at("operators_only", 2),
    },
  ]);
  // 30 us more for each of 32 layers.
  expect(at("new_architecture", 0)).toBeGreaterThan(at("interpolated", 0) + 0.9);
});

test("what ships is simulated as it ships, whatever the regimes say", async () => {
  const { points } = study(await validate([run], { baselines: [], catalogue }));
  const shipped = await simulateMeasured(run);
  expect(points.map(({ simulated }) => simulated)).toEqual(
    shipped.status === "simulated" ? shipped.values : [],
  );
});

test("with nothing fitted every figure is known by operators only", async () => {
  const validation = await validate([run], { baselines: [], catalogue: nothingFitted });
  const { points } = study(validation);
  for (const { by_regime } of points) {
    expect(by_regime).toMatchObject({ interpolated: null, new_architecture: null });
    expect(by_regime.operators_only).toBeGreaterThan(0);
  }
  expect(validation.gates.map(({ regime }) => regime)).toEqual(["operators_only"]);
});

test("tables tell the regimes apart, row by row with the error in each", async () => {
  const tables = reportTables(await validate([run], { baselines: [], catalogue }));
  const rows = (title: string) => tables.find((table) => table.title === title)?.rows ?? [];
  const regimesOf = (title: string) =>
    rows(title).flatMap((row) => (row["figure"] === "TPOT" ? [row["regime"]] : []));
  const three = ["interpolated", "new architecture", "operators only"];
  expect(regimesOf("By suite")).toEqual(three);
  expect(regimesOf("By GPU")).toEqual(three);
  const by = await figures(catalogue);
  expect(rows("Row by row")[1]).toMatchObject({
    row: run.id,
    "interpolated, error %": expect.closeTo(
      100 * ((by.get("interpolated")?.[1] ?? 0) / 300 - 1),
      0,
    ),
    "new architecture, error %": null,
  });
  expect(validationMarkdown(tables)).toContain("| shipped | interpolated, error % |");
});

test("a simpler prediction is set beside ours where the network is new, as so many times as wrong", async () => {
  const off = (ratio: number) => ({
    name: "off",
    needs: "a row" as const,
    predict: (points: readonly unknown[]) => points.map(() => ratio),
  });
  const by = await figures(catalogue);
  const tpotMs = by.get("new_architecture")?.[0] ?? Number.NaN;
  const ours = Math.abs(tpotMs / 10 - 1);
  const validation = await validate([run], { baselines: [off(10 * (1 + 3 * ours))], catalogue });
  const beside = reportTables(validation).find(({ title }) => title.startsWith("Beside"))?.rows;
  expect(beside?.find((row) => row["figure"] === "TPOT")).toMatchObject({
    regime: "new architecture",
    "its / ours": 3,
  });
  expect(beside?.find((row) => row["figure"] === "watts")).toMatchObject({
    regime: "operators only",
  });
});

test("the CSV has a column for each regime", async () => {
  const validation = await validate([run], { baselines: [], catalogue });
  const [header = "", , watts = ""] = pointsCsv(validation).split("\n");
  const index = header.split(",").indexOf("interpolated");
  expect(header).toContain(",interpolated,new_architecture,operators_only,used_to_fit,");
  expect(Number(watts.split(",")[index])).toBeGreaterThan(0);
  expect(watts.split(",")[index + 1]).toBe("");
});
