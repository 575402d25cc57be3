import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { HeldOutResidual } from "../../../experiments/calibrate/residuals/heldOutResidual.ts";
import {
  deploymentName,
  residualsOfRun,
} from "../../../experiments/calibrate/residuals/heldOutResidual.ts";
import { logRatioInterval } from "../../../experiments/calibrate/residuals/logRatioInterval.ts";
import { residualsYaml } from "../../../experiments/calibrate/residuals/residualsYaml.ts";
import { residualTable } from "../../../experiments/calibrate/residuals/residualTable.ts";
import { residualFromEntry } from "../../../models/uncertainty.ts";
import { measuredRun } from "../validate/points.ts";

/** 1, 2, … count: a group each. */
function ladder(count: number): number[][] {
  return Array.from({ length: count }, (_, index) => [index + 1]);
}

describe("the ends of held-out residuals", () => {
  test("of 19 groups leave one of them on either side, as rank 18 of 20 is 90 %", () => {
    expect(logRatioInterval(ladder(19))).toEqual({ low: 2, high: 18 });
    expect(logRatioInterval(ladder(29))).toEqual({ low: 3, high: 27 });
  });

  test("count a group once, however many rows it has", () => {
    const crowded = ladder(19).map(([value = 0]) =>
      value === 10 ? Array.from({ length: 100 }, () => 10) : [value],
    );
    expect(logRatioInterval(crowded)).toEqual({ low: 2, high: 18 });
    const thirds = ladder(19).map(([value = 0]) => [value, value, value]);
    expect(logRatioInterval(thirds)).toEqual({ low: 2, high: 18 });
  });

  test("of three groups are Student's: 2 -+ 1.886 x 1 x sqrt(1 + 1/3)", () => {
    const half = 1.886 * Math.sqrt(4 / 3);
    expect(logRatioInterval(ladder(3))).toEqual({
      low: expect.closeTo(2 - half, 12),
      high: expect.closeTo(2 + half, 12),
    });
  });

  test("hold what lies inside groups as well as what lies between them", () => {
    const wide = logRatioInterval([
      [-1, 1],
      [-1, 1],
      [-1, 1],
    ]);
    // s^2 = 3/2 of the mean square, which is 1.
    expect(wide?.high).toBeCloseTo(1.886 * Math.sqrt(3 / 2) * Math.sqrt(4 / 3), 12);
  });

  test("are the wider the fewer groups there are", () => {
    const widths = [3, 4, 6, 9, 12, 18].map((count) => {
      // Deviation 1 whatever the count.
      const interval = logRatioInterval(
        Array.from({ length: count }, (_, index) => [
          ((index - (count - 1) / 2) * Math.sqrt(12)) / Math.sqrt(count * (count + 1)),
        ]),
      );
      return (interval?.high ?? 0) - (interval?.low ?? 0);
    });
    expect(widths.toSorted((a, b) => b - a)).toEqual(widths);
    expect(widths.at(-1)).toBeGreaterThan(2 * 1.28);
  });

  test("are not known from two groups", () => {
    expect(logRatioInterval(ladder(2))).toBeUndefined();
  });
});

function residuals(groups: readonly (readonly number[])[]): HeldOutResidual[] {
  return groups.flatMap((rows, index) =>
    rows.map((logRatio): HeldOutResidual => {
      const group = `architecture ${index}`;
      return { quantity: "tpot", isMoe: false, class: "interpolated", group, logRatio };
    }),
  );
}

