import { expect, test } from "vitest";
import { loadObject } from "../../experiments/scenario/load.ts";
import { LiveRun } from "../../experiments/watch/liveRun.ts";
import type { WatchView } from "../../experiments/watch/protocol.ts";
import { watchedOf } from "../../experiments/watch/watched.ts";
import { asChanged } from "../../ui/asChanged.ts";
import { chosen, knobOf, opening } from "../../ui/choose.ts";
import { frame } from "../../ui/frame.ts";
import { textOf } from "../../ui/line.ts";
import type { Choice } from "../../ui/screen.ts";

const loaded = loadObject(
  {
    llm: "meta-llama/Llama-3.1-8B",
    cluster: { gpu: "H100-SXM", replicas: 2 },
    workload: {
      arrivals: { kind: "poisson", rate_rps: 8 },
      lengths: { input: { kind: "fixed", tokens: 200 }, output: { kind: "fixed", tokens: 40 } },
      num_requests: 160,
    },
  },
  ".",
);
const watched = watchedOf(loaded, 20);
const live = new LiveRun(loaded, 0.1, true);
const reach = (untilS: number) => {
  while (!live.advance(untilS, 1000));
};
reach(5);
live.turn("capDown");
reach(10);
live.turn("more");
reach(12);
const view: WatchView = {
  ...live.view(),
  speed: 1,
  paused: false,
  told: { count: 2, text: "3 replicas, from 10.0 s on" },
};

function rows(size: { width: number; height: number }, choice: Partial<Choice> = {}, said = "") {
  const scene = { watched: asChanged(watched, view.steered), view, said };
  return frame({ ...scene, choice: { ...opening, ...choice } }, size).map(textOf);
}

test("each change is a line through the charts, with its letter on the axis below", () => {
  for (const width of [80, 200]) {
    const lines = rows({ width, height: 50 });
    const axis = lines.find((line) => line.includes("└")) ?? "";
    const columns = ["c", "a"].map((letter) => axis.indexOf(letter));
    const ratios = columns.map((column) => (column - 9) / (width - 9));
    expect(ratios[0]).toBeCloseTo(5 / 20, 1);
    expect(ratios[1]).toBeCloseTo(10 / 20, 1);
    for (const column of columns) {
      expect(lines.filter((line) => line[column] === "┊").length).toBeGreaterThan(3);
    }
  }
});

test("the title counts the GPUs as they are now, the cap is that of all, and the tabs say what is otherwise", () => {
  const lines = rows({ width: 80, height: 24 });
  expect(lines[0]).toContain("on 3 H100-SXM");
  expect(lines[1]).toMatch(/─ cap 650 W, 3 replicas $/);
  expect(lines[2]).toContain("cap 1.95 kW");
  expect(rows({ width: 60, height: 16 })[1]).toHaveLength(60);
});

test("what came of a key stands in place of the keys", () => {
  expect(rows({ width: 80, height: 24 }, {}, view.told.text).at(-1)).toBe(view.told.text);
  expect(rows({ width: 80, height: 24 }).at(-1)).toContain("c/C");
});

test("keys turn knobs, and help says which", () => {
  const keys = ["c", "C", "r", "R", "x", "a", "p", "z"];
  expect(keys.map((input) => knobOf({ input }))).toEqual([
    "capDown",
    "capUp",
    "rateDown",
    "rateUp",
    "fewer",
    "more",
    "prefixCaching",
    undefined,
  ]);
  const help = rows({ width: 60, height: 16 }, { help: true });
  for (const key of ["c C  r R", "x a  p", "w", "s", "q, Ctrl-C"]) {
    expect(help.join("\n")).toMatch(new RegExp(`^  ${key} +\\S`, "m"));
  }
  // Nothing is cut that a wider screen shows.
  const wide = rows({ width: 100, height: 17 }, { help: true });
  expect(help.slice(2, -1)).toEqual(wide.slice(3, -1));
});

test("a replica is known by its number, also where one before it in the list has left", () => {
  const replicas = view.snapshot.replicas.filter(({ id }) => id !== 1);
  expect(replicas.map(({ id }) => id)).toEqual([0, 2]);
  const next = chosen({ ...opening, screen: "batch" }, { input: "", name: "right" }, replicas);
  expect(next.replica).toBe(2);
});
