import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { render } from "ink-testing-library";
import { createElement } from "react";
import { expect, test } from "vitest";
import { loadObject } from "../../experiments/scenario/load.ts";
import { comparedLines } from "../../experiments/watch/compare/comparedLines.ts";
import type { PairPlayed } from "../../experiments/watch/compare/pairProtocol.ts";
import { PairRun } from "../../experiments/watch/compare/pairRun.ts";
import { watchedPair } from "../../experiments/watch/compare/watchedPair.ts";
import { LiveRun } from "../../experiments/watch/liveRun.ts";
import type { WatchCommand } from "../../experiments/watch/protocol.ts";
import { CompareWatch } from "../../ui/compare/CompareWatch.ts";
import { type FigureRow, figureRows } from "../../ui/compare/figures.ts";
import { pairFrame } from "../../ui/compare/pairFrame.ts";
import {
  openingPair,
  type PairChoice,
  type PairScene,
  sidesOf,
} from "../../ui/compare/pairScene.ts";
import { ansi, textOf } from "../../ui/line.ts";

const expectedS = 15;
const base = {
  name: "chat",
  llm: "meta-llama/Llama-3.1-8B",
  cluster: { gpu: "H100-SXM", replicas: 2 },
  workload: {
    dataset: "azure-conv-2023",
    arrivals: { kind: "poisson", rate_rps: 20 },
    num_requests: 250,
  },
  slo: { ttft_ms: 150, tpot_ms: 20 },
};
const capped = { ...base, cluster: { ...base.cluster, power_cap_w: 300 } };
const few = { ...base, name: "few", workload: { ...base.workload, num_requests: 20 } };

/** Two runs at some moments. */
function pairOf(scenarioB: object, moments: readonly number[]) {
  const a = { file: "folder/a.yaml", loaded: loadObject(base, ".") };
  const b = { file: "folder/b.yaml", loaded: loadObject(scenarioB, ".") };
  const pair = new PairRun(
    { file: a.file, run: new LiveRun(a.loaded, 0.05) },
    { file: b.file, run: new LiveRun(b.loaded, 0.05) },
  );
  const views = moments.map((untilS): PairPlayed => {
    while (!pair.advance(untilS, 500));
    return { ...pair.view(), speed: 2, paused: false, told: { count: 0, text: "" } };
  });
  return { watched: watchedPair(a, b, expectedS), views };
}

const { watched, views } = pairOf(capped, [0, 0.2, 8, Number.POSITIVE_INFINITY]);
const [, , middle, last] = views;
const sceneOf = (view: PairPlayed | undefined, choice: Partial<PairChoice> = {}): PairScene => {
  if (view === undefined) throw new Error("no such view");
  return { watched, view, choice: { ...openingPair, ...choice } };
};
const rowsAt = (scene: PairScene, width: number, height: number) =>
  pairFrame(scene, { width, height }).map(textOf);
const textAt = (scene: PairScene, width: number, height: number) =>
  rowsAt(scene, width, height).join("\n");

const sequences = new RegExp(`${"\u001b"}\\[(\\d+)[;\\d]*m`, "g");

test("two runs fill the terminal and no more, whatever its size", () => {
  const other = pairOf(few, [3, Number.POSITIVE_INFINITY]);
  const scenes = [
    ...views.map((view) => ({ watched, view })),
    ...other.views.map((view) => ({ watched: other.watched, view })),
  ];
  const size = fc.record({
    width: fc.integer({ min: 1, max: 220 }),
    height: fc.integer({ min: 1, max: 70 }),
  });
  const choice = fc.record({
    screen: fc.constantFrom("overview" as const, "differences" as const),
    help: fc.boolean(),
    scroll: fc.nat(200),
  });
  fc.assert(
    fc.property(size, choice, fc.constantFrom(...scenes), (room, chosen, scene) => {
      const lines = pairFrame({ ...scene, choice: chosen }, room);
      const fits = room.width >= 60 && room.height >= 16;
      expect(lines.length).toBe(fits ? room.height : Math.min(3, room.height));
      for (const line of lines) expect(textOf(line).length).toBeLessThanOrEqual(room.width);
    }),
  );
});

