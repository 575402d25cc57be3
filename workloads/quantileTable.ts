import { assert } from "../sim/assert.ts";
import { at } from "./at.ts";

/** A law given by its quantiles, with straight lines between them. */
export interface QuantileTable {
  /** Shares of the population, rising from 0 to 1. */
  readonly ratios: readonly number[];
  /** The values below which they lie, never falling. */
  readonly values: readonly number[];
}

/** The value below which a share of the population lies: a draw from the law where the share is. */
export function quantileFunction(table: QuantileTable): (ratio: number) => number {
  const ratios = Float64Array.from(table.ratios);
  const values = Float64Array.from(table.values);
  assert(ratios.length === values.length, `${ratios.length} ratios, ${values.length} values`);
  assert(ratios[0] === 0 && ratios.at(-1) === 1, "quantiles do not span 0 to 1");
  for (let i = 1; i < ratios.length; i++) {
    assert(at(ratios, i - 1) < at(ratios, i), `ratio ${i} does not rise`);
    assert(at(values, i - 1) <= at(values, i), `quantile ${i} falls`);
  }
  return (ratio) => {
    const upper = firstAbove(ratios, ratio);
    const below = at(ratios, upper - 1);
    const from = at(values, upper - 1);
    const positionRatio = (ratio - below) / (at(ratios, upper) - below);
    return from + positionRatio * (at(values, upper) - from);
  };
}

/** The index of the first of the rising values that exceeds `value`; at most the last index. */
export function firstAbove(rising: Float64Array, value: number): number {
  let low = 0;
  let high = rising.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(rising, middle) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
