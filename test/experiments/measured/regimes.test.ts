import { describe, expect, test } from "vitest";
import { foldOf, folds } from "../../../experiments/measured/folds.ts";
import type { HeldOutEntry } from "../../../experiments/measured/heldOutEntry.ts";
import { publishedRuns } from "../../../experiments/measured/published.ts";
import {
  type FittedCatalogue,
  heldOutPredictions,
  isPredictedIn,
} from "../../../experiments/measured/regimes.ts";
import { stepConfigOfRun } from "../../../experiments/measured/simulateMeasured.ts";
import { architectureOf, hasExperts } from "../../../models/architecture.ts";
import { llmById, llmIds } from "../../../models/llmCatalogue.ts";
import {
  curve,
  denseArchitecture,
  fitted,
  fittedCalibrations,
  fittedOnDense,
} from "../../support/fittedCalibrations.ts";
import { measuredRun } from "../validate/points.ts";

const calibrations = fittedCalibrations();
const run = measuredRun({ architecture: denseArchitecture });

/** A fit without some rows: its layers take so many microseconds and its kernels draw that share. */
function entry(
  without: HeldOutEntry["without"],
  { layerUs = 30, busy = 0.4, metrics = ["latency", "power"] }: Partial<Numbers> = {},
): HeldOutEntry {
  const own = { id: "fit", base: null, gpus: ["H100-SXM"] };
  return {
    gpu: "H100-SXM",
    stack: "vllm",
    without,
    metrics,
    calibration: {
      ...own,
      ...(metrics.includes("latency") && { stacks: { vllm: { layer_us: fitted(layerUs) } } }),
      ...(metrics.includes("power") && { power: curve(busy, 0.7, 0.3) }),
    },
  };
}

interface Numbers {
  readonly layerUs: number;
  readonly busy: number;
  readonly metrics: HeldOutEntry["metrics"];
}

/** Regime, what it is true of, microseconds of a layer and share of TDP that kernels draw. */
function told(asked: typeof run, catalogue: FittedCatalogue) {
  return heldOutPredictions(asked, catalogue).map(({ regime, of, calibration }) => {
    const { layerStartUpS, power } = stepConfigOfRun(asked, calibration).calibration;
    const rounded = (value: number) => Number(value.toPrecision(3));
    return [regime, of.join(), rounded(layerStartUpS * 1e6), rounded(power.busyTdpRatio)];
  });
}

const both = "latency,power";
/** The start-up of round constants, and the curve of H200-SXM for H100-SXM. */
const operatorsOnly = ["operators_only", both, 40, expect.closeTo(0.35, 2)];

describe("an architecture that was fitted", () => {
  const fold = foldOf(run.id);
  const others = [0, 1, 2, 3].filter((other) => other !== fold);
  const byFold = others.map((other) => entry({ fold: other }, { layerUs: 99 }));

  test("is predicted by the fit without its fold, by that without it, and by kernels", () => {
    const heldOut = [
      ...byFold,
      entry({ fold }, { layerUs: 31, busy: 0.41 }),
      entry({ architecture: "another" }, { layerUs: 98 }),
      entry({ architecture: denseArchitecture }, { layerUs: 32, busy: 0.42 }),
    ];
    expect(told(run, { calibrations, heldOut })).toEqual([
      ["interpolated", both, 31, 0.41],
      ["new_architecture", both, 32, 0.42],
      operatorsOnly,
    ]);
  });

  test("has no regime whose fit is of another GPU, stack or fold, or missing", () => {
    const heldOut = [
      ...byFold,
      { ...entry({ fold }), gpu: "H200-SXM" },
      { ...entry({ fold }), stack: "sglang" },
    ];
    expect(told(run, { calibrations, heldOut })).toEqual([operatorsOnly]);
  });

  test("takes watts from the wider regime where the nearer one has none", () => {
    const heldOut = [
      entry({ fold }, { layerUs: 31, metrics: ["latency"] }),
      entry({ architecture: denseArchitecture }, { layerUs: 32, busy: 0.42 }),
    ];
    expect(told(run, { calibrations, heldOut })).toEqual([
      ["interpolated", "latency", 31, 0.42],
      ["new_architecture", both, 32, 0.42],
      operatorsOnly,
    ]);
  });

  test("with all of its rows in one fold has nothing to interpolate from", () => {
    const alone = entry({ fold });
    const fittedOn = fittedOnDense.map((fit) => ({ ...fit, architecture: "another" }));
    const calibration = { ...alone.calibration, fitted_on: fittedOn };
    expect(told(run, { calibrations, heldOut: [{ ...alone, calibration }] })).toEqual([
      operatorsOnly,
    ]);
  });

  test("brings the MFU curve of its kind of network that was refitted without it", () => {
    const curve = { idle_w: 80, max_w: 690, knee_mfu: 0.2, exponent: 0.5 };
    const mfu_curve = { dense: curve, moe: { ...curve, max_w: 500 } };
    const heldOut = [{ ...entry({ architecture: denseArchitecture }), mfu_curve }];
    const curves = heldOutPredictions(run, { calibrations, heldOut }).map((of) => of.mfuCurve);
    expect(curves).toEqual([{ idleW: 80, maxW: 690, kneeMfu: 0.2, exponent: 0.5 }, undefined]);
  });
});

