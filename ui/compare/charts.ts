import type { History } from "../../experiments/watch/history.ts";
import { brailleArea } from "../braille.ts";
import { gutterWidth, withGutter } from "../gutter.ts";
import { beside, fitted, type Line, span, spread, type Tone, textOf } from "../line.ts";
import { duration, short } from "../numbers.ts";
import type { Size } from "../screen.ts";
import type { Side } from "./pairScene.ts";

/** Both are drawn to one scale. */
interface Axes {
  readonly fromS: number;
  readonly toS: number;
  readonly highest: number;
}

/** What is drawn of either. */
interface Curve {
  readonly value: (bin: History["bins"][number]) => number;
  readonly text: (value: number) => string;
  readonly tone: Tone;
  readonly title: (side: Side) => string;
  readonly now: (side: Side) => string;
  readonly base: (side: Side) => number | undefined;
  readonly limit: (side: Side) => number | undefined;
}

const power: Curve = {
  value: ({ powerW }) => powerW,
  text: (value) => short(value, "W"),
  tone: "decode",
  title: ({ watched: { llm, gpus, gpu } }) => `${gpus} ${gpu}, ${llm.split("/").at(-1)}`,
  now: ({ view }) =>
    short(
      view.snapshot.replicas.reduce((sum, { powerW }) => sum + powerW, 0),
      "W",
    ),
  base: ({ watched }) => watched.idleW,
  limit: ({ watched }) => watched.capW,
};

const tokens: Curve = {
  value: ({ tokensPerS }) => tokensPerS,
  text: (value) => short(value),
  tone: "prefill",
  title: () => "output",
  now: ({ view }) => `${short(view.history.bins.at(-1)?.tokensPerS ?? 0)} tokens/s`,
  base: () => undefined,
  limit: () => undefined,
};

const leastSecondRows = 24;

/** Watts over time, and tokens where there is room: beside each other, or above where that gives wider ones. */
export function charts(sides: readonly [Side, Side], { width, height }: Size): Line[] {
  const isBeside = width >= 120 || height < 12;
  const second = isBeside && height >= leastSecondRows ? Math.floor(height / 3) : 0;
  return isBeside
    ? [
        ...pairBeside(power, sides, { width, height: height - second }),
        ...(second > 0 ? pairBeside(tokens, sides, { width, height: second }) : []),
      ]
    : pairAbove(power, sides, { width, height });
}

const gap = 2;

function pairBeside(curve: Curve, sides: readonly [Side, Side], { width, height }: Size): Line[] {
  const axes = axesOf(curve, sides);
  const half = Math.floor((width - gap) / 2);
  const size = { width: half, height: height - 1 };
  const [a, b] = sides.map((side) => [...chart(curve, side, axes, size), timeAxis(axes, half)]);
  return beside(a ?? [], b ?? [], half + gap);
}

function pairAbove(curve: Curve, sides: readonly [Side, Side], { width, height }: Size): Line[] {
  const axes = axesOf(curve, sides);
  const upper = Math.ceil((height - 1) / 2);
  return [
    ...chart(curve, sides[0], axes, { width, height: upper }),
    ...chart(curve, sides[1], axes, { width, height: height - 1 - upper }),
    timeAxis(axes, width),
  ];
}

function axesOf({ value, base, limit }: Curve, sides: readonly [Side, Side]): Axes {
  const levels = sides.flatMap((side) => [
    base(side) ?? 0,
    limit(side) ?? 0,
    ...side.view.history.bins.map(value),
  ]);
  const starts = sides.map(({ view }) => view.history.startS);
  const ends = sides.map(({ watched, view: { history } }) =>
    Math.max(
      history.startS + watched.expectedS,
      history.startS + history.bins.length * history.binS,
    ),
  );
  const highest = 1.05 * levels.reduce((most, level) => Math.max(most, level), 0);
  return { fromS: Math.min(...starts), toS: Math.max(...ends), highest: highest || 1 };
}

function chart(curve: Curve, side: Side, axes: Axes, { width, height }: Size): Line[] {
  const rows = height - 1;
  const { highest } = axes;
  const [base, limit] = [curve.base(side), curve.limit(side)];
  const drawn = brailleArea({
    values: over(side.view.history, axes, 2 * (width - gutterWidth), curve.value),
    highest,
    width: width - gutterWidth,
    height: rows,
    tone: curve.tone,
    base,
    limit,
  });
  const levelOf = (value: number) => Math.round((value / highest) * rows * 4) / 4;
  const marks = new Map([[0, curve.text(highest)]]);
  if (base !== undefined && levelOf(base) >= 1) marks.set(rows - Math.floor(levelOf(base)), "idle");
  if (limit !== undefined && rows > 3) marks.set(rows - Math.ceil(levelOf(limit)), "cap");
  return [
    title(curve, side, width),
    ...drawn.map((row, place) => withGutter(row, marks.get(place))),
  ];
}

function title({ title, now }: Curve, side: Side, width: number): Line {
  const right = [span(side.view.digest === undefined ? now(side) : "■ ended", "bold")];
  const left = [span(` ${side.letter} `, "chosen"), span(` ${title(side)}`)];
  return spread(fitted(left, width - textOf(right).length - 1), right, width);
}

function timeAxis({ fromS, toS }: Axes, width: number): Line {
  const left = [span(`${" ".repeat(gutterWidth - 1)}└ ${duration(fromS)}`, "dim")];
  return spread(left, [span(duration(toS), "dim")], width);
}

/** Means over equal parts of the time of both; undefined where it is before or after what is known. */
function over(
  { startS, binS, bins }: History,
  { fromS, toS }: Axes,
  columns: number,
  value: Curve["value"],
): (number | undefined)[] {
  const binAt = (column: number) => (fromS + (column * (toS - fromS)) / columns - startS) / binS;
  return Array.from({ length: columns }, (_, column) => {
    const from = Math.floor(binAt(column) + 1e-9);
    if (from < 0 || from >= bins.length) return undefined;
    const part = bins.slice(from, Math.max(from + 1, Math.floor(binAt(column + 1) + 1e-9)));
    return part.reduce((sum, bin) => sum + value(bin), 0) / part.length;
  });
}
