import { join } from "node:path";
import { csvLines } from "../csvTable.ts";
import { UserError } from "../errors.ts";
import { exists, readText } from "../files.ts";
import { hasResults, type Manifest, readManifest } from "../sweep/manifest.ts";

/** The finished sweep of a folder. */
export interface StoredSweep {
  readonly manifest: Manifest;
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** More would be a page that no browser opens gladly. */
const mostRows = 20_000;

/** @throws UserError where the folder holds no finished sweep, or rows that are not those of its manifest. */
export function readSweep(folder: string): StoredSweep {
  const place = { file: folder };
  const manifest = readManifest(folder);
  if (manifest === undefined) {
    const message = "holds no sweep: there is no manifest.json";
    throw new UserError({ place, message, hint: "expected what tokenwatt sweep --out wrote" });
  }
  const path = join(folder, "results.csv");
  if (manifest.results === null || !exists(path)) {
    const hint = "tokenwatt sweep --resume finishes a sweep, tokenwatt merge joins its shards";
    throw new UserError({ place, message: "holds a sweep without results.csv", hint });
  }
  if (!hasResults(folder, manifest)) {
    const message =
      "is not the table that manifest.json beside it tells of: one of them was changed";
    throw new UserError({ place: { file: path }, message });
  }
  if (manifest.results.rows > mostRows) {
    const message = `has ${manifest.results.rows} rows; a page holds up to ${mostRows}`;
    const hint = `tokenwatt query ${folder} 'select …' narrows them`;
    throw new UserError({ place: { file: path }, message, hint });
  }
  const [header, ...lines] = csvLines(readText(path, {}), path);
  const names = header?.fields ?? [];
  const rows = lines.map(({ line, fields }) => {
    if (fields.length === names.length) {
      return Object.fromEntries(names.map((name, column) => [name, fields[column] ?? ""]));
    }
    const message = `expected ${names.length} fields, found ${fields.length}`;
    throw new UserError({ place: { file: path, line }, message });
  });
  return { manifest, rows };
}
