import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { comparison } from "../../../experiments/compare/comparison.ts";
import { keyDifferences } from "../../../experiments/compare/differences.ts";
import type { StoredResult } from "../../../experiments/compare/resultFile.ts";
import { replaced } from "../../../experiments/scenario/overrides.ts";
import { simulated, smallScenario } from "../smallScenario.ts";

const results = {
  h100: await simulated(smallScenario),
  capped: await simulated({ ...smallScenario, cluster: { gpu: "H100-SXM", power_cap_w: 300 } }),
  l40s: await simulated({ ...smallScenario, cluster: { gpu: "L40S" }, seed: "7" }),
  classes: await simulated({
    ...smallScenario,
    workload: {
      ...smallScenario.workload,
      classes: [
        { name: "chat", share: 1 },
        { name: "a.b", share: 3 },
      ],
    },
  }),
};

function stored(value: (typeof results)["h100"]): StoredResult {
  const { schema, tokenwatt_version: version, digest, seed, scenario } = value;
  const text: Record<string, unknown> = JSON.parse(JSON.stringify(scenario));
  return { file: "a.json", schema, version, digest, seed, scenario: text, value };
}

const { h100, capped, l40s, classes } = results;
const pairs = Object.values(results).flatMap((a) => Object.values(results).map((b) => [a, b]));

test.each(pairs)("from B's side all is the other way round", (a, b) => {
  const there = comparison(stored(a), stored(b));
  const back = comparison(stored(b), stored(a));
  expect(there.figures.map(({ metric }) => metric).sort()).toEqual(
    back.figures.map(({ metric }) => metric).sort(),
  );
  for (const figure of there.figures) {
    const other = back.figures.find(({ metric }) => metric === figure.metric);
    expect(other).toMatchObject({
      a: figure.b,
      b: figure.a,
      interval_80: { a: figure.interval_80.b, b: figure.interval_80.a },
      exceeds_intervals: figure.exceeds_intervals,
    });
    if (figure.difference !== null) expect(other?.difference).toBe(0 - figure.difference);
    if (figure.ratio) expect((other?.ratio ?? 0) * figure.ratio).toBeCloseTo(1, 12);
  }
});

test("a result differs from itself in nothing, and from no interval of its own", () => {
  const { figures, scenario, notes } = comparison(stored(h100), stored(h100));
  expect(figures.filter(({ difference }) => difference !== 0)).toEqual([]);
  expect(figures.filter(({ exceeds_intervals }) => exceeds_intervals === true)).toEqual([]);
  expect([scenario, notes]).toEqual([[], ["the digests are equal: both simulated the same"]]);
});

test("ranges that a figure lies beyond are told from those that overlap, and from none", () => {
  const figures = comparison(stored(h100), stored(l40s)).figures;
  const known = figures.filter(({ exceeds_intervals }) => exceeds_intervals !== null);
  expect(known.map(({ metric }) => metric)).toEqual([
    "latency.ttft_ms.mean",
    "latency.tpot_ms.mean",
    "energy.gpu_j",
    "energy.per_output_token_j",
    "power.gpu_mean_w",
    "power.per_gpu_mean_w",
  ]);
  for (const { interval_80, exceeds_intervals } of known) {
    const [a, b] = [interval_80.a ?? [0, 0], interval_80.b ?? [0, 0]];
    expect(exceeds_intervals).toBe(Math.max(a[0], b[0]) > Math.min(a[1], b[1]));
  }
  const apart = known.filter(({ exceeds_intervals }) => exceeds_intervals === true);
  expect(apart.map(({ metric }) => metric)).toContain("latency.tpot_ms.mean");
  const power = comparison(stored(h100), stored(capped)).figures;
  expect(power.some(({ exceeds_intervals }) => exceeds_intervals === false)).toBe(true);
});

test("what makes the two differ is told: keys, seed, basis, currency, a file that changed", () => {
  const { scenario, notes } = comparison(stored(h100), stored(l40s));
  expect(scenario).toContainEqual({ key: "cluster.gpu", a: "H100-SXM", b: "L40S" });
  expect(scenario.map(({ key }) => key)).not.toContain("seed");
  expect(notes.join("\n")).toMatch(/seed: A 42, B 7: .*\n.*calibration\.latency: A fitted/);
  expect(comparison(stored(h100), stored(classes)).notes).toContain(
    "workload.classes differs: they served other requests",
  );
  const euro = { ...h100, cost: { ...h100.cost, currency: "EUR", energy: 1 } };
  const money = comparison(stored({ ...h100, cost: { ...h100.cost, energy: 2 } }), stored(euro));
  expect(money.figures.find(({ metric }) => metric === "cost.energy")).toMatchObject({
    a: 2,
    b: 1,
    difference: null,
    ratio: null,
  });
  const other = { ...h100, digest: "0", tokenwatt_version: "9.9.9", schema: "tokenwatt/result@1" };
  expect(comparison(stored(h100), stored({ ...h100, digest: "0" })).notes).toEqual([
    "the scenarios are the same, but not the digests: a file that they name has changed",
  ]);
  expect(comparison(stored(h100), stored(other as typeof h100)).notes[0]).toContain("B 9.9.9");
});

test("request classes are compared by name; one that A lacks is known in B alone", () => {
  const { figures } = comparison(stored(h100), stored(classes));
  const found = figures.filter(({ metric }) => metric.endsWith("requests.completed"));
  expect(found.map(({ metric, a, b }) => [metric, a, b !== null])).toEqual([
    ["requests.completed", 120, true],
    ["classes.chat.requests.completed", null, true],
    ["classes.a.b.requests.completed", null, true],
  ]);
});

describe("keys that differ", () => {
  const leaf = fc.oneof(fc.integer(), fc.constant(null), fc.array(fc.integer(), { maxLength: 2 }));
  const key = fc.constantFrom("gpu", "engine", "x", "y");
  const block = fc.letrec((tie) => ({
    value: fc.oneof(leaf, tie("block")),
    block: fc.dictionary(key, tie("value"), { maxKeys: 3, noNullPrototype: true }),
  })).block;

  test("make A of B and name nothing that is equal", () => {
    fc.assert(
      fc.property(block, block, (a, b) => {
        const differences = keyDifferences(a, b);
        let mended: unknown = structuredClone(b);
        for (const { key: path, a: value } of differences) {
          if (path === "") mended = value;
          else if (value !== undefined) mended = replaced(mended, path.split("."), value);
        }
        const lacking = differences.filter(({ a: value }) => value === undefined);
        const rest = keyDifferences(a, mended).map(({ key: path }) => path);
        expect(rest).toEqual(lacking.map(({ key: path }) => path));
        expect(keyDifferences(a, a)).toEqual([]);
      }),
    );
  });
});
