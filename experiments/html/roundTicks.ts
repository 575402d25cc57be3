/** Multiples of 1, 2 or 5 times a power of ten between two figures, about `wanted` of them. */
export function roundTicks(from: number, to: number, wanted: number): number[] {
  const width = (to - from) / wanted;
  if (!(width > 0)) return [from];
  const power = 10 ** Math.floor(Math.log10(width));
  const step = ([1, 2, 5].find((times) => times * power >= width) ?? 10) * power;
  const ticks: number[] = [];
  for (let place = Math.ceil(from / step - 1e-9); place * step <= to * (1 + 1e-9); place++) {
    ticks.push(Number((place * step).toPrecision(12)));
  }
  return ticks;
}
