/** Three digits and a prefix, as 3.42 k. */
export function short(value: number, unit = ""): string {
  const size = Math.abs(value);
  if (size === 0) return `0 ${unit}`.trimEnd();
  const scales = [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
    [1, ""],
    [1e-3, "m"],
    [1e-6, "µ"],
  ] as const;
  const [scale, prefix] =
    scales.find(([least]) => size >= least * 0.9995) ?? ([1e-6, "µ"] as const);
  const text = `${digits(value / scale)} ${prefix}${unit}`;
  return text.trimEnd();
}

/** A time as people say it: 82 ms, 1.25 s, 3 min 20 s. */
export function duration(seconds: number | undefined): string {
  if (seconds === undefined) return "–";
  if (seconds < 1) return `${digits(seconds * 1000)} ms`;
  if (seconds < 120) return `${digits(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  const rest = Math.floor(seconds - minutes * 60);
  if (minutes < 120) return `${minutes} min ${rest} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function percent(ratio: number): string {
  return `${(100 * ratio).toFixed(ratio < 0.0995 && ratio > 0 ? 1 : 0)} %`;
}

function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}
