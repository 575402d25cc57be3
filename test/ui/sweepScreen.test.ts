import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { render } from "ink-testing-library";
import { createElement } from "react";
import { expect, test } from "vitest";
import { objectives } from "../../experiments/watch/sweep/figures.ts";
import { Front } from "../../experiments/watch/sweep/front.ts";
import type { SweepPoint, SweepView } from "../../experiments/watch/sweep/view.ts";
import { ansi, textOf } from "../../ui/line.ts";
import { scatter } from "../../ui/scatter.ts";
import { SweepWatch } from "../../ui/sweep/SweepWatch.ts";
import { openingSweep } from "../../ui/sweep/sweepChoice.ts";
import { sweepFrame } from "../../ui/sweep/sweepFrame.ts";
import { shortNames } from "../../ui/sweep/texts.ts";

const esc = "\u001b";
const sequences = new RegExp(`${esc}\\[(\\d+)[;\\d]*m`, "g");

/** The faster, the more joules; every third point is worse in both. */
function viewOf(count: number, changes: Partial<SweepView> = {}): SweepView {
  const all = Array.from({ length: count }, (_, index): SweepPoint => {
    const worse = index % 3 === 2 ? 1.5 : 1;
    const waitS = 1 + index;
    const energyJ = (10 / waitS) * worse;
    const figures = [energyJ, waitS / 10, waitS / 100, waitS, 2 + index, 100 * waitS];
    return { index, given: [index % 2 === 0 ? "H100-SXM" : "L40S", "", String(index)], figures };
  });
  const tradeoffs = [3, 1, 2].map((latency) => {
    const front = new Front();
    const points = all.map((point) => {
      const [across, up] = [point.figures[latency] ?? 0, point.figures[0] ?? 0];
      return { ...point, across, up };
    });
    for (const point of points) front.add(point);
    const kept = new Set(front.points().map(({ index }) => index));
    return {
      latency,
      across: Float64Array.from(points, ({ across }) => across),
      up: Float64Array.from(points, ({ up }) => up),
      front: points.filter(({ index }) => kept.has(index)),
    };
  });
  return {
    name: "gpus.yaml",
    points: 1200,
    done: count,
    failed: 0,
    reasons: [],
    state: "going",
    quietS: 0.2,
    ratePerS: 4,
    given: ["cluster.gpu", "engine.max_num_seqs", "workload.arrivals.rate_rps"],
    currency: "USD",
    best: objectives.map(() => all[0]),
    tradeoffs,
    parts: [],
    ...changes,
  };
}

const rowsAt = (view: SweepView, width: number, height: number) =>
  sweepFrame({ view, choice: openingSweep }, { width, height }).map(textOf);

