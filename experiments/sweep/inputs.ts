import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { isFolder } from "../files.ts";
import { hashFile } from "./fileDigest.ts";
import { canonical, sha256 } from "./points.ts";

/** A file, or a folder, whose content the results depend on. */
export interface Input {
  /** As seen from the sweep's folder. */
  readonly path: string;
  readonly sha256: string;
}

export function inputOf(path: string, folder: string): Input {
  const hash = createHash("sha256");
  for (const file of filesIn(path)) {
    hash.update(`${relative(path, file)}\n`);
    hashFile(hash, file);
  }
  const near = relative(folder, path);
  return { path: isAbsolute(near) ? path : near, sha256: hash.digest("hex") };
}

export function inputsDigest(inputs: readonly Input[]): string {
  return sha256(canonical(inputs.map(({ path, sha256 }) => [path, sha256])));
}

function filesIn(path: string): string[] {
  if (!isFolder(path)) return [path];
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name)).sort();
}
