import { type Line, span } from "../line.ts";
import type { Size } from "../screen.ts";

const keys = [
  ["space", "pause, go on"],
  [".", "the next event of either, then pause"],
  [",", "back to the start"],
  ["+  -", "faster, slower: from real time to as fast as it goes"],
  ["f", "to the end, where the figures are those of compare"],
  ["1-2, Tab", "overview, differences; ↑ ↓ Page up, down: its lines"],
  ["s", "save this screen as text and as SVG"],
  ["?", "these keys, or what was there before"],
  ["q, Ctrl-C", "leave"],
] as const;

const notes = [
  "A and B stand at the same simulated time. The letter says",
  "who has the better figure, ✓ ✗ whether it keeps the slo.",
  "Ranges apart: 80 % intervals have nothing in common.",
];

export function pairHelp({ height }: Size): readonly Line[] {
  const rows: Line[] = keys.map(([key, says]) => [span(`  ${key.padEnd(12)}`, "bold"), span(says)]);
  const said: Line[] = notes.map((note) => [span(`  ${note}`, "dim")]);
  return [...rows, [], ...said].slice(0, height);
}
