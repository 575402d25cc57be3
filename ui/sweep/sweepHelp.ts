import { type Line, span } from "../line.ts";
import type { Size } from "../screen.ts";

const keys = [
  ["↑ ↓", "another point of the front; Page up, down: by ten"],
  ["x", "the front against E2E, TTFT or TPOT"],
  ["s", "save this screen as text and as SVG"],
  ["?", "these keys, or what was there before"],
  ["q, Ctrl-C", "leave; the sweep goes on"],
] as const;

const notes = [
  "●  no other point is better both in joules per output",
  "   token and in latency; ◆ is the one that is chosen",
  "#  counts points in the order of the grid, from 1",
  "‖  no row came for long: points take their time, or the",
  "   sweep was interrupted, and sweep --resume goes on",
];

export function sweepHelp({ height }: Size): readonly Line[] {
  const rows: Line[] = keys.map(([key, says]) => [span(`  ${key.padEnd(12)}`, "bold"), span(says)]);
  const said: Line[] = notes.map((note) => [span(`  ${note}`, "dim")]);
  return [[], ...rows, [], ...said].slice(0, height);
}
