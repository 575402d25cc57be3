import { expect, test } from "vitest";
import { BatchBook, newsViews } from "../../experiments/watch/batchBook.ts";
import type { BatchRequest, BatchSnapshot } from "../../sim/batchSnapshot.ts";
import { kvMap } from "../../ui/kvMap.ts";
import { textOf } from "../../ui/line.ts";
import { requestRow } from "../../ui/requestRow.ts";

const request = (id: number, change: Partial<BatchRequest> = {}): BatchRequest => ({
  id,
  phase: "decode",
  ageS: 2.5,
  prefillTokens: 300,
  cachedTokens: 300,
  chunkTokens: 0,
  outputTokens: 100,
  emittedTokens: 25,
  heldBlocks: 20,
  preemptions: 0,
  ...change,
});

const snapshot = (
  running: readonly BatchRequest[],
  change: Partial<BatchSnapshot> = {},
): BatchSnapshot => ({
  replica: 0,
  running,
  swapped: [],
  waiting: [],
  kv: {
    blockSize: 16,
    capacityBlocks: 200,
    usedBlocks: 60,
    otherBlocks: 0,
    cachedBlocks: 0,
    isShared: false,
  },
  ...change,
});

const places = (book: BatchBook, ids: readonly number[]) =>
  book.view(snapshot(ids.map((id) => request(id)))).running.map(({ id, place }) => [id, place]);

test("whoever runs on keeps their place, and newcomers take the first that is free", () => {
  const book = new BatchBook();
  expect(places(book, [7, 8, 9])).toEqual([
    [7, 0],
    [8, 1],
    [9, 2],
  ]);
  expect(places(book, [8, 9])).toEqual([
    [8, 1],
    [9, 2],
  ]);
  expect(places(book, [8, 9, 10, 11])).toEqual([
    [10, 0],
    [8, 1],
    [9, 2],
    [11, 3],
  ]);
});

test("a preemption is news for some views, wherever the request is; one from before isn't", () => {
  const book = new BatchBook();
  const newsOf = (state: BatchSnapshot) => {
    const { running, swapped, waiting } = book.view(state);
    return [...running, ...swapped, ...waiting].map(({ newsLeft }) => newsLeft);
  };
  const old = request(1, { preemptions: 2 });
  expect(newsOf(snapshot([old, request(2)]))).toEqual([0, 0]);
  const waiting = [request(2, { phase: "waiting", preemptions: 1 })];
  for (let left = newsViews; left >= 0; left--) {
    expect(newsOf(snapshot([old], { waiting }))).toEqual([0, left]);
  }
  expect(newsOf(snapshot([request(3, { preemptions: 1 })]))).toEqual([newsViews]);
  // Another replica: what happened there while nobody looked isn't news.
  expect(newsOf(snapshot([old], { replica: 1, waiting }))).toEqual([0, 0]);
});

test("the map: each holder's share in its letter, then shared, cached and free blocks", () => {
  const book = new BatchBook();
  const running = [request(5, { heldBlocks: 30 }), request(6, { heldBlocks: 20 })];
  const view = book.view(
    snapshot(running, {
      kv: {
        blockSize: 16,
        capacityBlocks: 200,
        usedBlocks: 70,
        otherBlocks: 20,
        cachedBlocks: 40,
        isShared: true,
      },
    }),
  );
  expect(kvMap(view, { width: 10, height: 2 }).map(textOf)).toEqual(["aaabb##░░░", "░·········"]);
});

test.each([
  ["prefill", { cachedTokens: 100, chunkTokens: 100, emittedTokens: 0 }, /█.*▚+·+│·+ +100\/300/],
  ["decode", {}, /━━━+│▓▓+·+ +25\/100 +2\.50 s/],
  ["waiting", { cachedTokens: 0, emittedTokens: 0 }, / ·+│·+ +0\/300/],
  ["swapped", { preemptions: 1 }, /S swapped +━━━+│▓▓+·+ +25\/100 .*↯1/],
  ["finished", { emittedTokens: 100 }, /= done +━━━+│▓+ +100\/100/],
] as const)("a bar that grows through prefill and decode: %s", (phase, change, pattern) => {
  const shown = { ...request(42, { phase, ...change }), place: 0, newsLeft: 0 };
  for (const width of [60, 80, 120]) {
    const text = textOf(requestRow(shown, width));
    expect(text).toHaveLength(width);
    expect(text).toMatch(pattern);
  }
});

test("a preemption flashes by its mark, not by its colour alone, and is counted afterwards", () => {
  const shown = { ...request(42, { preemptions: 3 }), place: 0 };
  const mark = (newsLeft: number) => requestRow({ ...shown, newsLeft }, 80).slice(-2);
  const lit = mark(newsViews);
  expect(lit.map(({ text, tone }) => [text, tone])).toContainEqual(["↯ preempted", "alarm"]);
  expect(mark(newsViews - 2)).not.toEqual(lit);
  expect(mark(0).map(({ text }) => text)).toContain("↯3");
});
