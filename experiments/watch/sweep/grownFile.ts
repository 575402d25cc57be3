import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { attempted } from "../../files.ts";

/** More is left for the next turn, so that keys are heard meanwhile. */
const sliceBytes = 1 << 20;

/** The lines of a file that another process writes: each look reads what came since the last one. */
export class GrownFile {
  readonly path: string;
  #offset = 0;
  #inode: number | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Whole lines that are new, up to a slice of them; none where the file is gone. Half a line at the end is
   * read when its end is there. A file that was replaced or cut is read anew.
   */
  lines(): { readonly lines: readonly string[]; readonly isAnew: boolean; readonly more: boolean } {
    const file = opened(this.path);
    if (file === undefined) return { lines: [], isAnew: false, more: false };
    try {
      const { size, ino } = fstatSync(file);
      const isAnew = this.#inode !== undefined && (ino !== this.#inode || size < this.#offset);
      if (isAnew) this.#offset = 0;
      this.#inode = ino;
      return { ...this.#slice(file, size), isAnew };
    } finally {
      closeSync(file);
    }
  }

  #slice(file: number, size: number) {
    const left = size - this.#offset;
    for (let wanted = sliceBytes; ; wanted *= 2) {
      const memory = Buffer.alloc(Math.min(wanted, left));
      const read = readSync(file, memory, 0, memory.length, this.#offset);
      const end = memory.subarray(0, read).lastIndexOf(10);
      if (end >= 0) {
        this.#offset += end + 1;
        return {
          lines: memory.toString("utf8", 0, end).split("\n"),
          more: end + 1 < left && wanted < left,
        };
      }
      // A line longer than a slice is read in one piece; one without an end is still being written.
      if (memory.length === left) return { lines: [], more: false };
    }
  }
}

/** Undefined where there is none. */
function opened(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code === "ENOENT";
    if (isGone) return undefined;
    return attempted(
      () => {
        throw error;
      },
      { path, blame: {} },
    );
  }
}
