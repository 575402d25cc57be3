import type { ValueBins } from "./valueBins.ts";

/** A bar: values from `from` up to `to`. */
export interface Bar {
  readonly from: number;
  readonly to: number;
  /** Of all values; of those up to the end of this bar. */
  readonly shareRatio: number;
  readonly upToRatio: number;
}

export interface Histogram {
  readonly bars: readonly Bar[];
  readonly first: number;
  readonly last: number;
}

const mostBars = 44;
/** Narrower spreads look like one: a bar is at least this much wider than its beginning. */
const leastStep = Math.log(1.01);

/**
 * Bars of equal width on a logarithmic scale, one edge of which lies at `edge`, so that no bar is on both
 * sides of a limit. Undefined where no value is above zero.
 */
export function histogramOf(values: ValueBins, edge: number | null): Histogram | undefined {
  const bins = values.sorted().filter(({ max }) => max > 0);
  const [lowest] = bins;
  const highest = bins.at(-1);
  if (lowest === undefined || highest === undefined) return undefined;
  const low = Math.log(Math.max(lowest.min, highest.max / 1e9));
  const high = Math.log(highest.max);
  const step = Math.max((high - low) / (mostBars - 1), leastStep);
  const origin = edge === null || edge <= 0 ? low : Math.log(edge);
  // A value that is the edge itself keeps the limit: it belongs to the bar below.
  const placeOf = (value: number) => Math.ceil((Math.log(value) - origin) / step - 1e-9) - 1;
  const counts = new Map<number, number>();
  for (const { count, min, max } of bins) {
    const place = placeOf(Math.sqrt(Math.max(min, Math.exp(low)) * max));
    counts.set(place, (counts.get(place) ?? 0) + count);
  }
  const places = [...counts.keys()];
  const [from, to] = [Math.min(...places), Math.max(...places)];
  let before = values.count - bins.reduce((sum, { count }) => sum + count, 0);
  const bars: Bar[] = [];
  for (let place = from; place <= to; place++) {
    const count = counts.get(place) ?? 0;
    before += count;
    bars.push({
      from: Math.exp(origin + place * step),
      to: Math.exp(origin + (place + 1) * step),
      shareRatio: count / values.count,
      upToRatio: before / values.count,
    });
  }
  return { bars, first: bars[0]?.from ?? 0, last: bars.at(-1)?.to ?? 0 };
}
