import type { SharedText } from "../../sim/ports.ts";
import type { Tokens } from "../../sim/units.ts";
import { at } from "../at.ts";
import { wholeColumn } from "./growingColumn.ts";

/** What the prompts of a trace begin with, as blocks of equal length; the last may be cut. */
export interface SharedColumns {
  readonly blockTokens: Tokens;
  /** Each stands for its block and all that comes before it. */
  readonly textIds: Uint32Array;
  /** Where the texts of each request begin, and where they end. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

interface SharedBuilder {
  add(textIds: readonly number[]): void;
  columns(blockTokens: Tokens, ordered: (places: Uint32Array) => Uint32Array): SharedColumns;
}

/** For requests of which the first ones share nothing. */
export function sharedBuilder(unsharedRequests: number): SharedBuilder {
  const textIds = wholeColumn();
  const starts = wholeColumn();
  const ends = wholeColumn();
  const add = (ids: readonly number[]) => {
    starts.push(textIds.rows);
    for (const id of ids) textIds.push(id);
    ends.push(textIds.rows);
  };
  for (let i = 0; i < unsharedRequests; i++) add([]);
  return {
    add,
    columns: (blockTokens, ordered) => ({
      blockTokens,
      textIds: textIds.values(),
      starts: ordered(starts.values()),
      ends: ordered(ends.values()),
    }),
  };
}

/** What one prompt begins with: its texts end with it at the latest. */
export function sharedTexts(
  { blockTokens, textIds, starts, ends }: SharedColumns,
  { row, promptTokens }: { readonly row: number; readonly promptTokens: Tokens },
): SharedText[] {
  const texts: SharedText[] = [];
  let left = promptTokens;
  for (let place = at(starts, row); place < at(ends, row); place++) {
    const tokens = Math.min(blockTokens, left);
    texts.push({ textId: at(textIds, place), tokens });
    left -= tokens;
  }
  return texts;
}
