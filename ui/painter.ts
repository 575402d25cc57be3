import type { Size } from "./screen.ts";

const begin = "\u001b[?2026h";
const end = "\u001b[?2026l";

/**
 * Draws frames by the rows that changed: nothing flickers, and what a terminal keeps of before is not
 * cleared, as ink does where a frame fills the screen.
 */
export class Painter {
  #rows: readonly string[] = [];
  #size: Size = { width: 0, height: 0 };

  /** What makes of the last frame this one; empty where they are the same. */
  paint(frame: string, size: Size): string {
    const isResized = size.width !== this.#size.width || size.height !== this.#size.height;
    const before = isResized ? [] : this.#rows;
    const rows = frame.split("\n").slice(0, size.height);
    const count = Math.max(rows.length, before.length);
    const changed = Array.from({ length: count }, (_, place) => place)
      .filter((place) => isResized || rows[place] !== before[place])
      // Erased first: behind a row of full width the cursor still stands on its last cell.
      .map((place) => `\u001b[${place + 1};1H\u001b[2K${rows[place] ?? ""}`);
    this.#rows = rows;
    this.#size = size;
    const cleared = isResized ? "\u001b[2J" : "";
    return changed.length === 0 && !isResized
      ? ""
      : `${begin}${cleared}${changed.join("")}\u001b[m${end}`;
  }
}
