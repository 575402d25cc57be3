import { type Line, span } from "../line.ts";
import type { Screen } from "../screen.ts";

const keys = [
  ["space", "pause, go on"],
  [".", "one event, then pause"],
  [",", "back to the start"],
  ["+  -", "faster, slower: from real time to as fast as it goes"],
  ["f", "to the end"],
  ["c  C", "what if: power cap of each GPU down, up"],
  ["r  R", "what if: rate of arrivals down, up"],
  ["x  a", "what if: a replica less, one more"],
  ["p", "what if: prefix caching on, off"],
  ["w", "write the scenario as now changed, and the changes for run --changes"],
  ["1-5, Tab", "overview, fleet, batch, latency, ledger"],
  ["↑ ↓ ← →", "another replica; Page up and down: a page of them, or of a batch"],
  ["o", "sort the fleet by id, power, batch, waiting, KV use, MFU, MBU"],
  ["s", "save this screen as text and as SVG"],
  ["?", "these keys, or what was there before"],
  ["q, Ctrl-C", "leave"],
] as const;

export const help: Screen = (_scene, { height }) => {
  const rows: Line[] = keys.map(([key, says]) => [span(`  ${key.padEnd(12)}`, "bold"), span(says)]);
  return [[], ...rows].slice(0, height);
};
