import { binEdgeS, binsPerDecade, percentileS, type Tally } from "../../experiments/watch/tally.ts";
import { brailleArea } from "../braille.ts";
import { type Line, span, spread } from "../line.ts";
import { duration } from "../numbers.ts";
import type { Screen, Size } from "../screen.ts";

interface Law {
  readonly name: string;
  readonly says: string;
  readonly tally: Tally;
  readonly levelS: number | undefined;
}

/** How the completed requests fared: three histograms on one logarithmic scale each. */
export const latency: Screen = ({ watched, view }, { width, height }) => {
  const { ttftS, tpotS, e2eS } = watched.serviceLevels;
  const laws: readonly Law[] = [
    { name: "TTFT", says: "time to first token", tally: view.ttftS, levelS: ttftS },
    { name: "TPOT", says: "time per output token", tally: view.tpotS, levelS: tpotS },
    { name: "E2E", says: "from arrival to the last token", tally: view.e2eS, levelS: e2eS },
  ];
  const rows = Math.floor(height / laws.length);
  return laws.flatMap((law) => histogram(law, { width, height: rows }));
};

function histogram({ name, says, tally, levelS }: Law, { width, height }: Size): Line[] {
  const figures = [0.5, 0.9, 0.99].map((ratio) => {
    const value = duration(percentileS(tally, ratio));
    return span(` p${ratio * 100} ${value} `);
  });
  const limit =
    levelS === undefined ? span(" no limit set", "dim") : span(` limit ${duration(levelS)} ┆`);
  const title = spread(
    [span(name, "bold"), span(width < 90 ? " " : ` ${says} `, "dim"), ...figures, limit],
    [span(`${tally.count} requests`, "dim")],
    width,
  );
  const { from, to } = shown(tally, levelS);
  const counts = spreadOut(tally.bins.slice(from, to), 2 * width);
  const rows = brailleArea({
    values: counts,
    highest: Math.max(1, ...counts),
    width,
    height: height - 2,
    tone: "decode",
  });
  const at =
    levelS === undefined ? -1 : Math.floor(((placeOf(levelS) - from) / (to - from)) * width);
  const axis = spread(
    [span(`└ ${duration(binEdgeS(from))}`, "dim")],
    [span(`${duration(binEdgeS(to))} ┘`, "dim")],
    width,
  );
  return [title, ...rows.map((row) => withLimit(row, at)), axis];
}

/** From the first bin to the last that holds something, the limit among them; a third of a decade at least. */
function shown({ bins }: Tally, levelS: number | undefined): { from: number; to: number } {
  const first = bins.findIndex((count) => count > 0);
  const last = bins.findLastIndex((count) => count > 0);
  const limit = levelS === undefined ? [] : [Math.floor(placeOf(levelS))];
  const places = first < 0 ? limit : [first, last, ...limit];
  if (places.length === 0) return { from: 0, to: bins.length };
  const from = Math.max(0, Math.min(...places) - 2);
  return { from, to: Math.min(bins.length, Math.max(from + binsPerDecade / 3, ...places) + 3) };
}

function placeOf(valueS: number): number {
  return Math.log10(valueS / binEdgeS(0)) * binsPerDecade;
}

function spreadOut(counts: readonly number[], columns: number): number[] {
  return Array.from(
    { length: columns },
    (_, column) => counts[Math.floor((column * counts.length) / columns)] ?? 0,
  );
}

function withLimit(row: Line, at: number): Line {
  const [only] = row;
  if (only === undefined || at < 0 || at >= only.text.length) return row;
  const { text, tone } = only;
  return [span(text.slice(0, at), tone), span("┆", "bold"), span(text.slice(at + 1), tone)];
}
