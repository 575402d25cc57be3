import { errorsOf } from "../../validate/errors.ts";
import type { PaperPoint } from "../study.ts";
import type { Verdict } from "./gate.ts";

const noPoints: Verdict = { got: "no such points", isKept: false };

/** Errors of the selected points that have a published value. */
export function errorRatios(points: readonly PaperPoint[]): number[] {
  return points.flatMap(({ error }) => (error === null ? [] : [error]));
}

export function medianWithin(limitRatio: number) {
  return (points: readonly PaperPoint[]): Verdict => {
    const errors = errorsOf(errorRatios(points));
    if (errors === undefined) return noPoints;
    const got = `${percent(errors.medianRatio)} of ${errors.rows} points`;
    return { got, isKept: errors.medianRatio <= limitRatio };
  };
}

export function worstWithin(limitRatio: number) {
  return (points: readonly PaperPoint[]): Verdict => {
    const wrong = points
      .filter(({ error }) => error !== null && Math.abs(error) > limitRatio)
      .toSorted((a, b) => Math.abs(b.error ?? 0) - Math.abs(a.error ?? 0));
    const [worst] = points.toSorted((a, b) => Math.abs(b.error ?? 0) - Math.abs(a.error ?? 0));
    if (worst?.error === undefined || worst.error === null) return noPoints;
    const where = `${worst.figure} ${worst.series}, batch ${worst.batch}`;
    return {
      got: `${wrong.length} over it; ${signedPercent(worst.error)} at ${where}`,
      isKept: wrong.length === 0,
    };
  };
}

/** Whether what didn't fit there is what doesn't fit here, of the selected points. */
export function sameMemory(points: readonly PaperPoint[]): Verdict {
  if (points.length === 0) return noPoints;
  const wrong = points.filter((point) => point.out_of_memory !== point.published_out_of_memory);
  const [first] = wrong;
  if (first === undefined) {
    const full = points.filter(({ out_of_memory }) => out_of_memory).length;
    return { got: `the same ${full} of ${points.length} cells`, isKept: true };
  }
  const says = first.out_of_memory ? "doesn't fit here" : "fits here";
  const got = `${wrong.length} cells differ: ${first.figure} ${first.series}, batch ${first.batch} ${says}`;
  return { got, isKept: false };
}

export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** Where a curve first reaches `factor` times its first value, on a line between logarithms. */
export function kneeOf({ x, y }: Curve, factor: number): number | undefined {
  const level = (y[0] ?? Number.NaN) * factor;
  for (let after = 1; after < x.length; after++) {
    const [y0 = 0, y1 = 0] = [y[after - 1], y[after]];
    const [x0 = 0, x1 = 0] = [x[after - 1], x[after]];
    if (y1 >= level && y0 < level)
      return x0 * (x1 / x0) ** (Math.log(level / y0) / Math.log(y1 / y0));
  }
  return undefined;
}

/** Both knees on the points that are published, so that the gaps between them distort both alike. */
export function kneeWithin(
  points: readonly PaperPoint[],
  { factor, xOf, yOf = (value) => value }: KneeOptions,
): Verdict {
  const both = points
    .filter(({ published, simulated }) => published !== null && simulated !== null)
    .toSorted((a, b) => xOf(a) - xOf(b));
  const x = both.map(xOf);
  const curveOf = (value: (point: PaperPoint) => number | null) =>
    kneeOf({ x, y: both.map((point) => yOf(value(point) ?? Number.NaN, point)) }, factor);
  const published = curveOf((point) => point.published);
  const simulated = curveOf((point) => point.simulated);
  if (published === undefined || simulated === undefined) {
    return { got: `no knee ${published === undefined ? "published" : "simulated"}`, isKept: false };
  }
  const got = `${simulated.toFixed(0)} tokens, published ${published.toFixed(0)}`;
  return { got, isKept: Math.abs(Math.log2(simulated / published)) <= 1 };
}

interface KneeOptions {
  readonly factor: number;
  readonly xOf: (point: PaperPoint) => number;
  readonly yOf?: (value: number, point: PaperPoint) => number;
}

/** The largest distance between two curves over the points that `selects` has of both. */
export function coincide(
  [first, second]: readonly [readonly PaperPoint[], readonly PaperPoint[]],
  limitRatio: number,
  xOf: (point: PaperPoint) => number,
): Verdict {
  const apart = first.flatMap((point) => {
    const other = second.find((candidate) => xOf(candidate) === xOf(point));
    if (!point.simulated || !other?.simulated) return [];
    return [Math.abs(other.simulated / point.simulated - 1)];
  });
  if (apart.length === 0) return noPoints;
  const most = Math.max(...apart);
  return { got: `${percent(most)} apart at most`, isKept: most <= limitRatio };
}

/** The simulated value of a batch. */
export function valueAt(points: readonly PaperPoint[], batch: number | null): number | undefined {
  return points.find((point) => point.batch === batch)?.simulated ?? undefined;
}

/** Where the first curve crosses the second from below, on a line between logarithms of batches. */
export function breakEven(
  first: readonly PaperPoint[],
  second: readonly PaperPoint[],
): number | undefined {
  const ratios = first.flatMap(({ batch, simulated }) => {
    const other = valueAt(second, batch);
    if (batch === null || simulated === null || other === undefined) return [];
    return [{ batch, log: Math.log(simulated / other) }];
  });
  for (const [index, { batch, log }] of ratios.entries()) {
    const before = ratios[index - 1];
    if (before === undefined || before.log >= 0 || log < 0) continue;
    return before.batch * (batch / before.batch) ** (before.log / (before.log - log));
  }
  return undefined;
}

/** Whether each curve lies above the one before, wherever both have a value. */
export function isRising(curves: readonly (readonly PaperPoint[])[]): Verdict {
  let compared = 0;
  const crossed: string[] = [];
  for (const [index, curve] of curves.entries()) {
    for (const { batch, simulated, series } of curve) {
      const below = valueAt(curves[index - 1] ?? [], batch);
      if (simulated === null || below === undefined) continue;
      compared++;
      if (simulated <= below) crossed.push(`${series} is below at batch ${batch}`);
    }
  }
  if (compared === 0) return noPoints;
  return { got: crossed[0] ?? `at all ${compared} pairs`, isKept: crossed.length === 0 };
}

/** How far the simulated figure is from the published one, both in per cent. */
export function pointsApart(points: readonly PaperPoint[], limit: number): Verdict {
  const apart = points.flatMap((point) => {
    const { simulated, published } = point;
    return simulated === null || published === null ? [] : [{ point, by: simulated - published }];
  });
  const [worst] = apart.toSorted((a, b) => Math.abs(b.by) - Math.abs(a.by));
  if (worst === undefined) return noPoints;
  const { simulated, published, batch } = worst.point;
  const at = points.length === 1 ? "" : ` at batch ${batch}`;
  const got = `${signed(simulated ?? 0)} %, published ${signed(published ?? 0)} %${at}`;
  return { got, isKept: Math.abs(worst.by) <= limit };
}

export function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(1)} %`;
}

export function signedPercent(ratio: number): string {
  return `${signed(100 * ratio)} %`;
}

/** Of a figure that is in per cent. */
export function percentOf(value: number): string {
  return `${value.toFixed(0)} %`;
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(1)}`;
}
