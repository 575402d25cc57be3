import { type Line, type Tone, textOf } from "./line.ts";
import type { Size } from "./screen.ts";

export interface Picture {
  readonly text: string;
  readonly svg: string;
}

const cellWidth = 8;
const rowHeight = 17;
const margin = 12;
const background = "#16181d";
const foreground = "#d8dae0";

const fills: Readonly<Record<Tone, string>> = {
  plain: foreground,
  bold: "#ffffff",
  dim: "#8b90a0",
  prefill: "#d883d8",
  decode: "#4cc3d9",
  idle: "#737a8c",
  wasted: "#e0a83c",
  chosen: background,
  alarm: background,
};

/** A screen as it may be mailed, and as it may be looked at. */
export function pictureOf(lines: readonly Line[], { width, height }: Size): Picture {
  const text = lines.map((line) => `${textOf(line).trimEnd()}\n`).join("");
  const size = `width="${width * cellWidth + 2 * margin}" height="${height * rowHeight + 2 * margin}"`;
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13">`,
    `<rect width="100%" height="100%" rx="8" fill="${background}"/>`,
    ...lines.flatMap((line, row) => spansOf(line, margin + row * rowHeight)),
    "</svg>\n",
  ].join("\n");
  return { text, svg };
}

/** Each at its own column and stretched to its cells, whatever font is there. */
function spansOf(line: Line, top: number): string[] {
  let column = 0;
  return line.flatMap(({ text, tone }) => {
    const x = margin + column * cellWidth;
    const wide = text.length * cellWidth;
    column += text.length;
    if (text.trim() === "") return [];
    const isInverse = tone === "chosen" || tone === "alarm";
    const box = `<rect x="${x}" y="${top}" width="${wide}" height="${rowHeight}" fill="${foreground}"/>`;
    const place = `x="${x}" y="${top + 13}" textLength="${wide}" lengthAdjust="spacingAndGlyphs"`;
    const weight = tone === "bold" ? ' font-weight="bold"' : "";
    const words = `<text ${place} fill="${fills[tone]}"${weight} xml:space="preserve">${escaped(text)}</text>`;
    return isInverse ? [box, words] : [words];
  });
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
