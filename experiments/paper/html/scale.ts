/** From figures to places on a picture. */
export interface Scale {
  readonly place: (value: number) => number;
  readonly ticks: readonly number[];
}

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Logarithmic, with ticks at powers of `base` that lie inside. */
export function logScale(values: readonly number[], { from, to }: Span, base: 2 | 10): Scale {
  const log = base === 2 ? Math.log2 : Math.log10;
  const low = log(Math.min(...values));
  const high = log(Math.max(...values));
  const margin = high > low ? 0.04 * (high - low) : 0.5;
  const [first, last] = [low - margin, high + margin];
  const place = (value: number) => from + ((log(value) - first) / (last - first)) * (to - from);
  const decades = last - first;
  // Few decades have ticks between: at 2 and 5, else the axis has one mark or none.
  const steps = base === 10 && decades < 2.2 ? [1, 2, 5] : [1];
  const stride = base === 2 && decades > 9 ? 2 : 1;
  const ticks: number[] = [];
  for (let power = Math.floor(first); power <= last; power += 1) {
    if (power % stride !== 0) continue;
    for (const step of steps) {
      const tick = step * base ** power;
      if (log(tick) >= first && log(tick) <= last) ticks.push(tick);
    }
  }
  return { place, ticks };
}

/** Even, with some six round ticks; zero is always on it. */
export function evenScale(values: readonly number[], { from, to }: Span): Scale {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const step = roundStep((high - low) / 5 || 1);
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const place = (value: number) =>
    from + ((value / step - first) / Math.max(1, last - first)) * (to - from);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
  return { place, ticks };
}

/** 1, 2 or 5 times a power of ten. */
function roundStep(width: number): number {
  const power = 10 ** Math.floor(Math.log10(width));
  const step = [1, 2, 5, 10].find((times) => times * power >= width) ?? 10;
  return step * power;
}
