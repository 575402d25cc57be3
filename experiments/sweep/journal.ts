import {
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { RunError, UserError } from "../errors.ts";
import { fileReason } from "../files.ts";
import { fnv1a } from "../fnv1a.ts";
import type { PointRow } from "./simulatePoint.ts";

/** What a power cut may cost, in milliseconds of work. */
const syncEveryMs = 1000;

/** Which points a journal may hold: places count from 0 without gaps. */
export interface JournalPoints {
  readonly count: number;
  /** Undefined where the row is of none of them. */
  placeOf(row: PointRow): number | undefined;
}

/**
 * The rows of an unfinished sweep in the order in which they came: a file that only grows. Each line
 * carries a checksum, so that a torn one is told from a whole one wherever the power went.
 * In memory are two numbers for each point. Another process may add rows of the same points, as a job
 * that is requeued while a lost node still runs it: they count, too.
 */
export class Journal {
  readonly #path: string;
  readonly #file: number;
  readonly #points: JournalPoints;
  /** Where a point's line begins, and its bytes: 0 where there is none. */
  readonly #offsets: Float64Array;
  readonly #lengths: Uint32Array;
  #bytes = 0;
  #syncedMs = performance.now();
  #rows = 0;
  #failed = 0;

  /** @throws UserError where the file can't be opened. */
  constructor(path: string, points: JournalPoints) {
    this.#path = path;
    this.#points = points;
    this.#offsets = new Float64Array(points.count);
    this.#lengths = new Uint32Array(points.count);
    try {
      this.#file = openSync(path, "a+");
    } catch (error) {
      throw new UserError({ message: `${path}: cannot be written: ${fileReason(error)}` });
    }
    this.#recover();
  }

  get rows(): number {
    return this.#rows;
  }

  get failed(): number {
    return this.#failed;
  }

  has(place: number): boolean {
    return (this.#lengths[place] ?? 0) > 0;
  }

  /** @throws RunError where there is no room; what was written before stays readable. */
  append(row: PointRow): void {
    const bytes = Buffer.from(lineOf(row), "utf8");
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.#file, bytes, done);
      if (performance.now() - this.#syncedMs > syncEveryMs) this.#sync();
    } catch (error) {
      this.#dropTail();
      throw new RunError(
        `${this.#path}: cannot be written: ${fileReason(error)}; ` +
          `${this.#rows} rows are kept, and --resume goes on from them`,
      );
    }
    if (fstatSync(this.#file).size === this.#bytes + bytes.length) {
      this.#note(row, bytes.length - 1);
      this.#bytes += bytes.length;
    } else {
      this.#readOn();
    }
  }

  /** The table's line of a point that is there. */
  textAt(place: number): string {
    const bytes = Buffer.alloc(this.#lengths[place] ?? 0);
    let read = 0;
    while (read < bytes.length) {
      const more = readSync(
        this.#file,
        bytes,
        read,
        bytes.length - read,
        (this.#offsets[place] ?? 0) + read,
      );
      if (more === 0) break;
      read += more;
    }
    const row = rowOf(bytes.toString("utf8"));
    if (row === undefined) throw new RunError(`${this.#path}: changed while it was read`);
    return row.text;
  }

  close(): void {
    try {
      this.#sync();
    } catch {
      // A full disk has been told of by then.
    }
    closeSync(this.#file);
  }

  #sync(): void {
    fdatasyncSync(this.#file);
    this.#syncedMs = performance.now();
  }

  #note(row: PointRow, length: number): void {
    const place = this.#points.placeOf(row);
    if (place === undefined || this.has(place)) return;
    this.#offsets[place] = this.#bytes;
    this.#lengths[place] = length;
    this.#rows++;
    if (row.isFailed) this.#failed++;
  }

  /** Takes in what is whole, and cuts off what was torn at the end. */
  #recover(): void {
    this.#readOn();
    this.#dropTail();
  }

  /** Notes the rows that come after those that are known. */
  #readOn(): void {
    const memory = Buffer.alloc(1 << 20);
    let rest = Buffer.alloc(0);
    let wholeBytes = this.#bytes;
    for (let place = this.#bytes; ; ) {
      const bytes = readSync(this.#file, memory, 0, memory.length, place);
      if (bytes === 0) break;
      place += bytes;
      rest = Buffer.concat([rest, memory.subarray(0, bytes)]);
      let start = 0;
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
        const row = rowOf(rest.subarray(start, end).toString("utf8"));
        if (row !== undefined) {
          this.#note(row, end - start);
          wholeBytes = this.#bytes + end - start + 1;
        }
        this.#bytes += end - start + 1;
        start = end + 1;
      }
      rest = Buffer.from(rest.subarray(start));
    }
    this.#bytes = wholeBytes;
  }

  #dropTail(): void {
    try {
      ftruncateSync(this.#file, this.#bytes);
    } catch {
      // The next start drops it.
    }
  }
}

/** "checksum point spec status row" */
function lineOf({ index, spec, isFailed, text }: PointRow): string {
  const body = `${index} ${spec} ${isFailed ? "failed" : "ok"} ${text}`;
  return `${checksum(body)} ${body}\n`;
}

/** Undefined where a line is torn, or none of a journal. */
export function rowOf(line: string): PointRow | undefined {
  const parts = /^([0-9a-f]{8}) ((\d+) (\w+) (ok|failed) (.*))$/.exec(line);
  if (parts === null) return undefined;
  const [, sum = "", body = "", index = "", spec = "", status = "", text = ""] = parts;
  if (checksum(body) !== sum) return undefined;
  return { index: Number(index), spec, isFailed: status === "failed", text };
}

function checksum(text: string): string {
  return fnv1a(text).toString(16).padStart(8, "0");
}
