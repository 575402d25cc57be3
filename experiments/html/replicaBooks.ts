import type { RequestRecord } from "../../sim/request.ts";
import type { RunRecord } from "../../sim/runRecord.ts";
import { ratio } from "../report/ratios.ts";

/** What a replica did, added up while it runs. */
interface Book {
  readonly replica: number;
  busyS: number;
  seqS: number;
  stepsJ: number;
  kvPeakRatio: number;
  mostWaiting: number;
  ended: number;
  outputTokens: number;
  ttftMs: number;
  ttfts: number;
  tpotMs: number;
  tpots: number;
}

/** A row of the table of replicas. */
export interface ReplicaRow {
  readonly replica: number;
  readonly completed: number;
  readonly outputTokens: number;
  readonly ttftMs: number | null;
  readonly tpotMs: number | null;
  readonly busyRatio: number | null;
  readonly batch: number | null;
  readonly kvPeakRatio: number;
  readonly mostWaiting: number;
  readonly stepsJ: number;
}

/** The books of all replicas; one that served nobody is in them, too. */
export class ReplicaBooks {
  readonly #books: Book[] = [];

  addRun(run: RunRecord): void {
    const book = this.#of(run.replica);
    const spanS = run.endS - run.startS;
    book.busyS += spanS;
    book.seqS += (run.decodeSeqs + run.prefillSeqs) * spanS;
    book.stepsJ += run.energyJ;
    if (run.kvUsedRatio > book.kvPeakRatio) book.kvPeakRatio = run.kvUsedRatio;
    if (run.waitingSeqs > book.mostWaiting) book.mostWaiting = run.waitingSeqs;
  }

  addRequest({ replica, status, outputTokens, ttftS, tpotS }: RequestRecord): void {
    if (replica === undefined) return;
    const book = this.#of(replica);
    book.outputTokens += outputTokens;
    if (status !== "completed") return;
    book.ended++;
    if (ttftS !== undefined) {
      book.ttftMs += ttftS * 1000;
      book.ttfts++;
    }
    if (tpotS !== undefined) {
      book.tpotMs += tpotS * 1000;
      book.tpots++;
    }
  }

  rows(replicas: number, durationS: number): ReplicaRow[] {
    const count = Math.max(replicas, this.#books.length);
    return Array.from({ length: count }, (_, replica) => {
      const book = this.#of(replica);
      return {
        replica,
        completed: book.ended,
        outputTokens: book.outputTokens,
        ttftMs: ratio(book.ttftMs, book.ttfts),
        tpotMs: ratio(book.tpotMs, book.tpots),
        busyRatio: ratio(book.busyS, durationS),
        batch: ratio(book.seqS, book.busyS),
        kvPeakRatio: book.kvPeakRatio,
        mostWaiting: book.mostWaiting,
        stepsJ: book.stepsJ,
      };
    });
  }

  #of(replica: number): Book {
    while (this.#books.length <= replica) this.#books.push(emptyBook(this.#books.length));
    const book = this.#books[replica];
    if (book === undefined) throw new Error(`invariant broken: no book of replica ${replica}`);
    return book;
  }
}

function emptyBook(replica: number): Book {
  const times = { busyS: 0, seqS: 0, ttftMs: 0, ttfts: 0, tpotMs: 0, tpots: 0 };
  return {
    ...times,
    replica,
    stepsJ: 0,
    kvPeakRatio: 0,
    mostWaiting: 0,
    ended: 0,
    outputTokens: 0,
  };
}
