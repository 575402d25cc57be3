import { percentileS, type Tally } from "../../experiments/watch/tally.ts";
import { stacked } from "../bars.ts";
import { brailleArea, resampled } from "../braille.ts";
import { lettered, markColumns, ruled } from "../changeMarks.ts";
import { energyParts, totalJ } from "../energyParts.ts";
import { gutterWidth, withGutter } from "../gutter.ts";
import { type Line, span, spread } from "../line.ts";
import { duration, short } from "../numbers.ts";
import type { Scene, Screen, Size } from "../screen.ts";

/** What stands below the charts. */
const figureRows = 8;

/** The whole run at a glance: power, what it buys, and how long requests wait for it. */
export const overview: Screen = (scene, { width, height }) => {
  const chartRows = height - figureRows - 2;
  const hasSecond = chartRows >= 12;
  const second = hasSecond ? Math.floor(chartRows / 3) : 0;
  const marks = changeMarks(scene, width);
  const size = { width, height: chartRows - (hasSecond ? second + 1 : 0) };
  return [
    ...powerChart(scene, size, marks),
    ...(hasSecond ? tokensChart(scene, { width, height: second }, marks) : []),
    timeAxis(scene, width, marks),
    ...figures(scene, width),
  ];
};

/** By column of the charts. */
type Marks = ReadonlyMap<number, string>;

function changeMarks({ watched, view }: Scene, width: number): Marks {
  const { startS } = view.history;
  const endS = startS + lastS(watched, view);
  const changes = view.steered?.changes ?? [];
  return markColumns(changes, { startS, endS, columns: width - gutterWidth });
}

function powerChart({ watched, view }: Scene, { width, height }: Size, changed: Marks): Line[] {
  const { capW, idleW } = watched;
  const { bins } = view.history;
  const nowW = view.snapshot.replicas.reduce((sum, { powerW }) => sum + powerW, 0);
  const highest = Math.max(capW ?? 0, idleW, ...bins.map(({ powerW }) => powerW)) * 1.05;
  const columns = 2 * (width - gutterWidth);
  const rows = brailleArea({
    values: resampled(
      bins.map(({ powerW }) => powerW),
      columns,
      wholeBins(view, watched.expectedS),
    ),
    highest,
    width: width - gutterWidth,
    height,
    tone: "decode",
    base: idleW,
    limit: capW,
  });
  // Where the chart has them: the last row of the floor, and the row of the dashed line.
  const levelOf = (watts: number) => Math.round((watts / highest) * height * 4) / 4;
  const marks = new Map([[0, short(highest, "W")]]);
  marks.set(height - Math.max(1, Math.floor(levelOf(idleW))), "idle");
  if (capW !== undefined) marks.set(height - Math.ceil(levelOf(capW)), "cap");
  const cap = capW === undefined ? [] : [span("  cap "), span(short(capW, "W"), "bold")];
  const title: Line = [
    span("Power "),
    span(short(nowW, "W"), "bold"),
    ...cap,
    span(`  idle ${short(idleW, "W")}`, "dim"),
  ];
  const legend = span("⣿ above idle  ⢥ idle", "dim");
  return [
    spread(title, [legend], width),
    ...rows.map((row, place) => withGutter(ruled(row, changed), marks.get(place))),
  ];
}

function tokensChart({ watched, view }: Scene, { width, height }: Size, changed: Marks): Line[] {
  const rates = view.history.bins.map(({ tokensPerS }) => tokensPerS);
  const highest = Math.max(1, ...rates) * 1.05;
  const rows = brailleArea({
    values: resampled(rates, 2 * (width - gutterWidth), wholeBins(view, watched.expectedS)),
    highest,
    width: width - gutterWidth,
    height,
    tone: "prefill",
  });
  const title: Line = [span("Output "), span(`${short(rates.at(-1) ?? 0)} tokens/s`, "bold")];
  const top = (place: number) => (place === 0 ? short(highest) : undefined);
  return [title, ...rows.map((row, place) => withGutter(ruled(row, changed), top(place)))];
}

function wholeBins({ history }: Scene["view"], expectedS: number): number {
  return Math.ceil(expectedS / history.binS);
}

/** Seconds that the charts span. */
function lastS(watched: Scene["watched"], { history }: Scene["view"]): number {
  const { binS, bins } = history;
  return Math.max(watched.expectedS, bins.length * binS);
}

/** The letters of changes stand below their lines. */
function timeAxis({ watched, view }: Scene, width: number, changed: Marks): Line {
  const { startS } = view.history;
  const endS = lastS(watched, view);
  const left = [
    span(" ".repeat(gutterWidth - 1)),
    span("└ ", "dim"),
    span(duration(startS), "dim"),
  ];
  const axis = spread(left, [span(duration(startS + endS), "dim")], width);
  const columns = Array.from(
    changed,
    ([column, letter]) => [column + gutterWidth, letter] as const,
  );
  return lettered(axis, new Map(columns));
}

function figures({ watched, view }: Scene, width: number): Line[] {
  const { snapshot, history } = view;
  const { outputTokens, replicas } = snapshot;
  const sumJ = totalJ(view);
  const waiting = replicas.reduce((sum, { waitingSeqs }) => sum + waitingSeqs, 0);
  const running = replicas.reduce((sum, { runningSeqs }) => sum + runningSeqs, 0);
  const { ttftS, tpotS, e2eS } = watched.serviceLevels;
  const parts = energyParts(view);
  // A narrow screen names only what there is.
  const named = parts.filter(({ value }) => width >= 72 || value > 0);
  const partWidth = Math.max(8, width - 8);
  return [
    [
      span("Energy  "),
      span(short(sumJ, "J"), "bold"),
      span("  "),
      span(outputTokens === 0 ? "–" : short(sumJ / outputTokens, "J"), "bold"),
      span("/output token  "),
      span(`${short(history.bins.at(-1)?.tokensPerS ?? 0)}`, "bold"),
      span(" tokens/s"),
    ],
    [span("        "), ...stacked(parts, partWidth)],
    [
      span("        "),
      ...named.flatMap(({ name, glyph, tone, value }) => [
        span(`${glyph} `, tone),
        span(`${name} ${Math.round(sumJ === 0 ? 0 : (100 * value) / sumJ)}% `),
      ]),
    ],
    [
      span("Queue   "),
      span(String(waiting), waiting > running ? "alarm" : "bold"),
      span(" wait  "),
      span(String(running), "bold"),
      span(" run  "),
      span(String(snapshot.completed), "bold"),
      span(` done${watched.requests === undefined ? "" : ` of ${watched.requests}`}  `),
      span(`${snapshot.preemptions} preemptions`, "dim"),
    ],
    latencyLine("TTFT", view.ttftS, ttftS),
    latencyLine("TPOT", view.tpotS, tpotS),
    latencyLine("E2E", view.e2eS, e2eS),
  ];
}

function latencyLine(name: string, tally: Tally, levelS: number | undefined): Line {
  const p99S = percentileS(tally, 0.99);
  const line = [
    span(name.padEnd(8)),
    span("p50 "),
    span(duration(percentileS(tally, 0.5)).padEnd(9), "bold"),
    span("p99 "),
    span(duration(p99S).padEnd(9), "bold"),
  ];
  if (levelS === undefined) return [...line, span("no limit set", "dim")];
  if (p99S === undefined) return [...line, span(`limit ${duration(levelS)}`, "dim")];
  const isMet = p99S <= levelS;
  return [
    ...line,
    span(`limit ${duration(levelS)} `, "dim"),
    span(isMet ? "✓ met" : "✗ missed", isMet ? "plain" : "alarm"),
  ];
}
