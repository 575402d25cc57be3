/** Statistics of samples, for comparison with what a law or a source says. */

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? Number.NaN;
  return sum / values.length;
}

/** Of the population, as the sources give it. */
export function std(values: ArrayLike<number>): number {
  const center = mean(values);
  return Math.sqrt(mean(Array.from(values, (value) => (value - center) ** 2)));
}

export function standardErrors(values: ArrayLike<number>, expectedMean: number): number {
  return Math.abs(mean(values) - expectedMean) / (std(values) / Math.sqrt(values.length));
}

/** Linear between the neighbours, as numpy does. */
export function quantile(values: ArrayLike<number>, ratio: number): number {
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * ratio;
  const below = sorted[Math.floor(position)] ?? Number.NaN;
  const above = sorted[Math.ceil(position)] ?? Number.NaN;
  return below + (position - Math.floor(position)) * (above - below);
}

export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  const products = Array.from(x, (value, i) => (value - meanX) * ((y[i] ?? Number.NaN) - meanY));
  return mean(products) / (std(x) * std(y));
}

export function gapsOf(timesS: ArrayLike<number>): number[] {
  return Array.from(timesS, (timeS, i) => timeS - (timesS[i - 1] ?? timeS)).slice(1);
}

/** Coefficient of variation. */
export function cv(values: ArrayLike<number>): number {
  return std(values) / mean(values);
}
