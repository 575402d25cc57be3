import type { PairPlayed } from "../../experiments/watch/compare/pairProtocol.ts";
import { percentileS, type Tally } from "../../experiments/watch/tally.ts";
import { totalJ } from "../energyParts.ts";
import { short } from "../numbers.ts";
import { grouped } from "../sweep/texts.ts";
import type { PairScene, Side } from "./pairScene.ts";

type ComparedFigure = NonNullable<PairPlayed["comparison"]>["figures"][number];

/** A figure of either run, as it stands now and as its result tells it. */
interface Figure {
  readonly name: string;
  /** Undefined where nothing is known yet. */
  readonly now: (side: Side) => number | undefined;
  /** Its path in a result, and what of `now` is one there; undefined where a result has none. */
  readonly metric?: string;
  readonly perUnit?: number;
  readonly text: (value: number) => string;
  readonly better: "less" | "more";
  /** Of all requests together: nothing to be judged by where the two serve others. */
  readonly isSum?: boolean;
  /** What it shall not exceed. */
  readonly limitS?: (side: Side) => number | undefined;
}

/** A figure of both. */
export interface FigureRow {
  readonly name: string;
  readonly a: FigureCell;
  readonly b: FigureCell;
  /** B less A. */
  readonly difference: string;
  /** What B is beyond A, of A. */
  readonly percent: string;
  /** Undefined where neither is, or nothing is known, or they can't be judged by it. */
  readonly better: "A" | "B" | undefined;
  /** Whether their 80 % ranges have nothing in common; undefined where none are known. */
  readonly isApart: boolean | undefined;
}

interface FigureCell {
  readonly text: string;
  /** Undefined where there is no limit, or nothing is known. */
  readonly isMet: boolean | undefined;
}

const joules = (value: number) => short(value, "J");
const count = (value: number) => (value < 1e6 ? grouped(value) : short(value));

const figures: readonly Figure[] = [
  {
    name: "J/output token",
    now: (side) => ratio(totalJ(side.view), side.view.snapshot.outputTokens),
    metric: "energy.per_output_token_j",
    text: joules,
    better: "less",
  },
  {
    name: "Energy",
    now: ({ view }) => totalJ(view),
    metric: "energy.gpu_j",
    isSum: true,
    text: joules,
    better: "less",
  },
  {
    name: "Mean power",
    now: (side) => ratio(totalJ(side.view), soFarS(side)),
    metric: "power.gpu_mean_w",
    isSum: true,
    text: (value) => short(value, "W"),
    better: "less",
  },
  {
    name: "Tokens/s",
    now: (side) => ratio(side.view.snapshot.outputTokens, soFarS(side)),
    metric: "throughput.output_tokens_per_s",
    isSum: true,
    text: (value) => short(value),
    better: "more",
  },
  ...latency(
    "TTFT",
    "ttft_ms",
    ({ view }) => view.ttftS,
    ({ watched }) => watched.serviceLevels.ttftS,
  ),
  ...latency(
    "TPOT",
    "tpot_ms",
    ({ view }) => view.tpotS,
    ({ watched }) => watched.serviceLevels.tpotS,
  ),
  ...latency(
    "E2E",
    "e2e_ms",
    ({ view }) => view.e2eS,
    ({ watched }) => watched.serviceLevels.e2eS,
  ),
  {
    name: "Waiting",
    now: ({ view }) => sumOf(view, "waitingSeqs"),
    text: count,
    better: "less",
    isSum: true,
  },
  {
    name: "Completed",
    now: ({ view }) => view.snapshot.completed,
    metric: "requests.completed",
    isSum: true,
    text: count,
    better: "more",
  },
];

/** Where not all have room, these come first. */
const byWeight = [
  "J/output token",
  "TTFT p99",
  "TPOT p99",
  "Tokens/s",
  "Waiting",
  "Energy",
  "Mean power",
  "TTFT p50",
  "TPOT p50",
  "E2E p99",
  "Completed",
  "E2E p50",
];

