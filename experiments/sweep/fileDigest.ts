import { createHash, type Hash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { attempted } from "../files.ts";

const chunkBytes = 1 << 18;

/** SHA-256 of a file of any size. */
export function fileDigest(path: string): string {
  const hash = createHash("sha256");
  hashFile(hash, path);
  return hash.digest("hex");
}

export function hashFile(hash: Hash, path: string): void {
  attempted(
    () => {
      const file = openSync(path, "r");
      try {
        const memory = Buffer.alloc(chunkBytes);
        for (let bytes = readSync(file, memory); bytes > 0; bytes = readSync(file, memory)) {
          hash.update(memory.subarray(0, bytes));
        }
      } finally {
        closeSync(file);
      }
    },
    { path, blame: {} },
  );
}