test("no figure is cut where the terminal is the least or the usual one", () => {
  for (const view of [middle, last]) {
    for (const [width, height] of [
      [60, 16],
      [80, 24],
      [120, 40],
      [200, 50],
    ] as const) {
      const text = textAt(sceneOf(view), width, height);
      expect(text).toMatch(/ better( +ranges)?( {2,}.*)?$/m);
      // A's and B's value, the difference, in per cent, and whose is better.
      expect(text).toMatch(/^J\/output token +\S+ m?J +\S+ m?J +-\S+ m?J +-\S+ % +B /m);
      expect(text).toMatch(/^TPOT p99 +\S+ ms ✓ +\S+ ms ✗ +\+\S+ ms +\+\S+ % +A /m);
      expect(text.match(/ (A|B) +\d\S* kJ [█▓▚▒░]+/g)).toHaveLength(2);
      expect(text).toContain("q quit");
    }
  }
});

test("both charts have one scale, beside each other or above", () => {
  for (const [width, height] of [
    [80, 24],
    [80, 40],
    [200, 50],
  ] as const) {
    const text = textAt(sceneOf(middle), width, height);
    const tops = [...text.matchAll(/([\d.]+ k?W) │/g)].map(([, top]) => top);
    expect(tops).toHaveLength(2);
    expect(tops[1]).toBe(tops[0]);
    expect(text.match(/ cap │/g)).toHaveLength(1);
    const [first = ""] = rowsAt(sceneOf(middle), width, height).filter((row) =>
      / A {2}2 H100/.test(row),
    );
    expect(/ B {2}2 H100/.test(first)).toBe(height !== 40);
  }
});

test("joules are drawn to one scale: who uses less has the shorter bar", () => {
  const bars = rowsAt(sceneOf(last), 100, 30).filter((row) => /^ [AB] {2}.* kJ /.test(row));
  const cells = bars.map((bar) => bar.replace(/[^█▓▚▒░]/g, "").length);
  const [inA = 0, inB = 0] = [last?.comparison?.figures, last?.comparison?.figures].map(
    (figures, place) => {
      const figure = figures?.find(({ metric }) => metric === "energy.gpu_j");
      return (place === 0 ? figure?.a : figure?.b) ?? 0;
    },
  );
  expect(inB).toBeLessThan(inA);
  expect(cells[0]).toBe(88);
  expect(cells[1]).toBe(Math.round((88 * inB) / inA));
});

test("at the end the figures are those of compare, before as near as bins allow", () => {
  const final = sceneOf(last);
  const rows = figureRows(final, sidesOf(final), 20);
  const found = new Map(final.view.comparison?.figures.map((figure) => [figure.metric, figure]));
  const more = ["throughput.output_tokens_per_s", "requests.completed"];
  const metrics: Readonly<Record<string, string>> = {
    "J/output token": "energy.per_output_token_j",
    Energy: "energy.gpu_j",
    "Mean power": "power.gpu_mean_w",
    "Tokens/s": "throughput.output_tokens_per_s",
    "TTFT p50": "latency.ttft_ms.p50",
    "TTFT p99": "latency.ttft_ms.p99",
    "TPOT p50": "latency.tpot_ms.p50",
    "TPOT p99": "latency.tpot_ms.p99",
    "E2E p50": "latency.e2e_ms.p50",
    "E2E p99": "latency.e2e_ms.p99",
    Completed: "requests.completed",
  };
  // Nothing waits when both have ended.
  expect(
    rows
      .filter(({ name }) => metrics[name] === undefined)
      .map(({ name, a, b }) => [name, a.text, b.text]),
  ).toEqual([["Waiting", "0", "0"]]);
  // The same moment without what compare says of it.
  const live = { ...final, view: { ...final.view, comparison: undefined } };
  const before = new Map(figureRows(live, sidesOf(live), 20).map((row) => [row.name, row]));
  for (const [name, metric] of Object.entries(metrics)) {
    const row = rows.find((one) => one.name === name);
    const figure = found.get(metric);
    const [a, b] = [figure?.a ?? 0, figure?.b ?? 0];
    const leader = a < b !== more.includes(metric) ? "A" : "B";
    expect([name, row?.better]).toEqual([name, a === b ? undefined : leader]);
    expect(row?.isApart).toBe(figure?.exceeds_intervals ?? undefined);
    const unit = metric.includes("_ms.") ? 1000 : 1;
    expectNear(row, [a / unit, b / unit], 0.006);
    expectNear(before.get(name), [a / unit, b / unit], 0.07);
  }
});

function expectNear(
  row: FigureRow | undefined,
  [a, b]: readonly [number, number],
  error: number,
): void {
  expect(Math.abs(numberOf(row?.a.text) / a - 1)).toBeLessThan(error);
  expect(Math.abs(numberOf(row?.b.text) / b - 1)).toBeLessThan(error);
}

