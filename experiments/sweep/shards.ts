import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { basename, join } from "node:path";
import { UserError } from "../errors.ts";
import { fileLines } from "../fileLines.ts";
import { attempted, exists } from "../files.ts";
import { columnsOf } from "./columns.ts";
import { countIn, indexIn, type Part, shardName } from "./part.ts";
import { pointAt, pointCount, type Sweep } from "./points.ts";
import { rowFields } from "./row.ts";
import { headerOf } from "./tables.ts";

/** The shards of which a folder has the table. */
export function shardsIn(folder: string): Part[] {
  return readdirSync(folder).flatMap((file) => {
    const [, shard, shards] = /^shard-(\d{1,9})-of-(\d{1,9})\.csv$/.exec(file) ?? [];
    return shard === undefined ? [] : [{ shard: Number(shard), shards: Number(shards) }];
  });
}

/** The reason why a shard is not whole; undefined where it is. */
export function shardFaults(folder: string, part: Part, sweep: Sweep): string | undefined {
  const name = join(folder, shardName(part));
  const missing = [`${name}.csv`, `${name}.parquet`].find((file) => !exists(file));
  if (missing !== undefined) return `${missing} is missing`;
  try {
    for (const _ of shardLines(folder, part, sweep));
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/**
 * The lines of a shard, each checked to be of the point that comes next.
 * @throws UserError naming the line that is not.
 */
export function* shardLines(folder: string, part: Part, sweep: Sweep): Generator<string> {
  const path = join(folder, `${shardName(part)}.csv`);
  const columns = columnsOf(sweep);
  const spec = columns.findIndex(({ name }) => name === "spec");
  const count = countIn(part, pointCount(sweep));
  const lines = linesOf(path);
  let line = 1;
  const wrong = (message: string) => new UserError({ place: { file: path, line }, message });
  try {
    const header = lines.next();
    if (header.done === true || header.value !== headerOf(columns)) {
      throw wrong("the columns are not those of this sweep");
    }
    for (let place = 0; place < count; place++) {
      line++;
      const next = lines.next();
      if (next.done === true || next.value === "") {
        throw wrong(`ends after ${place} of its ${count} rows`);
      }
      const found = rowFields(next.value, path)[spec] ?? "";
      const expected = pointAt(sweep, indexIn(part, place));
      if (found !== expected.spec) throw wrong(misplaced(sweep, found, expected.index));
      yield next.value;
    }
    line++;
    const rest = lines.next();
    if (rest.done !== true && rest.value !== "") {
      throw wrong(misplaced(sweep, rowFields(rest.value, path)[spec] ?? "", pointCount(sweep)));
    }
  } finally {
    lines.return(undefined);
  }
}

/** What is wrong with a row that is not of the point `expected`. */
function misplaced(sweep: Sweep, spec: string, expected: number): string {
  const points = pointCount(sweep);
  for (let index = 0; index < points; index++) {
    if (pointAt(sweep, index).spec !== spec) continue;
    const named = `point ${index + 1} (${pointText(sweep, index)})`;
    return index < expected
      ? `a second row for ${named}`
      : `the row of ${named} stands where point ${expected + 1} belongs`;
  }
  return `a row that is of no point of this sweep (spec ${spec === "" ? "missing" : spec})`;
}

/** "cluster.gpu=L40S, engine.max_num_seqs=8" */
function pointText(sweep: Sweep, index: number): string {
  const { values, replication } = pointAt(sweep, index);
  const paths = sweep.axes.flatMap((axis) => axis.paths);
  const texts = paths.map((path, place) => {
    const value = values[place];
    return `${path}=${typeof value === "string" ? value : JSON.stringify(value)}`;
  });
  return [...texts, ...(sweep.replications > 1 ? [`replication=${replication}`] : [])].join(", ");
}

const chunkBytes = 1 << 16;

/** Many shards are read side by side: each keeps little, and no file open. */
function linesOf(path: string): Generator<string> {
  return fileLines(path, {}, chunksOf(path));
}

function* chunksOf(path: string): Generator<Uint8Array> {
  const memory = Buffer.alloc(chunkBytes);
  for (let place = 0; ; ) {
    const bytes = attempted(
      () => {
        const file = openSync(path, "r");
        try {
          return readSync(file, memory, 0, chunkBytes, place);
        } finally {
          closeSync(file);
        }
      },
      { path: basename(path), blame: {} },
    );
    if (bytes === 0) return;
    place += bytes;
    yield memory.subarray(0, bytes);
  }
}
