import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { render } from "ink-testing-library";
import { createElement } from "react";
import { expect, test } from "vitest";
import { loadObject } from "../../experiments/scenario/load.ts";
import type { Knob } from "../../experiments/watch/knobs.ts";
import { LiveRun } from "../../experiments/watch/liveRun.ts";
import type { WatchCommand, WatchView } from "../../experiments/watch/protocol.ts";
import type { Steered } from "../../experiments/watch/steering.ts";
import { watchedOf } from "../../experiments/watch/watched.ts";
import { opening } from "../../ui/choose.ts";
import { frame } from "../../ui/frame.ts";
import { ansi, textOf } from "../../ui/line.ts";
import { percent, short } from "../../ui/numbers.ts";
import { screenNames } from "../../ui/screen.ts";
import { ordered } from "../../ui/screens/fleet.ts";
import { Watch } from "../../ui/Watch.ts";

const loaded = loadObject(
  {
    llm: "meta-llama/Llama-3.1-8B",
    cluster: { gpu: "H100-SXM", replicas: 40, power_cap_w: 500 },
    workload: {
      dataset: "azure-conv-2023",
      arrivals: { kind: "poisson", rate_rps: 80 },
      num_requests: 400,
      classes: [
        { name: "chat", share: 3 },
        { name: "report", share: 1 },
      ],
    },
    slo: { ttft_ms: 500, tpot_ms: 1 },
  },
  ".",
);
const watched = watchedOf(loaded, 10);
const live = new LiveRun(loaded, 0.03);
/** Its batch is in every view. */
const lookedAt = 3;
const viewAt = (untilS: number): WatchView => {
  while (!live.advance(untilS, 1000));
  return { ...live.view(lookedAt), speed: 2, paused: false, told: { count: 0, text: "" } };
};
const views = [0, 0.5, 4, Number.POSITIVE_INFINITY].map(viewAt);
const [, , middle = viewAt(0), last = viewAt(0)] = views;

const esc = "\u001b";
/** That turn a style on or off, each with its code. */
const sequences = new RegExp(`${esc}\\[(\\d+)[;\\d]*m`, "g");

test("every screen fills the terminal and no more, whatever its size", () => {
  const size = fc.record({
    width: fc.integer({ min: 1, max: 220 }),
    height: fc.integer({ min: 1, max: 70 }),
  });
  const choice = fc.record({
    screen: fc.constantFrom(...screenNames),
    help: fc.boolean(),
    row: fc.nat(50),
    order: fc.constantFrom("id" as const, "KV use" as const),
    replica: fc.constantFrom(lookedAt, 39),
    scroll: fc.nat(200),
  });
  fc.assert(
    fc.property(size, choice, fc.constantFrom(...views), (room, chosen, view) => {
      const lines = frame({ watched, view, choice: chosen }, room);
      const fits = room.width >= 60 && room.height >= 16;
      expect(lines.length).toBe(fits ? room.height : Math.min(3, room.height));
      for (const line of lines) expect(textOf(line).length).toBeLessThanOrEqual(room.width);
    }),
  );
});

test("a terminal that is too small is told the size that is needed", () => {
  const lines = frame({ watched, view: middle, choice: opening }, { width: 59, height: 16 });
  expect(lines.map(textOf)).toEqual([
    "tokenwatt watch needs 60x16",
    "this terminal is 59x16",
    "q quits",
  ]);
});

test("without colours a screen is told by its characters alone", () => {
  const lines = frame({ watched, view: middle, choice: opening }, { width: 100, height: 30 });
  const text = lines.map((line) => ansi(line, false)).join("\n");
  const codes = [...text.matchAll(sequences)].map(([, code]) => Number(code));
  // Bold, dim and inverse are left.
  expect(codes.filter((code) => ![1, 2, 7, 22, 27].includes(code))).toEqual([]);
  for (const glyph of ["█ prefill", "▓ decode", "░ idle", "⢥ idle"]) {
    expect(lines.map(textOf).join("\n")).toContain(glyph);
  }
});

/** What a terminal of 100 columns shows after each key. */
async function shown(view: WatchView, keys: readonly string[], until: RegExp) {
  const commands: WatchCommand[] = [];
  const turns: Knob[] = [];
  const looks: (number | undefined)[] = [];
  let left = false;
  const saved: string[] = [];
  const run = {
    head: watched,
    command: (command: WatchCommand) => void commands.push(command),
    turn: (knob: Knob) => void turns.push(knob),
    look: (replica: number | undefined) => void looks.push(replica),
    onView: (draw: (view: WatchView) => void) => draw(view),
  };
  const quit = () => {
    left = true;
  };
  const save = (screen: string, { text, svg }: { text: string; svg: string }) => {
    saved.push(text, svg);
    return `wrote ${screen}`;
  };
  const write = ({ changes }: Steered) => `wrote ${changes.length} changes`;
  const app = render(createElement(Watch, { run, hasColours: false, quit, save, write }));
  const text = () => (app.lastFrame() ?? "").replaceAll(sequences, "");
  // However slow the machine is: what never comes fails the expectations below.
  const seen = async (pattern: RegExp) => {
    for (let turn = 0; turn < 500 && !pattern.test(text()); turn++) await sleep(20);
  };
  await seen(/tokenwatt/);
  for (const key of keys) {
    app.stdin.write(key);
    await sleep(5);
  }
  await seen(until);
  const last = text();
  app.unmount();
  return { text: last, commands, turns, looks, left, saved };
}

