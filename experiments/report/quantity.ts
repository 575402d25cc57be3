const prefixes = [
  { factor: 1e15, name: "P" },
  { factor: 1e12, name: "T" },
  { factor: 1e9, name: "G" },
  { factor: 1e6, name: "M" },
  { factor: 1e3, name: "k" },
  { factor: 1, name: "" },
  { factor: 1e-3, name: "m" },
  { factor: 1e-6, name: "µ" },
  { factor: 1e-9, name: "n" },
] as const;

/** What stands for a figure that is not known. */
export const unknownText = "–";

/** Three significant digits with an SI prefix: 0.0412 J is 41.2 mJ. */
export function si(value: number | null, unit: string): string {
  if (value === null) return unknownText;
  if (value === 0) return `0 ${unit}`.trimEnd();
  const prefix = prefixOf(value);
  return `${digits(value / prefix.factor)} ${prefix.name}${unit}`.trimEnd();
}

function prefixOf(value: number): { readonly factor: number; readonly name: string } {
  // Half a unit in the third digit rounds up into the next prefix: 999.6 J is 1.00 kJ.
  const size = Math.abs(value) * 1.0005;
  return prefixes.find(({ factor }) => size >= factor) ?? { factor: 1e-9, name: "n" };
}

/** Both ends to two digits, in the unit with which `si` shows `value`: "330-470" beside 392 mJ. */
export function range([low, high]: readonly [number, number], value: number): string {
  const { factor } = prefixOf(value);
  return `${twoDigits(low / factor)}-${twoDigits(high / factor)}`;
}

function twoDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 9.95) return grouped(Number(value.toPrecision(2)));
  return size === 0 ? "0" : value.toFixed(size >= 0.995 ? 1 : 2);
}

/** Three significant digits below 1000, whole numbers with separators above. */
export function digits(value: number | null): string {
  if (value === null) return unknownText;
  const size = Math.abs(value);
  if (size >= 999.5) return grouped(Math.round(value));
  if (size === 0) return "0";
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size * 1.0005)));
  return value.toFixed(Math.min(decimals, 6));
}

/** 1234567 is 1,234,567. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count: whole below 10,000, then with an SI prefix. */
export function count(value: number): string {
  return value < 10_000 ? grouped(value) : si(value, "");
}

/** Parts of one as whole percent, or with a digit below 10 %. */
export function percent(ratio: number | null): string {
  if (ratio === null) return unknownText;
  const value = ratio * 100;
  if (value === 0) return "0 %";
  if (value < 0.05) return "<0.1 %";
  return `${value < 9.95 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** 38.2 ms, 12.0 s, 59 min 58 s, 26 h 03 min. */
export function duration(seconds: number): string {
  if (seconds < 60) return si(seconds, "s");
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${grouped(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
