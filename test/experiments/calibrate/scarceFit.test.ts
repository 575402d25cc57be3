import { describe, expect, test } from "vitest";
import { scarceFit } from "../../../experiments/calibrate/endToEnd/scarceFit.ts";
import type { ScarceProblem } from "../../../experiments/calibrate/endToEnd/scarceProblem.ts";
import { mended, residualsOn } from "../../../experiments/calibrate/endToEnd/tangent.ts";
import { tangentMinimum } from "../../../experiments/calibrate/endToEnd/tangentMinimum.ts";

const truth = [Math.log(3), Math.log(0.2)];
const shapes = Array.from({ length: 40 }, (_, row) => [1 + row, 200 / (1 + row)] as const);

/** Times that add up of two parts, as those of a step do; `observed` spoils some of them. */
function problem(
  observed: (timeS: number, row: number) => number = (timeS) => timeS,
  over: Partial<ScarceProblem> = {},
): ScarceProblem {
  const timesS = ([first = 0, second = 0]: readonly number[]) =>
    shapes.map(([a, b]) => a * Math.exp(first) + b * Math.exp(second));
  const measuredS = timesS(truth).map(observed);
  return {
    start: [0, 0],
    prior: [0, 0],
    spread: [50, 50],
    low: [-5, -5],
    high: [5, 5],
    weights: new Float64Array(shapes.length).fill(1),
    residualsAt: (logs) =>
      Float64Array.from(
        timesS(logs),
        (timeS, row) => Math.log(timeS / (measuredS[row] ?? Number.NaN)) / 0.05,
      ),
    ...over,
  };
}

describe("a fit of few constants to residuals that are dear", () => {
  test("finds the constants that made the rows, and says that it has settled", () => {
    const fit = scarceFit(problem());
    expect(fit.end).toBe("settled");
    expect(fit.tangent.logs[0]).toBeCloseTo(truth[0] ?? 0, 2);
    expect(fit.tangent.logs[1]).toBeCloseTo(truth[1] ?? 0, 2);
    expect(fit.loss).toBeLessThan(fit.startLoss / 100);
  });

  test("is hardly moved by rows that are wrong tenfold", () => {
    const fit = scarceFit(problem((timeS, row) => (row % 10 === 3 ? 10 * timeS : timeS)));
    expect(fit.tangent.logs[0]).toBeCloseTo(truth[0] ?? 0, 1);
    expect(fit.tangent.logs[1]).toBeCloseTo(truth[1] ?? 0, 1);
  });

  test("stays at a firm prior, and within its bounds", () => {
    const firm = scarceFit(problem(undefined, { spread: [1e-3, 50] }));
    expect(firm.tangent.logs[0]).toBeCloseTo(0, 2);
    const bound = scarceFit(problem(undefined, { high: [0.5, 5] }));
    expect(bound.tangent.logs[0]).toBe(0.5);
  });

  test("leaves a constant that no row tells of where its prior has it", () => {
    const silent = problem();
    const fit = scarceFit({
      ...silent,
      start: [0, 0, 1],
      prior: [0, 0, -1],
      spread: [50, 50, 1],
      low: [-5, -5, -5],
      high: [5, 5, 5],
    });
    expect(fit.tangent.logs[2]).toBeCloseTo(-1, 6);
  });

  test("gives on its tangent what a fit without some rows would come to", () => {
    const spoilt = (timeS: number, row: number) => (row < 20 ? 1.1 * timeS : timeS);
    const all = problem(spoilt);
    const weights = all.weights.map((weight, row) => (row < 20 ? 0 : weight));
    const fit = scarceFit(all);
    const onTangent = tangentMinimum({ ...all, weights }, fit.tangent, 1.5);
    const afresh = scarceFit({ ...all, weights }).tangent.logs;
    for (const [index, log] of onTangent.entries()) expect(log).toBeCloseTo(afresh[index] ?? 0, 1);
  });
});

describe("its steps", () => {
  test("are least on a tangent in the box, also where one constant could stand for another", () => {
    const columns = [Float64Array.of(1, 0), Float64Array.of(0.9, Math.sqrt(1 - 0.81))];
    const target = [3, -1.05] as const;
    const residuals = Float64Array.of(
      -(target[0] + 0.9 * target[1]),
      -Math.sqrt(1 - 0.81) * target[1],
    ).map((value) => value / 100);
    const tangent = { logs: [0, 0], residuals, columns: columns.map((c) => c.map((v) => v / 100)) };
    const spread = [1e6, 1e6];
    const box = {
      prior: [0, 0],
      spread,
      low: [-1, -1],
      high: [1, 1],
      weights: Float64Array.of(1, 1),
    };
    const [first, second] = tangentMinimum(box, tangent, 2);
    expect(first).toBeCloseTo(1, 6);
    expect(second).toBeCloseTo(0.75, 1);
  });

  test("are rough where a promise can't be kept", () => {
    const smooth = problem();
    let evaluations = 0;
    const jumping = (logs: readonly number[]) => {
      evaluations++;
      const away = evaluations > 3 ? 400 : 0;
      return smooth.residualsAt(logs).map((residual) => residual + away);
    };
    expect(scarceFit({ ...smooth, residualsAt: jumping }).end).toBe("rough");
  });

  test("leave a row that a constant does not move unmoved by it, whatever a step did", () => {
    const columns = [Float64Array.of(2, 1), Float64Array.of(0, 1)];
    const tangent = { logs: [0, 0], residuals: Float64Array.of(0, 0), columns };
    const next = { logs: [1, 1], residuals: Float64Array.of(3, 4) };
    const found = mended(tangent, next);
    // The first row's miss of 1 is the first constant's alone; the second row's of 2 is shared.
    expect(found.columns).toEqual([Float64Array.of(3, 2), Float64Array.of(0, 2)]);
    expect(residualsOn(found, [0, 0])).toEqual(tangent.residuals);
  });

  test("are the same twice", () => {
    expect(scarceFit(problem())).toEqual(scarceFit(problem()));
  });
});
