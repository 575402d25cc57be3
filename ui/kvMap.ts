import type { BatchView } from "../experiments/watch/batchBook.ts";
import { type Line, span, type Tone } from "./line.ts";
import type { Size } from "./screen.ts";

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Of the running request at this place, here and in its row. */
export function letterOf(place: number): string {
  return place < 0 ? " " : (letters[place % letters.length] ?? " ");
}

interface Share {
  readonly blocks: number;
  readonly glyph: string;
  readonly tone: Tone;
}

/** The KV cache as cells of equally many blocks: each request's share in its letter, side by side. */
export function kvMap({ kv, running }: BatchView, { width, height }: Size): Line[] {
  const cells = width * height;
  const freeBlocks = kv.capacityBlocks - kv.usedBlocks - kv.cachedBlocks;
  const shares: readonly Share[] = [
    ...running.map(({ heldBlocks, place, phase }) => ({
      blocks: heldBlocks,
      glyph: letterOf(place),
      tone: phase === "prefill" ? ("prefill" as const) : ("decode" as const),
    })),
    { blocks: kv.otherBlocks, glyph: "#", tone: "bold" },
    { blocks: kv.cachedBlocks, glyph: "░", tone: "idle" },
    { blocks: freeBlocks, glyph: "·", tone: "dim" },
  ];
  const rows: Line[] = Array.from({ length: height }, () => []);
  let before = 0;
  let drawn = 0;
  for (const { blocks, glyph, tone } of shares) {
    before += blocks;
    const until = Math.round((before / Math.max(1, kv.capacityBlocks)) * cells);
    while (drawn < until) {
      const row = Math.floor(drawn / width);
      const rowEnd = Math.min(until, (row + 1) * width);
      rows[row] = [...(rows[row] ?? []), span(glyph.repeat(rowEnd - drawn), tone)];
      drawn = rowEnd;
    }
  }
  return rows;
}
