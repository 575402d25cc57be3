import fc from "fast-check";
import { expect, test } from "vitest";
import type { FitProblem } from "../../../experiments/calibrate/fitProblem.ts";
import { robustFit } from "../../../experiments/calibrate/robustFit.ts";

interface Law extends Readonly<Record<string, number>> {
  readonly fixed: number;
  readonly slope: number;
  readonly power: number;
}

interface Point {
  readonly x: number;
  readonly observed: number;
  readonly cluster: string;
}

const lawAt = ({ fixed, slope, power }: Law, x: number) => fixed + slope * x ** power;

/** Points of a law, each moved by a factor. */
function points(law: Law, count: number, factor: (index: number) => number): Point[] {
  return Array.from({ length: count }, (_, index) => {
    const x = 1.3 ** (index % 30);
    return { x, observed: lawAt(law, x) * factor(index), cluster: `point ${index}` };
  });
}

function problem(rows: readonly Point[]): FitProblem<Law, Point> {
  return {
    rows,
    predict: (law, { x }) => lawAt(law, x),
    start: { fixed: 1, slope: 1, power: 1 },
    min: { fixed: 1e-3, slope: 1e-3, power: 0.1 },
    max: { fixed: 1e3, slope: 1e3, power: 3 },
  };
}

/** Factors about 1, +- 5 %, each of its own draw. */
function noise(index: number): number {
  let bits = Math.imul(index + 1, 0x9e3779b1);
  bits = Math.imul(bits ^ (bits >>> 15), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return 1 + 0.1 * (((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32 - 0.5);
}

const law: Law = { fixed: 20, slope: 0.5, power: 1.4 };

test("the constants of an exact law are found from far away", () => {
  const laws = fc.record({
    fixed: fc.double({ min: 0.5, max: 50, noNaN: true }),
    slope: fc.double({ min: 0.05, max: 20, noNaN: true }),
    power: fc.double({ min: 0.5, max: 2, noNaN: true }),
  });
  fc.assert(
    fc.property(laws, (truth) => {
      const fit = robustFit(problem(points(truth, 60, () => 1)));
      expect(fit.converged).toBe(true);
      for (const name of ["fixed", "slope", "power"] as const) {
        expect(fit.constants[name] / truth[name]).toBeCloseTo(1, 4);
      }
    }),
    { numRuns: 50 },
  );
});

test("one row in ten that is wrong tenfold moves no constant by more than 5 %", () => {
  const clean = robustFit(problem(points(law, 300, noise)));
  const outliers = (index: number) => (index % 10 === 3 ? 10 : noise(index));
  const rows = points(law, 300, outliers);
  const fit = robustFit(problem(rows));
  const squares = robustFit({ ...problem(rows), huberDelta: 1e9 });
  const moved = (from: Law) =>
    Math.max(
      ...(["fixed", "slope", "power"] as const).map((name) =>
        Math.abs(from[name] / clean.constants[name] - 1),
      ),
    );
  expect(fit.converged).toBe(true);
  expect(moved(fit.constants)).toBeLessThan(0.05);
  // So that the test can fail: without the robust loss they do move.
  expect(moved(squares.constants)).toBeGreaterThan(0.15);
});

test("a fit that runs out of steps says that it has not converged", () => {
  const rows = points(law, 60, noise);
  expect(robustFit({ ...problem(rows), maxIterations: 2 })).toMatchObject({
    converged: false,
    iterations: 2,
  });
  expect(robustFit(problem(rows)).converged).toBe(true);
});

test("a converged fit is a minimum: no constant can move and lower the loss", () => {
  const rows = points(law, 200, (index) => (index % 7 === 0 ? 1.5 : noise(index)));
  const fit = robustFit(problem(rows));
  for (const name of ["fixed", "slope", "power"] as const) {
    for (const factor of [0.999, 1.001]) {
      const held = { ...fit.constants, [name]: factor * fit.constants[name] };
      const there = robustFit({ ...problem(rows), start: held, min: held, max: held });
      expect(there.loss).toBeGreaterThan(fit.loss);
    }
  }
});

test("a constant that would leave its bounds stays there and has no standard error", () => {
  const rows = points(law, 60, noise);
  const { max, ...rest } = problem(rows);
  const fit = robustFit({ ...rest, max: { ...max, power: 1.2 } });
  expect(fit.converged).toBe(true);
  expect(fit.constants.power).toBe(1.2);
  expect(fit.atBound).toEqual(["power"]);
  expect([...fit.standardErrors.keys()]).toEqual(["fixed", "slope"]);
});

test("a constant whose bounds are equal is not fitted", () => {
  const rows = points(law, 60, noise);
  const { start, min, max, ...rest } = problem(rows);
  const held = { power: 1.4 };
  const fit = robustFit({
    ...rest,
    start: { ...start, ...held },
    min: { ...min, ...held },
    max: { ...max, ...held },
  });
  expect(fit.constants.power).toBe(1.4);
  expect(fit.constants.fixed / law.fixed).toBeCloseTo(1, 1);
  expect(fit.atBound).toEqual([]);
});

test("four times the rows halve the standard errors, four copies of the rows leave them", () => {
  const few = robustFit(problem(points(law, 90, noise))).standardErrors;
  const many = robustFit(problem(points(law, 360, noise))).standardErrors;
  const rows = points(law, 90, noise);
  const copies = robustFit(problem([...rows, ...rows, ...rows, ...rows])).standardErrors;
  for (const [name, error] of few) {
    expect((many.get(name) ?? 0) / error).toBeGreaterThan(0.4);
    expect((many.get(name) ?? 0) / error).toBeLessThan(0.6);
    expect((copies.get(name) ?? 0) / error).toBeCloseTo(1, 3);
  }
});

test("standard errors are the spread of fits to other draws of the noise", () => {
  const fits = Array.from({ length: 60 }, (_, draw) =>
    robustFit(problem(points(law, 90, (index) => noise(index + 1000 * draw)))),
  );
  const logs = fits.map(({ constants }) => Math.log(constants.power));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const spread = Math.sqrt(
    logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1),
  );
  const claimed = fits.map(
    ({ constants, standardErrors }) => (standardErrors.get("power") ?? 0) / constants.power,
  );
  const typical = claimed.reduce((sum, error) => sum + error, 0) / claimed.length;
  expect(typical / spread).toBeGreaterThan(0.6);
  expect(typical / spread).toBeLessThan(1.7);
});

test("the same rows give the same bits", () => {
  const rows = points(law, 100, noise);
  expect(robustFit(problem(rows))).toEqual(robustFit(problem(rows)));
});

test("what cannot be fitted is refused", () => {
  const rows = points(law, 60, noise);
  expect(() => robustFit(problem(rows.slice(0, 2)))).toThrow("3 constants cannot be fitted to 2");
  const [first, ...others] = rows;
  if (first === undefined) throw new Error("no rows");
  const zero = [{ ...first, observed: 0, cluster: "broken" }, ...others];
  expect(() => robustFit(problem(zero))).toThrow("broken: expected an observation above 0");
  expect(() => robustFit({ ...problem(rows), start: { ...law, power: 5 } })).toThrow(
    "power: expected",
  );
});
