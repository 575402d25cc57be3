/** What a piece of text means; colours only add to what its characters say. */
export type Tone =
  | "plain"
  | "bold"
  | "dim"
  | "prefill"
  | "decode"
  | "idle"
  | "wasted"
  | "chosen"
  | "alarm";

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** A row of the screen. */
export type Line = readonly Span[];

export function span(text: string, tone: Tone = "plain"): Span {
  return { text, tone };
}

/** Of the 16 colours those that are seen on light and dark, and that the colour-blind tell apart. */
const codes: Readonly<Record<Tone, readonly [on: string, off: string]>> = {
  plain: ["", ""],
  bold: ["1", "22"],
  dim: ["2", "22"],
  prefill: ["35", "39"],
  decode: ["36", "39"],
  idle: ["90", "39"],
  wasted: ["33", "39"],
  chosen: ["7", "27"],
  alarm: ["1;7", "22;27"],
};

/** Without colours there is no more than bold, dim and inverse. */
export function ansi(line: Line, hasColours: boolean): string {
  return line
    .map(({ text, tone }) => {
      const [on, off] = codes[tone];
      const isColour = off === "39";
      return on === "" || (isColour && !hasColours) ? text : `\u001b[${on}m${text}\u001b[${off}m`;
    })
    .join("");
}

export function textOf(line: Line): string {
  return line.map(({ text }) => text).join("");
}

/** As much of it as has room. */
export function fitted(line: Line, width: number): Line {
  let left = width;
  return line.flatMap(({ text, tone }) => {
    const part = text.slice(0, Math.max(0, left));
    left -= part.length;
    return part === "" ? [] : [{ text: part, tone }];
  });
}

/** The second at the right edge. */
export function spread(left: Line, right: Line, width: number): Line {
  const room = width - textOf(left).length - textOf(right).length;
  return room < 1 ? left : [...left, span(" ".repeat(room)), ...right];
}

/** The right ones from column `width` on. */
export function beside(left: readonly Line[], right: readonly Line[], width: number): Line[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => {
    const line = fitted(left[row] ?? [], width);
    return [...line, span(" ".repeat(width - textOf(line).length)), ...(right[row] ?? [])];
  });
}
