import { UserError } from "../errors.ts";

/** Which points of a sweep a process does: point k belongs to shard k mod n + 1. */
export interface Part {
  /** From 1. */
  readonly shard: number;
  readonly shards: number;
}

/** All of them. */
export const whole: Part = { shard: 1, shards: 1 };

const mostShards = 100_000;

/** "2/8". @throws UserError */
export function parsePart(text: string): Part {
  const [, first = "", second = ""] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  const shard = Number(first);
  const shards = Number(second);
  if (first !== "" && shard >= 1 && shard <= shards && shards <= mostShards) {
    return { shard, shards };
  }
  throw new UserError({
    place: { file: `--shard ${text}` },
    message: `expected i/n with i from 1 to n, and n no more than ${mostShards}`,
  });
}

/** How many of `points` are its own. */
export function countIn({ shard, shards }: Part, points: number): number {
  return Math.max(0, Math.ceil((points - shard + 1) / shards));
}

/** The index of its point at `place`, both from 0. */
export function indexIn({ shard, shards }: Part, place: number): number {
  return place * shards + shard - 1;
}

/** Where a point stands in the part; undefined where it is another's. */
export function placeIn({ shard, shards }: Part, index: number): number | undefined {
  return index % shards === shard - 1 ? (index - shard + 1) / shards : undefined;
}

/** Its files' name, without ending. */
export function shardName({ shard, shards }: Part): string {
  return `shard-${shard}-of-${shards}`;
}