test("overview: power with its cap, figures, latencies against their limits", async () => {
  const { text } = await shown(middle, [], /Power/);
  expect(text).toMatch(/Power .*cap 20\.0 kW/);
  expect(text).toContain("/output token");
  expect(text).toMatch(/TTFT .*limit 500 ms ✓ met/);
  expect(text).toMatch(/TPOT .*limit 1\.00 ms ✗ missed/);
  expect(text).toMatch(/done of 400/);
});

test("fleet: a row a replica, sorted by what o says, scrolled to the one that is pointed at", async () => {
  const top = await shown(middle, ["2"], /▸ +0 /);
  expect(top.text).toMatch(/^40 replicas( +[PDM·] \d+)+ +1 to \d+ by id/m);
  expect(top.text).toMatch(/▸ +0 /);
  const below = await shown(middle, ["2", "\u001b[6~", "\u001b[6~"], /▸ +39 /);
  expect(below.text).toMatch(/▸ +39 /);
  const sorted = await shown(middle, ["2", "o"], /by power/);
  const first = ordered(middle.snapshot.replicas, "power")[0];
  const { mfu = -1, mbu = -1 } = first ?? {};
  expect(sorted.text).toMatch(new RegExp(`▸.* ${percent(mfu)} +${percent(mbu)}$`, "m"));
  expect(sorted.text).toMatch(new RegExp(`▸ +${first?.id} `));
});

test("batch: the replica that the fleet points at, its requests, its KV cache", async () => {
  const down = "\u001b[B";
  const { text, looks } = await shown(middle, ["2", down, down, down, "3"], /Replica 3 of 40/);
  expect(looks).toEqual([lookedAt]);
  const { running = [], kv } = middle.batch ?? {};
  expect(running.length).toBeGreaterThan(1);
  for (const { id, emittedTokens, outputTokens } of running) {
    expect(text).toMatch(new RegExp(`[a-z] +${id} . \\w+ .*${emittedTokens}/${outputTokens}`));
  }
  expect(text).toContain(`${kv?.usedBlocks} of ${kv?.capacityBlocks} blocks`);
  expect(text).toMatch(/^a+b+[a-z]*·+$/m);
});

test("batch: arrows go to another replica, which the fleet points at from then on", async () => {
  const right = "\u001b[C";
  const other = await shown(middle, ["3", right, right], /Replica 2 of 40/);
  expect(other.looks).toEqual([0, 1, 2]);
  // Nothing is told of a replica before the run knows that it is looked at.
  expect(other.text).not.toContain("KV cache");
  const fleet = await shown(middle, ["3", right, right, "2"], /▸ +2 /);
  expect(fleet.text).toMatch(/▸ +2 /);
  expect(fleet.looks.at(-1)).toBeUndefined();
});

test("latency: a histogram for each, with its percentiles and its limit", async () => {
  const { text } = await shown(last, ["4"], /p90/);
  expect(text.match(/p50 .*p90 .*p99/g)).toHaveLength(3);
  expect(text).toContain("400 requests");
  expect(text).toContain("┆");
});

test("ledger: the joules by phase, and what they come to", async () => {
  const { text } = await shown(last, ["\t", "\t", "\t", "\t"], /Carbon/);
  expect(text).toMatch(/prefill +\d/);
  expect(text).toMatch(/together .* 100 %/);
  const { classes, marginal } = last.snapshot;
  expect(classes.map(({ name }) => name)).toEqual(["chat", "report"]);
  for (const { name, energyJ, completed } of classes) {
    expect(text).toMatch(new RegExp(`${name} +${short(energyJ, "J")} .* ${completed} +\\d+ %`));
  }
  const { prefillJ = 0, decodeJ = 0, savedIdleJ = 0 } = marginal ?? {};
  expect(text).toContain(`${short(prefillJ + decodeJ - savedIdleJ, "J")}  joining 0.0, of `);
  expect(text).toMatch(/Carbon +\d/);
  expect(text).toContain("■ ended");
});

test("keys steer the run, and q leaves", async () => {
  const { commands, left } = await shown(
    middle,
    [" ", ".", ",", "+", "-", "f", "?", "q"],
    /real time/,
  );
  expect(commands).toEqual(["pause", "event", "restart", "faster", "slower", "end"]);
  expect(left).toBe(true);
});

test("s saves the screen as text and as a picture, and says so until the next key", async () => {
  const { text, saved } = await shown(middle, ["2", "s"], /wrote/);
  const [asText = "", asSvg = ""] = saved;
  expect(text).toContain("wrote fleet");
  expect(asText.split("\n")[3]).toMatch(/^ +id +phase/);
  expect(asSvg.startsWith("<svg ") && asSvg.endsWith("</svg>\n")).toBe(true);
  expect(asSvg).toContain("by id");
  const after = await shown(middle, ["s", "4"], /p90/);
  expect(after.text).not.toContain("wrote");
});