/** As many as have room; when both runs have ended, as `compare` tells them. */
export function figureRows(
  scene: PairScene,
  sides: readonly [Side, Side],
  rows: number,
): FigureRow[] {
  const shown = new Set(byWeight.slice(0, rows));
  const found = new Map(
    scene.view.comparison?.figures.map((figure) => [figure.metric, figure]) ?? [],
  );
  return figures
    .filter(({ name }) => shown.has(name))
    .map((figure) => {
      const row = rowOf(figure, sides, found.get(figure.metric ?? ""));
      const isJudged = figure.isSum !== true || scene.watched.requests.length === 0;
      return isJudged ? row : { ...row, better: undefined };
    });
}

function rowOf(figure: Figure, [a, b]: readonly [Side, Side], final?: ComparedFigure): FigureRow {
  const { perUnit = 1, better } = figure;
  const told = (value: number | null) => (value === null ? undefined : value / perUnit);
  const [inA, inB] =
    final === undefined ? [figure.now(a), figure.now(b)] : [told(final.a), told(final.b)];
  const difference = inA === undefined || inB === undefined ? undefined : inB - inA;
  const isLess = difference !== undefined && difference < 0;
  const isOtherwise = difference !== undefined && difference !== 0;
  return {
    name: figure.name,
    a: cellOf(figure, a, inA),
    b: cellOf(figure, b, inB),
    difference: differenceText(difference, figure.text),
    percent: percentText(difference, inA),
    better: isOtherwise ? (isLess === (better === "less") ? "B" : "A") : undefined,
    isApart: final?.exceeds_intervals ?? undefined,
  };
}

function cellOf({ text, limitS }: Figure, side: Side, value: number | undefined): FigureCell {
  const limit = limitS?.(side);
  const isKnown = value !== undefined && limit !== undefined;
  return {
    text: value === undefined ? "–" : text(value),
    isMet: isKnown ? value <= limit : undefined,
  };
}

function differenceText(difference: number | undefined, text: (value: number) => string): string {
  if (difference === undefined) return "–";
  if (difference === 0) return "=";
  return `${difference < 0 ? "-" : "+"}${text(Math.abs(difference))}`;
}

function percentText(difference: number | undefined, of: number | undefined): string {
  if (difference === undefined || of === undefined || difference === 0) return "";
  if (of === 0) return "–";
  const percent = (100 * difference) / of;
  const size = Math.abs(percent);
  if (size >= 1000) return `x${short(1 + percent / 100)}`;
  if (size < 0.05) return "~0 %";
  // Nearly nothing is not nothing.
  if (percent < -99 && percent > -100) return `-${Math.min(99.9, size).toFixed(1)} %`;
  return `${percent < 0 ? "-" : "+"}${size.toFixed(size < 9.95 ? 1 : 0)} %`;
}

function latency(
  name: string,
  member: string,
  tally: (side: Side) => Tally,
  limitS: (side: Side) => number | undefined,
): Figure[] {
  const percentile = (percent: number): Figure => ({
    name: `${name} p${percent}`,
    now: (side) => percentileS(tally(side), percent / 100),
    metric: `latency.${member}.p${percent}`,
    perUnit: 1000,
    text: time,
    better: "less",
  });
  return [percentile(50), { ...percentile(99), limitS }];
}

/** In seven characters. */
function time(seconds: number): string {
  if (seconds < 1) return short(seconds, "s");
  if (seconds < 120) return `${seconds.toPrecision(3)} s`;
  return seconds < 7200 ? `${(seconds / 60).toFixed(1)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

function sumOf(view: Side["view"], key: "waitingSeqs" | "runningSeqs"): number {
  return view.snapshot.replicas.reduce((sum, replica) => sum + replica[key], 0);
}

function soFarS({ view }: Side): number {
  return view.snapshot.nowS - view.history.startS;
}

function ratio(of: number, to: number): number | undefined {
  return to > 0 ? of / to : undefined;
}
