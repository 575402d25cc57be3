import { framed } from "../framed.ts";
import { beside, fitted, type Line, span, spread, textOf } from "../line.ts";
import { duration, percent } from "../numbers.ts";
import { playState } from "../playState.ts";
import type { Size } from "../screen.ts";
import { charts } from "./charts.ts";
import { differences, hiddenDifferences, keyTable } from "./differences.ts";
import { figureTable } from "./figureTable.ts";
import { jouleBars } from "./jouleBars.ts";
import { pairHelp } from "./pairHelp.ts";
import { type PairScene, pairScreens, sidesOf } from "./pairScene.ts";

/** Two runs: exactly the rows of the terminal. */
export function pairFrame(scene: PairScene, size: Size): readonly Line[] {
  const { width } = size;
  const { screen, help } = scene.choice;
  const shown = screen === "overview" ? overview : differences;
  const top = [title(scene, width), tabs(scene, width)];
  const body = (room: Size) => (help ? pairHelp(room) : shown(scene, room));
  return framed({ top, body, bottom: keys(scene, width) }, size);
}

/** Lines of the differences that a terminal of this size has no room for. */
export function hiddenLines(scene: Pick<PairScene, "watched" | "view">, size: Size): number {
  return hiddenDifferences(scene, { ...size, height: size.height - 3 });
}

const mostFigures = 12;

function overview(scene: PairScene, { width, height }: Size): Line[] {
  const sides = sidesOf(scene);
  const context = requestsLine(scene, width);
  const isWide = width >= 160;
  // Charts get what is left, and a third of the rows at least.
  const barRows = height < 16 ? 2 : 3;
  const below = isWide ? 0 : barRows;
  const least = Math.max(3, Math.floor(height / 3));
  const tableRows = Math.min(mostFigures + 1, height - 1 - below - least);
  const size = { width, height: height - 1 - below - tableRows };
  if (isWide) {
    const half = Math.floor(width / 2);
    const right = { width: width - half, height: tableRows };
    const table = figureTable(scene, sides, { width: half, height: tableRows });
    return [
      context,
      ...charts(sides, size),
      ...beside(table, [...jouleBars(sides, right.width), [], ...apart(scene, right)], half),
    ];
  }
  return [
    context,
    ...charts(sides, size),
    ...figureTable(scene, sides, { width, height: tableRows }),
    ...jouleBars(sides, width).slice(0, barRows),
  ];
}

/** What sets the two apart, as far as there are rows. */
function apart({ watched, view }: PairScene, { width, height }: Size): Line[] {
  const notes = view.comparison?.notes ?? [];
  const lines = [
    ...keyTable(watched.scenario, width),
    ...notes.map((note) => [span(`- ${note}`, "dim")]),
  ];
  return lines.slice(0, height - 4);
}

/** Whether both serve the same requests, and what differs first of all. */
function requestsLine({ watched: { requests, scenario } }: PairScene, width: number): Line {
  const [note] = requests;
  if (note !== undefined) return fitted([span("✗ ", "wasted"), span(note, "wasted")], width);
  const [first, ...others] = scenario;
  const same = span("Same requests  ", "dim");
  if (first === undefined) return [same, span("the scenarios are the same", "dim")];
  const text = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
  const more = others.length === 0 ? "" : `  and ${others.length} more keys`;
  return [
    same,
    span(first.key),
    span(` A ${text(first.a) ?? "absent"}, B ${text(first.b) ?? "absent"}`, "bold"),
    span(more, "dim"),
  ];
}

function title(scene: PairScene, width: number): Line {
  const { watched, view } = scene;
  const [a, b] = watched.names;
  const left = [
    span("tokenwatt ", "bold"),
    span("A ", "bold"),
    span(`${a}  `),
    span("B ", "bold"),
    span(b),
  ];
  const isEnded = view.comparison !== undefined;
  const clock = `${duration(view.nowS)} ${percent(doneRatio(scene))}  `;
  const right = [span(clock), playState({ ...view, isEnded })];
  return spread(fitted(left, width - textOf(right).length - 2), right, width);
}

function doneRatio({ watched, view }: PairScene): number {
  if (view.comparison !== undefined) return 1;
  const startS = Math.min(view.a.history.startS, view.b.history.startS);
  const expectedS = Math.max(watched.a.expectedS, watched.b.expectedS);
  return Math.min(0.99, (view.nowS - startS) / expectedS);
}

function tabs({ choice }: PairScene, width: number): Line {
  const names = pairScreens.flatMap((name, place) => [
    span(` ${place + 1} ${name} `, name === choice.screen && !choice.help ? "chosen" : "plain"),
    span(" "),
  ]);
  const rule = "─".repeat(Math.max(0, width - textOf(names).length));
  return [...names, span(rule, "dim")];
}

function keys({ said = "" }: PairScene, width: number): Line {
  if (said !== "") return [span(said, "bold")];
  const wide = "space pause  . event  , restart  -/+ speed  f end  Tab  s save  ? help  q quit";
  const narrow = "space pause  -/+ speed  f end  Tab  ? help  q quit";
  return [span(width > wide.length ? wide : narrow, "dim")];
}
