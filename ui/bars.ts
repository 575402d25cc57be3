import { type Line, span, type Tone } from "./line.ts";

const eighths = " ▏▎▍▌▋▊▉";

/** A bar of `width` cells, filled to `ratio`. */
export function bar(ratio: number, width: number): string {
  const filled = Math.min(1, Math.max(0, ratio)) * width;
  const whole = Math.floor(filled);
  const rest = whole === width ? "" : (eighths[Math.floor((filled - whole) * 8)] ?? "");
  return `${"█".repeat(whole)}${rest}`.padEnd(width, " ");
}

export interface Part {
  readonly name: string;
  readonly value: number;
  readonly glyph: string;
  readonly tone: Tone;
}

/** Parts of a whole beside each other, each in a pattern of its own. */
export function stacked(parts: readonly Part[], width: number): Line {
  const sum = parts.reduce((total, { value }) => total + value, 0);
  if (sum <= 0) return [span("·".repeat(width), "dim")];
  let before = 0;
  let drawn = 0;
  return parts.map(({ value, glyph, tone }) => {
    before += value;
    const until = Math.round((before / sum) * width);
    const cells = Math.max(0, until - drawn);
    drawn = until;
    return span(glyph.repeat(cells), tone);
  });
}
