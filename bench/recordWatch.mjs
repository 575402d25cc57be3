import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Draws docs/watch.svg, what `watch` shows of a run, frame by frame: node bench/recordWatch.mjs */
const root = join(import.meta.dirname, "..");
const part = (path) => import(pathToFileURL(join(root, "dist", path)).href);
const { loadScenario } = await part("experiments/scenario/load.js");
const { LiveRun } = await part("experiments/watch/liveRun.js");
const { watchedOf } = await part("experiments/watch/watched.js");
const { asChanged } = await part("ui/asChanged.js");
const { opening } = await part("ui/choose.js");
const { frame } = await part("ui/frame.js");
const { pictureOf } = await part("ui/picture.js");

const size = { width: 92, height: 28 };
const runS = 30;
const frameS = 1.2;

const loaded = loadScenario(join(root, "scenarios/fleet-64.yaml"), {
  set: ["workload.num_requests=8000"],
});
const live = new LiveRun(loaded, runS / 400, true);
const watched = watchedOf(loaded, runS);
const screens = [
  ...Array(6).fill("overview"),
  ...Array(2).fill("fleet"),
  ...Array(3).fill("batch"),
  "latency",
  "ledger",
  "overview",
];
/** What keys turn when a frame begins. */
const turns = { 3: ["capDown", "capDown", "capDown"], 5: ["more", "more"] };

const frames = screens.map((screen, place) => {
  const untilS = place === screens.length - 1 ? Infinity : ((place + 1) * runS) / screens.length;
  const told = (turns[place] ?? []).map((knob) => live.turn(knob));
  while (!live.advance(untilS, 10_000));
  const view = { ...live.view(opening.replica), speed: 2.7, paused: false };
  const scene = { watched: asChanged(watched, view.steered), view, said: told.at(-1) };
  const lines = frame({ ...scene, choice: { ...opening, screen } }, size);
  return pictureOf(lines, size).svg.trimEnd().split("\n");
});

const [[head, ground]] = frames;
const groups = frames.map((rows, place) => {
  const [from, to] = [place, place + 1].map((edge) => (edge / frames.length).toFixed(4));
  const shown = `<animate attributeName="visibility" calcMode="discrete" values="hidden;visible;hidden" keyTimes="0;${from};${to}" dur="${frames.length * frameS}s" repeatCount="indefinite"/>`;
  // Where nothing moves, a frame of the middle stands still.
  const still = place === 4 ? "visible" : "hidden";
  return [`<g visibility="${still}">`, shown, ...rows.slice(2, -1), "</g>"].join("\n");
});
writeFileSync(join(root, "docs/watch.svg"), [head, ground, ...groups, "</svg>\n"].join("\n"));
