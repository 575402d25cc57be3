import { statSync } from "node:fs";
import { join } from "node:path";
import { csvCell } from "../../csvCell.ts";
import { UserError } from "../../errors.ts";
import { isFolder } from "../../files.ts";
import { rowOf } from "../../sweep/journal.ts";
import { type Manifest, readManifest } from "../../sweep/manifest.ts";
import { GrownFile } from "./grownFile.ts";
import { partStates, pointOf, type Source, sourcesIn } from "./sources.ts";
import { SweepBook } from "./sweepBook.ts";
import { SweepPace } from "./sweepPace.ts";
import type { SweepView } from "./view.ts";

interface Followed {
  readonly source: Source;
  readonly file: GrownFile;
  /** Lines of it that were read. */
  lines: number;
}

/** The folder of a sweep that other processes may be writing; each look takes in what is new. */
export class SweepFolder {
  readonly #folder: string;
  #manifest: Manifest;
  #manifestMs: number;
  #book: SweepBook;
  #pace = new SweepPace();
  #followed = new Map<string, Followed>();
  #sources: readonly Source[] = [];
  #state: SweepView["state"] = "reading";
  #shown = "";

  /** @throws UserError where the folder holds no sweep. */
  constructor(folder: string) {
    this.#folder = folder;
    const manifest = isFolder(folder) ? readManifest(folder) : undefined;
    if (manifest === undefined) {
      const message = "holds no sweep: there is no manifest.json";
      const hint = "expected a folder that tokenwatt sweep --out writes or wrote";
      throw new UserError({ place: { file: folder }, message, hint });
    }
    this.#manifest = manifest;
    this.#manifestMs = changedMs(join(folder, "manifest.json")) ?? 0;
    this.#book = new SweepBook(manifest);
  }

  /** Takes in a slice of what is new; true where there is more of it. */
  look(nowMs: number): boolean {
    if (!this.#readManifest()) {
      this.#state = "gone";
      return false;
    }
    this.#sources = sourcesIn(this.#folder, this.#manifest.results !== null);
    if (this.#isDoneAnew()) this.#beginAnew();
    let more = false;
    for (const source of this.#sources) more = this.#take(source) || more;
    if (more) return true;
    this.#pace.note(nowMs, this.#book.done);
    const isWritten = this.#sources.every(({ kind }) => kind === "table");
    this.#state = isWritten && this.#book.done === this.#manifest.points ? "done" : "going";
    return false;
  }

  /** Whether it holds more than the last view told, or other files. */
  get hasChanged(): boolean {
    return this.#shown !== this.#shape;
  }

  /** `wallMs` by the clock that stamps files. */
  view(wallMs: number): SweepView {
    this.#shown = this.#shape;
    const changes = this.#sources.map(({ file }) => changedMs(join(this.#folder, file)) ?? 0);
    const lastMs = Math.max(0, ...changes);
    return {
      ...this.#book.view(),
      state: this.#state,
      quietS: lastMs === 0 ? undefined : Math.max(0, wallMs - lastMs) / 1000,
      ratePerS: this.#state === "going" ? this.#pace.perS : undefined,
      parts: partStates(this.#sources),
    };
  }

  get #shape(): string {
    const files = this.#sources.map(({ file }) => file);
    return [this.#state, this.#book.done, ...files].join(" ");
  }

  /** Whether there is one. */
  #readManifest(): boolean {
    const sinceMs = changedMs(join(this.#folder, "manifest.json"));
    if (sinceMs === undefined) return false;
    if (sinceMs === this.#manifestMs) return true;
    const manifest = readManifest(this.#folder);
    if (manifest === undefined) return false;
    const isOther = manifest.digest !== this.#manifest.digest;
    this.#manifest = manifest;
    this.#manifestMs = sinceMs;
    if (isOther) this.#beginAnew();
    return true;
  }

  /** A table that was read stands no longer for its points, unless it was joined with others. */
  #isDoneAnew(): boolean {
    const files = new Set(this.#sources.map(({ file }) => file));
    if (files.has("results.csv")) return false;
    return [...this.#followed.values()].some(
      ({ source }) => source.kind === "table" && !files.has(source.file),
    );
  }

  #beginAnew(): void {
    this.#book = new SweepBook(this.#manifest);
    this.#pace = new SweepPace();
    this.#followed = new Map();
    this.#state = "reading";
  }

  #take(source: Source): boolean {
    const known = this.#followed.get(source.file);
    const file = known?.file ?? new GrownFile(join(this.#folder, source.file));
    const followed = known ?? { source, file, lines: 0 };
    this.#followed.set(source.file, followed);
    const { lines, isAnew, more } = file.lines();
    if (isAnew) followed.lines = 0;
    for (const line of lines) this.#takeLine(followed, line);
    return more;
  }

  #takeLine(followed: Followed, line: string): void {
    const { source } = followed;
    const row = followed.lines - 1;
    followed.lines++;
    if (source.kind === "journal") {
      const torn = rowOf(line);
      if (torn !== undefined) this.#book.add(torn.index, torn.text);
    } else if (row >= 0) {
      this.#book.add(pointOf(source, row), line);
    } else if (line !== this.#manifest.columns.map(csvCell).join(",")) {
      const place = { file: join(this.#folder, source.file), line: 1 };
      throw new UserError({ place, message: "the columns are not those of this sweep" });
    }
  }
}

/** When a file was last written; undefined where there is none. */
function changedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