test("an architecture that was fitted alone of its kind is new to nothing", () => {
  const alone = fittedCalibrations(
    fittedOnDense.filter(({ architecture }) => architecture === denseArchitecture),
  );
  const heldOut = [entry({ architecture: denseArchitecture }), entry({ fold: foldOf(run.id) })];
  const found = heldOutPredictions(run, { calibrations: alone, heldOut });
  expect(found.map(({ regime }) => regime)).toEqual(["interpolated", "operators_only"]);
});

describe("an architecture that was never fitted", () => {
  const other = measuredRun({ architecture: "another" });

  test("is new to what ships, where one of its kind was fitted", () => {
    expect(told(other, { calibrations, heldOut: [] })).toEqual([
      ["new_architecture", both, 20, 0.25],
      operatorsOnly,
    ]);
    const experts = measuredRun({ architecture: "another", isMoe: true });
    expect(told(experts, { calibrations, heldOut: [] })).toEqual([operatorsOnly]);
  });

  test("is not new where only the other metric was fitted", () => {
    const latencyAlone = fittedCalibrations(fittedOnDense.slice(0, 1));
    const [first] = told(other, { calibrations: latencyAlone, heldOut: [] });
    expect(first?.slice(0, 3)).toEqual(["new_architecture", "latency", 20]);
  });

  test("is known by operators only under another stack or a power cap", () => {
    const { scenario } = other;
    const sglang = { ...other, scenario: { ...scenario, engine: { stack: "sglang" } } };
    const cluster = { gpu: "H100-SXM", power_cap_w: 400 };
    for (const unlike of [sglang, { ...other, scenario: { ...scenario, cluster } }]) {
      expect(told(unlike, { calibrations, heldOut: [] })).toEqual([operatorsOnly]);
    }
  });
});

test("joules need the regime of both, memory is fitted to nothing", () => {
  const heldOut = [entry({ fold: foldOf(run.id) }, { metrics: ["latency"] })];
  const [interpolated, kernels] = heldOutPredictions(run, { calibrations, heldOut });
  if (interpolated === undefined || kernels === undefined) throw new Error("two regimes expected");
  expect(isPredictedIn(interpolated, "latency")).toBe(true);
  expect(isPredictedIn(interpolated, "power")).toBe(false);
  expect(isPredictedIn(interpolated, "latency and power")).toBe(false);
  expect(isPredictedIn(kernels, "latency and power")).toBe(true);
  expect(isPredictedIn(kernels, "memory")).toBe(false);
});

test("an architecture's name tells whether it has experts", () => {
  for (const id of llmIds()) {
    const llm = llmById(id);
    if (llm === undefined) throw new Error(`no ${id}`);
    expect(hasExperts(architectureOf(llm)), id).toBe(llm.moe !== undefined);
  }
});

test("the rows that ship fall into folds of about one size, each where it always falls", () => {
  expect(foldOf("a")).toBe(0xe40c292c % folds);
  const runs = publishedRuns();
  const sizes = Array.from(
    { length: folds },
    (_, fold) => runs.filter(({ id }) => foldOf(id) === fold).length,
  );
  for (const size of sizes) expect(size * folds).toBeGreaterThan(0.7 * runs.length);
});