test("a sweep's screen fills the terminal and no more, whatever its size", () => {
  const views = [
    viewOf(0),
    viewOf(1),
    viewOf(40, { state: "done" }),
    viewOf(300, {
      failed: 7,
      reasons: [["a reason that is longer than any terminal is wide ".repeat(5), 7]],
      parts: Array.from({ length: 90 }, (_, place) => ({ shard: place + 1, state: "going" })),
    }),
  ];
  const size = fc.record({
    width: fc.integer({ min: 1, max: 220 }),
    height: fc.integer({ min: 1, max: 70 }),
  });
  const choice = fc.record({
    help: fc.boolean(),
    latency: fc.nat(2),
    point: fc.option(fc.nat(300), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.constantFrom(...views), choice, size, (view, chosen, room) => {
      const lines = sweepFrame({ view, choice: chosen }, room).map(textOf);
      const fits = room.width >= 60 && room.height >= 16;
      expect(lines.length).toBe(fits ? room.height : Math.min(3, room.height));
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(room.width);
    }),
  );
});

test("progress, the best, the front and its values are told", () => {
  const rows = rowsAt(
    viewOf(42, { failed: 3, reasons: [["replica 0 is out of KV memory", 3]] }),
    80,
    24,
  );
  expect(rows[0]).toMatch(/^tokenwatt sweep gpus\.yaml +▶ 4\.00 \/s, 4 min 49 s left$/);
  expect(rows[1]).toMatch(/^█+.?░+ {2}42 of 1,200 points {2}3\.5 % {2}3 failed$/);
  expect(rows[2]).toBe("3 failed: replica 0 is out of KV memory");
  const text = rows.join("\n");
  expect(text).toMatch(/least J\/output token +10\.0 J +H100-SXM +null +0 +1\n/);
  expect(text).toMatch(/least cost\/M tokens +2\.00 USD/);
  expect(text).toContain("J/output token ↑ against E2E p99 →");
  expect(text).toMatch(/◆ +1 +1\.00 s +10\.0 J +H100-SXM +null +0/);
  expect(text).toContain("→ and ↑ logarithmic");
});

test("what a sweep does is told in words and shapes", () => {
  const state = (changes: Partial<SweepView>) => rowsAt(viewOf(9, changes), 100, 30)[0] ?? "";
  expect(state({ state: "done" })).toContain("■ ended");
  expect(state({ state: "reading" })).toContain("… reading");
  expect(state({ state: "gone" })).toContain("✗ manifest.json is gone");
  expect(state({ quietS: 42 })).toContain("‖ no new row for 42.0 s");
  expect(state({ ratePerS: undefined })).toContain("▶ going");
  const parts = (["done", "going", "waits"] as const).map((at, place) => ({
    shard: place,
    state: at,
  }));
  expect(rowsAt(viewOf(9, { parts }), 80, 24)[2]).toBe(
    "Shards  █▒·  █ 1 done  ▒ 1 going  · 1 to come",
  );
  expect(rowsAt(viewOf(0), 80, 24).join("\n")).toContain("no result yet");
});

test("without colours no more than bold, dim and inverse are left", () => {
  const lines = sweepFrame({ view: viewOf(40), choice: openingSweep }, { width: 200, height: 50 });
  const text = lines.map((line) => ansi(line, false)).join("\n");
  const codes = [...text.matchAll(sequences)].map(([, code]) => Number(code));
  expect(codes.filter((code) => ![1, 2, 7, 22, 27].includes(code))).toEqual([]);
});

test("dots lie where their figures are, and marks over them", () => {
  const across = Float64Array.of(0, 1, 2, 3);
  const { rows } = scatter({
    across,
    up: across,
    marks: [
      { across: 0, up: 0, isChosen: true },
      { across: 1, up: 1, isChosen: false },
    ],
    width: 4,
    height: 2,
  });
  expect(rows.map(textOf)).toEqual(["  ⠠⠈", "◆●  "]);
});

test("names are as short as they may be", () => {
  expect(shortNames(["cluster.gpu", "pools.a.replicas", "pools.b.replicas", "seed"])).toEqual([
    "gpu",
    "a.replicas",
    "b.replicas",
    "seed",
  ]);
});

test("keys choose a point and a latency, save, explain, and leave", async () => {
  let left = false;
  const saved: string[] = [];
  const view = viewOf(30);
  const app = render(
    createElement(SweepWatch, {
      sweep: { onView: (draw: (view: SweepView) => void) => draw(view) },
      hasColours: false,
      quit: () => {
        left = true;
      },
      save: ({ text, svg }: { text: string; svg: string }) => {
        saved.push(text, svg);
        return "wrote it";
      },
    }),
  );
  const text = () => (app.lastFrame() ?? "").replaceAll(sequences, "");
  const seen = async (pattern: RegExp) => {
    for (let turn = 0; turn < 500 && !pattern.test(text()); turn++) await sleep(10);
    expect(text()).toMatch(pattern);
  };
  await seen(/◆ +1 /);
  // Ink listens a moment after it has drawn.
  await sleep(100);
  app.stdin.write(`${esc}[B`);
  await seen(/◆ +2 /);
  app.stdin.write(`${esc}[6~`);
  await seen(/◆ +17 /);
  app.stdin.write("x");
  await seen(/against TTFT p99/);
  app.stdin.write("s");
  await seen(/wrote it/);
  expect(saved[0]).toContain("against TTFT p99");
  expect(saved[1]).toMatch(/^<svg /);
  app.stdin.write("?");
  await seen(/leave; the sweep goes on/);
  app.stdin.write("q");
  await sleep(20);
  expect(left).toBe(true);
  app.unmount();
});
