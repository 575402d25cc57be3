import { type Line, span } from "../line.ts";
import type { Screen } from "../screen.ts";

/** No more rows, and none longer, than the smallest screen has room for. */
const keys = [
  ["space  .", "pause, go on; one event, then pause"],
  [",", "back to the start"],
  ["+  -", "faster, slower: real time to as fast as can be"],
  ["f", "to the end"],
  ["c C  r R", "what if: power cap, rate of arrivals, down, up"],
  ["x a  p", "what if: a replica less, more; prefix caching"],
  ["w", "write the scenario as changed, and the changes"],
  ["1-5, Tab", "overview, fleet, batch, latency, ledger"],
  ["↑ ↓ ← →", "another replica; Page up, down: a page of them"],
  ["o", "sort the fleet: id, power, batch, KV, MFU, …"],
  ["s", "save this screen as text and as SVG"],
  ["?", "these keys, or what was there before"],
  ["q, Ctrl-C", "leave"],
] as const;

export const help: Screen = (_scene, { height }) => {
  const rows: Line[] = keys.map(([key, says]) => [span(`  ${key.padEnd(12)}`, "bold"), span(says)]);
  return height > rows.length ? [[], ...rows] : rows;
};
