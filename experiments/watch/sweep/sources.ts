import { readdirSync } from "node:fs";
import { indexIn, type Part, whole } from "../../sweep/part.ts";
import type { PartState } from "./view.ts";

/** A file of rows, of the whole sweep or of a shard. */
export interface Source {
  readonly file: string;
  readonly part: Part;
  /** Rows come as they end, or in the order of the grid. */
  readonly kind: "journal" | "table";
}

/**
 * Where the rows of a sweep are. Beside a journal a table is of an earlier run of the same points, which
 * are being done anew; `hasResults` says whether the whole table is one of the sweep.
 */
export function sourcesIn(folder: string, hasResults: boolean): readonly Source[] {
  const files = readdirSync(folder);
  const shards = files.flatMap((file): Source[] => {
    const [, shard, shards, ending] =
      /^shard-(\d{1,9})-of-(\d{1,9})\.(csv|journal\.log)$/.exec(file) ?? [];
    const part = { shard: Number(shard), shards: Number(shards) };
    if (shard === undefined || part.shard < 1 || part.shard > part.shards) return [];
    return [{ file, part, kind: ending === "csv" ? "table" : "journal" }];
  });
  const journals = new Set(
    shards.filter(({ kind }) => kind === "journal").map(({ part }) => keyOf(part)),
  );
  const current = shards.filter(
    ({ kind, part }) => kind === "journal" || !journals.has(keyOf(part)),
  );
  if (files.includes("journal.log")) {
    return [{ file: "journal.log", part: whole, kind: "journal" }, ...current];
  }
  const isMerged = hasResults && files.includes("results.csv") && journals.size === 0;
  return isMerged ? [{ file: "results.csv", part: whole, kind: "table" }] : current;
}

/** The index of the point in row `row` of a table, its header not counted. */
export function pointOf({ part }: Source, row: number): number {
  return indexIn(part, row);
}

function keyOf({ shard, shards }: Part): string {
  return `${shard}/${shards}`;
}

/** How the shards stand; none where there are none, or where their rows are joined. */
export function partStates(sources: readonly Source[]): readonly PartState[] {
  const ofShards = sources.filter(({ part }) => part !== whole);
  const shards = ofShards[0]?.part.shards ?? 0;
  const states = new Map(ofShards.map(({ part, kind }) => [part.shard, kind]));
  return Array.from({ length: shards }, (_, place) => {
    const kind = states.get(place + 1);
    const state = kind === undefined ? "waits" : kind === "journal" ? "going" : "done";
    return { shard: place + 1, state };
  });
}
