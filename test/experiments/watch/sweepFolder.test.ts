import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { beats } from "../../../experiments/plan/frontier.ts";
import { mergeShards } from "../../../experiments/sweep/merge.ts";
import { parsePart, whole } from "../../../experiments/sweep/part.ts";
import { runSweep } from "../../../experiments/sweep/runSweep.ts";
import { type LoadedSweep, loadSweep } from "../../../experiments/sweep/sweepFile.ts";
import { Cloud } from "../../../experiments/watch/sweep/cloud.ts";
import { followSweep, sweepNow } from "../../../experiments/watch/sweep/followSweep.ts";
import { Front, type FrontPoint } from "../../../experiments/watch/sweep/front.ts";
import { SweepFolder } from "../../../experiments/watch/sweep/sweepFolder.ts";
import { SweepPace } from "../../../experiments/watch/sweep/sweepPace.ts";
import type { SweepView } from "../../../experiments/watch/sweep/view.ts";

const sweepText = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload: { dataset: azure-conv-2023, num_requests: 5 }
grid:
  cluster.gpu: [H100-SXM, A100-SXM, RTX-A6000]
  engine.max_num_seqs: [1, 8, null]
`;

let home = "";
let out = "";
let loaded: LoadedSweep;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "tokenwatt-watch-sweep-"));
  out = join(home, "out");
  writeFileSync(join(home, "sweep.yaml"), sweepText);
  loaded = loadSweep(join(home, "sweep.yaml"));
});
afterEach(() => rmSync(home, { recursive: true }));

interface Play {
  readonly shard?: string;
  readonly resume?: boolean;
  /** After so many points it is interrupted. */
  readonly until?: number;
}

async function play({ shard, resume = false, until = 99 }: Play = {}): Promise<void> {
  const abort = new AbortController();
  const part = shard === undefined ? whole : parsePart(shard);
  const onProgress = ({ done }: { done: number }) => {
    if (done >= until) abort.abort(new Error("interrupted"));
  };
  const options = { out, part, jobs: 1, resume, signal: abort.signal, onProgress };
  await runSweep(loaded, options).catch((error: Error) => {
    if (error.message !== "interrupted") throw error;
  });
}

function rowsOf(file: string): number {
  return readFileSync(join(out, file), "utf8").split("\n").length - 1;
}

function seen(folder: SweepFolder): SweepView {
  while (folder.look(0));
  return folder.view(Date.now());
}

/** What doesn't depend on when it is looked at. */
function lasting({ quietS: _quiet, ratePerS: _rate, state: _state, ...view }: SweepView) {
  const tradeoffs = view.tradeoffs.map(({ across, up, ...rest }) => ({
    ...rest,
    points: [...across].map((x, place) => `${x} ${up[place]}`).sort(),
  }));
  return { ...view, tradeoffs };
}

test("a sweep is followed from its journal to its tables, and shows what a late reader sees", async () => {
  await play({ until: 4 });
  const folder = new SweepFolder(out);
  const first = seen(folder);
  expect([first.done, first.points, first.state]).toEqual([rowsOf("journal.log"), 9, "going"]);
  await play({ resume: true, until: 7 });
  expect(seen(folder).done).toBe(rowsOf("journal.log"));
  await play({ resume: true });
  const last = seen(folder);
  expect([last.done, last.state]).toEqual([9, "done"]);
  expect(lasting(last)).toEqual(lasting(sweepNow(out)));
  expect(last.best[0]?.given).toHaveLength(2);
});

test("points that are done anew count from nothing", async () => {
  await play();
  const folder = new SweepFolder(out);
  expect(seen(folder).done).toBe(9);
  await play({ until: 2 });
  const again = seen(folder);
  // The one in flight may still come.
  expect(again.done).toBeLessThan(6);
  expect(again.state).toBe("going");
  expect(sweepNow(out).done).toBe(again.done);
});

test("shards count together, before and after they are merged", async () => {
  await play({ shard: "1/3" });
  await play({ shard: "3/3", until: 1 });
  const folder = new SweepFolder(out);
  const parts = seen(folder);
  expect(parts.done).toBe(3 + rowsOf("shard-3-of-3.journal.log"));
  expect(parts.parts.map(({ state }) => state)).toEqual(["done", "waits", "going"]);
  await play({ shard: "3/3", resume: true });
  await play({ shard: "2/3" });
  const all = seen(folder);
  expect([all.done, all.state]).toEqual([9, "done"]);
  mergeShards(out);
  const merged = seen(folder);
  expect([merged.done, merged.parts]).toEqual([9, []]);
  expect(lasting(merged)).toEqual(lasting(sweepNow(out)));
  expect(lasting(all).tradeoffs).toEqual(lasting(merged).tradeoffs);
});

test("wherever the last line ends for now, its row counts once its end is there", async () => {
  await play({ until: 3 });
  const bytes = readFileSync(join(out, "journal.log"));
  const copy = join(home, "copy");
  mkdirSync(copy);
  copyFileSync(join(out, "manifest.json"), join(copy, "manifest.json"));
  const journal = join(copy, "journal.log");
  const wholeRows = (end: number) => bytes.subarray(0, end).filter((byte) => byte === 10).length;
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
      writeFileSync(journal, "");
      const folder = new SweepFolder(copy);
      let before = 0;
      for (const end of [...cuts.sort((a, b) => a - b), bytes.length]) {
        appendFileSync(journal, bytes.subarray(before, end));
        before = end;
        expect(seen(folder).done).toBe(wholeRows(end));
      }
      expect(lasting(seen(folder))).toEqual(lasting(sweepNow(copy)));
    }),
    { numRuns: 40 },
  );
});

test("a torn line in the middle is no row, and hides none", async () => {
  await play({ until: 3 });
  const journal = join(out, "journal.log");
  const [first = "", ...others] = readFileSync(journal, "utf8").split("\n");
  writeFileSync(journal, [first, first.slice(0, 40), ...others].join("\n"));
  const view = sweepNow(out);
  expect([view.done, view.failed]).toEqual([others.length, 0]);
});

test("failed points are counted by their reason, and compete with nobody", async () => {
  const text = sweepText.replace("RTX-A6000]", "L40S]").replace("[1, 8, null]", "[1, 8]");
  writeFileSync(join(home, "sweep.yaml"), `${text}  cluster.tensor_parallel_size: [1, 3]\n`);
  loaded = loadSweep(join(home, "sweep.yaml"));
  await play();
  const { done, failed, reasons, tradeoffs } = sweepNow(out);
  expect([done, failed]).toEqual([12, 6]);
  expect(reasons.reduce((sum, [, points]) => sum + points, 0)).toBe(6);
  expect(tradeoffs[0]?.across).toHaveLength(6);
});

test("a folder that holds no sweep is named, with what was expected", () => {
  expect(() => new SweepFolder(home)).toThrow(
    `${home}: holds no sweep: there is no manifest.json\n  expected a folder that tokenwatt sweep --out`,
  );
});

test("a folder whose manifest goes is said to be gone; its points stay", async () => {
  await play();
  const folder = new SweepFolder(out);
  seen(folder);
  rmSync(join(out, "manifest.json"));
  const { state, done } = seen(folder);
  expect([state, done]).toEqual(["gone", 9]);
});

test("it is drawn as it is followed, and a table of other columns ends that", async () => {
  await play();
  const sweep = followSweep(out);
  const view = await new Promise<SweepView>((resolve) => sweep.onView(resolve));
  expect(view.done).toBe(9);
  sweep.close();
  const table = join(out, "results.csv");
  writeFileSync(table, `other,columns\n${readFileSync(table, "utf8")}`);
  const other = followSweep(out);
  const error = await new Promise<Error>((resolve) => other.onFailure(resolve));
  expect(error.message).toContain("results.csv:1: the columns are not those of this sweep");
});

test("the front is that of all points at once, in whatever order they come", () => {
  const figure = fc.integer({ min: 0, max: 6 });
  const points = fc.array(fc.record({ across: figure, up: figure }), { maxLength: 40 });
  fc.assert(
    fc.property(points, fc.infiniteStream(fc.nat()), (drawn, order) => {
      const all = drawn.map((point, index) => ({ ...point, index }));
      const isBeaten = (one: FrontPoint) =>
        all.some((other) => {
          const same = other.across === one.across && other.up === one.up;
          return same
            ? other.index < one.index
            : beats([other.across, other.up], [one.across, one.up]);
        });
      const keys = new Map(all.map((point) => [point, order.next().value as number]));
      const front = new Front();
      for (const point of all.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0))) {
        front.add(point);
      }
      expect(
        front
          .points()
          .map(({ index }) => index)
          .sort(),
      ).toEqual(
        all
          .filter((point) => !isBeaten(point))
          .map(({ index }) => index)
          .sort(),
      );
    }),
  );
});

test("a cloud keeps all pairs, and a view of it what it was", () => {
  const cloud = new Cloud();
  cloud.add(1, 2);
  const first = cloud.view();
  for (let point = 0; point < 3000; point++) cloud.add(point, -point);
  expect([...first.across, ...first.up]).toEqual([1, 2]);
  expect(cloud.view().across).toHaveLength(3001);
  expect(cloud.view().up.at(-1)).toBe(-2999);
});

test("the pace is that of the last minute, and unknown before anything came", () => {
  const pace = new SweepPace();
  pace.note(0, 100);
  expect(pace.perS).toBeUndefined();
  pace.note(5000, 100);
  expect(pace.perS).toBeUndefined();
  pace.note(10_000, 120);
  expect(pace.perS).toBe(2);
  for (let second = 11; second <= 200; second++) pace.note(second * 1000, 120 + second);
  expect(pace.perS).toBe(1);
});
