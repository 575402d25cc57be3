import { join } from "node:path";
import { UserError } from "../errors.ts";
import { isFolder } from "../files.ts";
import { tokenwattVersion } from "../package.ts";
import { columnsOf } from "./columns.ts";
import { type Manifest, readManifest, resultsOf, writeManifest } from "./manifest.ts";
import { dropLeftovers } from "./outputFolder.ts";
import { type Part, shardName } from "./part.ts";
import { pointCount, type Sweep } from "./points.ts";
import { shardLines, shardsIn } from "./shards.ts";
import { type Written, writeTables } from "./tables.ts";

export interface Merged {
  readonly shards: number;
  readonly written: Written;
  readonly files: readonly string[];
}

/**
 * Makes the results of a sweep out of its shards, which stay.
 * @throws UserError naming the shards that are missing, and rows that don't belong.
 */
export function mergeShards(folder: string): Merged {
  const manifest = manifestIn(folder);
  const sweep = sweepIn(manifest);
  const shards = wholeSet(folder);
  dropLeftovers(folder, ["results", "manifest"]);
  const tables = join(folder, "results");
  const written = writeTables(tables, columnsOf(sweep), mergedLines(folder, shards, sweep));
  writeManifest(folder, { ...manifest, results: resultsOf(written) });
  return { shards, written, files: [`${tables}.csv`, `${tables}.parquet`] };
}

function manifestIn(folder: string): Manifest {
  const manifest = isFolder(folder) ? readManifest(folder) : undefined;
  if (manifest === undefined) {
    const message = "holds no sweep: there is no manifest.json";
    throw new UserError({ place: { file: folder }, message });
  }
  const { tokenwatt_version: version } = manifest;
  if (version === tokenwattVersion()) return manifest;
  const message = `was written by tokenwatt ${version}; this is ${tokenwattVersion()}`;
  throw new UserError({ place: { file: folder }, message });
}

function sweepIn({ sweep }: Manifest): Sweep {
  const { base, axes, replications, inputs_digest: inputsDigest } = sweep;
  return { base, axes, replications, inputsDigest };
}

/** How many shards there are, all of them present. */
function wholeSet(folder: string): number {
  const found = shardsIn(folder);
  const [first] = found;
  if (first === undefined) {
    const message = "holds no shards; expected shard-1-of-n.csv to shard-n-of-n.csv";
    throw new UserError({ place: { file: folder }, message });
  }
  const other = found.find(({ shards }) => shards !== first.shards);
  if (other !== undefined) {
    const message =
      `two rows for one point: ${shardName(first)} and ${shardName(other)} part the sweep ` +
      "differently; remove those of one";
    throw new UserError({ place: { file: folder }, message });
  }
  const { shards } = first;
  const present = new Set(found.map(({ shard }) => shard));
  const missing = Array.from({ length: shards }, (_, place) => place + 1).filter(
    (shard) => !present.has(shard),
  );
  if (missing.length > 0) throw absent(folder, missing, shards);
  return shards;
}

const mostNamed = 20;

function absent(folder: string, missing: readonly number[], shards: number): UserError {
  const named = missing.slice(0, mostNamed).map((shard) => shardName({ shard, shards }));
  const more = missing.length > mostNamed ? ` and ${missing.length - mostNamed} more` : "";
  return new UserError({
    place: { file: folder },
    message: `${missing.length} of ${shards} shards are missing: ${named.join(", ")}${more}`,
    hint: `tokenwatt sweep SWEEP.yaml --shard ${missing[0]}/${shards} --resume --out ${folder}`,
  });
}

/** One line of each shard in turn is the order of the grid. */
function* mergedLines(folder: string, shards: number, sweep: Sweep): Generator<string> {
  const parts = Array.from({ length: shards }, (_, place): Part => ({ shard: place + 1, shards }));
  const lines = parts.map((part) => shardLines(folder, part, sweep));
  try {
    for (let left = pointCount(sweep); left > 0; ) {
      for (const line of lines) {
        const next = line.next();
        if (next.done === true) continue;
        left--;
        yield next.value;
      }
    }
    // Each says so where it has rows of its own left over.
    for (const line of lines) line.next();
  } finally {
    for (const line of lines) line.return(undefined);
  }
}