/** Of 3.42 kJ: 3420. */
function numberOf(text = ""): number {
  const [, digits = "", prefix = ""] = /^([\d.,]+) ?([kMmµ]?)/.exec(text) ?? [];
  const scale = { k: 1e3, M: 1e6, m: 1e-3, µ: 1e-6 }[prefix] ?? 1;
  return Number(digits.replaceAll(",", "")) * scale;
}

test("without colours all is told by characters, letters and places", () => {
  const lines = pairFrame(sceneOf(middle), { width: 80, height: 24 });
  const codes = [
    ...lines
      .map((line) => ansi(line, false))
      .join("")
      .matchAll(sequences),
  ].map(([, code]) => Number(code));
  // Bold, dim and inverse are left.
  expect(codes.filter((code) => ![1, 2, 7, 22, 27].includes(code))).toEqual([]);
});

test("what sets the two apart is said; other requests are a warning", () => {
  expect(textAt(sceneOf(middle), 80, 24)).toContain(
    "Same requests  cluster.power_cap_w A null, B 300\n",
  );
  const other = pairOf(few, [10]);
  const scene = { ...sceneOf(middle), ...other, view: other.views[0] ?? sceneOf(middle).view };
  const text = textAt(scene, 80, 24);
  expect(text).toContain("✗ workload.num_requests differs: they served other requests");
  // B has ended where A goes on.
  expect(text).toMatch(/ A {2}2 H100.* [\d.]+ k?W +B {2}2 H100.*■ ended$/m);
  expect(text).toMatch(/▶ 2x$/m);
  // Who serves fewer requests needs fewer joules, and isn't the better for it.
  expect(text).toMatch(/^Energy .* % +·/m);
  expect(text).toMatch(/^J\/output token .* % +[AB] /m);
});

test("runs of one name are told apart by their files", () => {
  expect(watched.names).toEqual(["a.yaml", "b.yaml"]);
  expect(pairOf(few, []).watched.names).toEqual(["chat", "few"]);
});

/** What a terminal of 100 columns shows after each key. */
async function shown(view: PairPlayed | undefined, keys: readonly string[], until: RegExp) {
  if (view === undefined) throw new Error("no such view");
  const commands: WatchCommand[] = [];
  const saved: string[] = [];
  let left = false;
  const pair = {
    head: watched,
    command: (command: WatchCommand) => void commands.push(command),
    onView: (draw: (view: PairPlayed) => void) => draw(view),
  };
  const quit = () => {
    left = true;
  };
  const save = (screen: string, { text }: { text: string }) => {
    saved.push(text);
    return `wrote ${screen}`;
  };
  const app = render(createElement(CompareWatch, { pair, hasColours: false, quit, save }));
  const text = () => (app.lastFrame() ?? "").replaceAll(sequences, "");
  const seen = async (pattern: RegExp) => {
    for (let turn = 0; turn < 500 && !pattern.test(text()); turn++) await sleep(20);
  };
  await seen(/tokenwatt/);
  for (const key of keys) {
    app.stdin.write(key);
    await sleep(5);
  }
  await seen(until);
  const after = text();
  app.unmount();
  return { text: after, commands, saved, left };
}

test("keys steer both runs, and q leaves", async () => {
  const keys = [" ", ".", ",", "+", "-", "f", "?", "q"];
  const { commands, left } = await shown(middle, keys, /next event of either/);
  expect(commands).toEqual(["pause", "event", "restart", "faster", "slower", "end"]);
  expect(left).toBe(true);
});

test("differences: what compare prints, scrolled to its end and no further", async () => {
  const before = await shown(middle, ["2"], /Figures come/);
  expect(before.text).toMatch(/^cluster\.power_cap_w +null +300$/m);
  if (last?.comparison === undefined) throw new Error("the runs have not ended");
  const lines = comparedLines(last.comparison, 100);
  const top = await shown(last, ["\t"], /more lines/);
  expect(top.text.split("\n").slice(2, 20)).toEqual(lines.slice(0, 18));
  const pageDown = "\u001b[6~";
  const down = Array.from({ length: 20 }, () => pageDown);
  const bottom = await shown(last, ["2", ...down], /cluster\.power_cap_w/);
  expect(bottom.text.split("\n").slice(-2, -1)).toEqual(lines.slice(-1));
  const up = await shown(last, ["2", ...down, "\u001b[A"], /1 more|2 more/);
  expect(up.text).toContain("↓ 2 more lines");
});

test("s saves what is on the screen", async () => {
  const { saved, text } = await shown(last, ["s"], /wrote/);
  expect(text).toContain("wrote overview");
  expect(saved[0]).toContain("At the end");
});
