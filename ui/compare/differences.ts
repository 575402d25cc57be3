import { comparedLines } from "../../experiments/watch/compare/comparedLines.ts";
import { fitted, type Line, span } from "../line.ts";
import type { Size } from "../screen.ts";
import type { PairScene } from "./pairScene.ts";

/** What `compare` prints when both have ended; before that what sets the scenarios apart. */
export function differences(scene: PairScene, { width, height }: Size): Line[] {
  const lines = differenceLines(scene, width);
  const first = Math.min(scene.choice.scroll, hiddenOf(lines, height));
  const shown = lines.slice(first, first + height);
  const below = lines.length - first - shown.length;
  if (below === 0) return shown;
  return [...shown.slice(0, -1), [span(`↓ ${below + 1} more lines`, "dim")]];
}

/** Lines that have no room. */
export function hiddenDifferences(scene: Differing, { width, height }: Size): number {
  return hiddenOf(differenceLines(scene, width), height);
}

function hiddenOf(lines: readonly Line[], height: number): number {
  return Math.max(0, lines.length - height);
}

type Differing = Pick<PairScene, "watched" | "view">;

function differenceLines({ watched, view }: Differing, width: number): Line[] {
  if (view.comparison !== undefined) {
    return comparedLines(view.comparison, width).map((line) => [span(line)]);
  }
  return [
    ...watched.requests.map((note) => [span(note, "wasted")]),
    ...keyTable(watched.scenario, width),
    [],
    [span("Figures come when both have ended: f goes there.", "dim")],
  ];
}

/** The keys at which the scenarios differ. */
export function keyTable(scenario: PairScene["watched"]["scenario"], width: number): Line[] {
  if (scenario.length === 0) return [[span("The scenarios are the same.")]];
  const text = (value: unknown) => {
    if (value === undefined) return "absent";
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  const keyWidth = Math.max(8, ...scenario.map(({ key }) => key.length)) + 2;
  const half = Math.max(6, Math.floor((width - keyWidth) / 2));
  const row = (key: string, a: string, b: string) =>
    [span(key.padEnd(keyWidth)), span(a.slice(0, half - 2).padEnd(half)), span(b)] as const;
  const [key, a, b] = row("scenario", "A", "B");
  return [
    [span(key.text, "dim"), span(a.text, "bold"), span(b.text, "bold")],
    ...scenario.map(({ key, a, b }) => fitted(row(key, text(a), text(b)), width)),
  ];
}
