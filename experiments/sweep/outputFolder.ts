import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../errors.ts";
import { isFolder, isLeftOf, makeFolder } from "../files.ts";
import { tokenwattVersion } from "../package.ts";
import { hasResults, type Manifest, manifestOf, readManifest, writeManifest } from "./manifest.ts";
import { type Part, shardName } from "./part.ts";
import { shardFaults } from "./shards.ts";
import type { LoadedSweep } from "./sweepFile.ts";

/** What a folder knows of a sweep before it goes on. */
export interface Claim {
  /** Whether all of the part's rows are there, in their last form. */
  readonly isDone: boolean;
  /** Of the part's tables, without their endings. */
  readonly tables: string;
  readonly journal: string;
}

/**
 * Makes a folder this sweep's, or finds that it is.
 * @throws UserError where it holds another sweep, or tables that nobody can tell the origin of.
 */
export function claimFolder(out: string, loaded: LoadedSweep, part: Part): Claim {
  const name = part.shards === 1 ? "results" : shardName(part);
  const tables = join(out, name);
  const journal = join(out, part.shards === 1 ? "journal.log" : `${name}.journal.log`);
  // Before the manifest is looked for: another shard may begin now, and its manifest comes first.
  const files = isFolder(out) ? readdirSync(out) : [];
  const known = isFolder(out) ? readManifest(out) : undefined;
  if (known === undefined) {
    refuseStrangers(out, files);
    makeFolder(out);
    writeManifest(out, manifestOf(loaded, undefined));
  } else {
    refuseOther(out, known, loaded);
    // Other shards may be about to write theirs of the manifest.
    dropLeftovers(out, part.shards === 1 ? ["results", "manifest"] : [name]);
  }
  const isDone = known !== undefined && isComplete(out, { known, loaded, part });
  return { isDone, tables, journal };
}

interface Known {
  readonly known: Manifest;
  readonly loaded: LoadedSweep;
  readonly part: Part;
}

function isComplete(out: string, { known, loaded, part }: Known): boolean {
  if (part.shards === 1) return hasResults(out, known);
  return shardFaults(out, part, loaded.sweep) === undefined;
}

function refuseOther(out: string, known: Manifest, { digest, name }: LoadedSweep): void {
  const { sweep_file: file, points, digest: other, tokenwatt_version: version } = known;
  const what = `${file}, ${points} points, digest ${other.slice(0, 12)}`;
  if (other !== digest) {
    throw new UserError({
      place: { file: out },
      message: `holds another sweep: ${what}; this one (${name}) has digest ${digest.slice(0, 12)}`,
      hint: "name another folder with --out",
    });
  }
  if (version === tokenwattVersion()) return;
  throw new UserError({
    place: { file: out },
    message: `holds this sweep by tokenwatt ${version} (${what}); this is ${tokenwattVersion()}`,
    hint: "name another folder with --out: rows of two versions don't compare",
  });
}

/** Tables without a manifest are somebody else's, and would be replaced. */
function refuseStrangers(out: string, files: readonly string[]): void {
  const ours =
    /^(results\.(csv|parquet)|shard-\d+-of-\d+\.(csv|parquet|journal\.log)|journal\.log)$/;
  const stranger = files.find((file) => ours.test(file));
  if (stranger === undefined) return;
  throw new UserError({
    place: { file: out },
    message: `holds ${stranger}, but no manifest.json that tells which sweep it is of`,
    hint: "name another folder with --out",
  });
}

/** What a killed process had pending under these names. */
export function dropLeftovers(out: string, names: readonly string[]): void {
  const files = names.flatMap((name) => [".csv", ".parquet", ".json"].map((end) => name + end));
  for (const file of readdirSync(out)) {
    if (files.some((one) => isLeftOf(one, file))) rmSync(join(out, file), { force: true });
  }
}