describe("the table of residuals", () => {
  test("has ratios, the rows and how many of them the other groups' ends hold", () => {
    const outlier = [...Array.from({ length: 20 }, (_, index) => [index / 100]), [9, 9]];
    expect(residualTable(residuals(outlier), "a test")).toEqual([
      {
        id: "tpot dense interpolated",
        quantity: "tpot",
        network: "dense",
        class: "interpolated",
        rows: 22,
        groups: 21,
        // Votes needed: 0.9 x 22 = 19.8 of 21.
        low_ratio: 1.01,
        high_ratio: 1.21,
        // Out of 22: both rows of the outlier, and of the others the lowest two and the highest.
        coverage_ratio: 0.773,
        kind: "measured",
        source: "a test",
      },
    ]);
  });

  test("tells of conformal ends by conformal ends, also where one group less has Student's", () => {
    const [entry] = residualTable(residuals(ladder(19)), "a test");
    // Needed: 0.9 x 19 = 17.1 of 18 votes, so only the first and the last group are outside.
    expect(entry?.coverage_ratio).toBe(0.895);
  });

  test("has no entry for what two groups say, and no coverage where that leaves two", () => {
    expect(residualTable(residuals([[0.1], [0.2]]), "a test")).toEqual([]);
    const [entry] = residualTable(residuals([[0.1], [0.2], [0.3]]), "a test");
    expect(entry?.coverage_ratio).toBeNull();
  });

  test("is the same in whatever order the rows come, byte for byte", () => {
    const rows = residuals([[0.1, 0.3, 0.7], [0.2], [0.15, 0.05], [-0.4], [0.11]]);
    const text = residualsYaml(residualTable(rows, "a test"));
    expect(residualsYaml(residualTable(rows.toReversed(), "a test"))).toBe(text);
  });

  test("is written as the catalogue reads it", () => {
    const table = residualTable(residuals([[0.1], [0.2], [0.3]]), 'a "test": 3 rows');
    const text = residualsYaml(table);
    expect(text.startsWith("# Written by calibrate: rerun it rather than edit this.\n")).toBe(true);
    const entries: unknown[] = parse(text);
    expect(entries.map((entry) => residualFromEntry(entry, "residuals.yaml"))).toEqual(table);
  });
});

describe("a run's residuals", () => {
  const heldOut = { classOf: () => "interpolated" as const, group: "one" };

  test("are ln of measured over predicted, of a throughput the other way round", () => {
    const [time] = residualsOfRun(measuredRun({ value: 20 }), { ...heldOut, values: [10] });
    expect(time).toMatchObject({ quantity: "tpot", logRatio: Math.log(2), isMoe: false });
    const throughput = measuredRun({ metric: "steady_output_tokens_per_s", value: 20 });
    const [perTime] = residualsOfRun(throughput, { ...heldOut, values: [10] });
    expect(perTime).toMatchObject({ quantity: "tpot", logRatio: Math.log(0.5) });
  });

  test("leave out what is not predicted, memory, and hosts that held the GPUs up", () => {
    expect(residualsOfRun(measuredRun(), { ...heldOut, values: [null] })).toEqual([]);
    const memory = measuredRun({ metric: "kv_tokens", value: 9 });
    expect(residualsOfRun(memory, { ...heldOut, values: [9] })).toEqual([]);
    const hostBound = measuredRun({ suite: "steady_state_host_bound" });
    expect(residualsOfRun(hostBound, { ...heldOut, values: [9] })).toEqual([]);
  });

  test("leave out TTFT in queues, of more than 64 users or above 3 s", () => {
    const of = (concurrency: number, value: number, metric: "ttft_ms" | "tpot_ms" = "ttft_ms") =>
      residualsOfRun(measuredRun({ metric, concurrency, value }), { ...heldOut, values: [9] });
    expect(of(64, 3000)).toHaveLength(1);
    expect(of(65, 30)).toEqual([]);
    expect(of(8, 3001)).toEqual([]);
    expect(of(65, 3001, "tpot_ms")).toHaveLength(1);
  });

  test("leave out joules without times, whose scale of watts holds both errors", () => {
    const of = (metric: "gpu_energy" | "prefill_energy" | "decode_energy" | "per_output_token_j") =>
      residualsOfRun(measuredRun({ metric, value: 9 }), { ...heldOut, values: [9] });
    expect(of("gpu_energy")).toEqual([]);
    expect(of("prefill_energy")).toEqual([]);
    expect(of("decode_energy")).toEqual([]);
    expect(of("per_output_token_j")).toHaveLength(1);
  });

  test("err together where network, GPU and stack are the same", () => {
    expect(deploymentName(measuredRun())).toBe("one on H100-SXM under vllm");
  });
});
