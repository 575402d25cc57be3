import type { Paint } from "../report/paint.ts";
import { digits, grouped, unknownText } from "../report/quantity.ts";
import { table } from "../report/table.ts";
import type { Score } from "./score.ts";
import type { ScoredFigure } from "./scoredFigures.ts";

interface TextOptions {
  readonly paint: Paint;
  readonly columns: number;
}

export function scoreText(score: Score, options: TextOptions): string {
  const { bench, power, figures, notes, suggestions, result } = score;
  const { paint } = options;
  const lines = (title: string, texts: readonly string[]) =>
    texts.length === 0 ? "" : `\n${title}\n${texts.map((text) => `- ${text}\n`).join("")}`;
  const meter =
    power === undefined
      ? ""
      : `, watts of ${power.gpus.length === 0 ? "all GPUs" : `GPU ${power.gpus.join(", ")}`}`;
  return [
    `${paint.strong(bench.tool)}  ${bench.file}: ${grouped(bench.requests)} requests in ${digits(bench.durationS)} s${meter}\n`,
    `${paint.strong("tokenwatt")}  ${result.scenario.name}\n\n`,
    table(figures.map(row), options),
    paint.faint(
      "80 %: where that share of measurements lies; gate: what a miss of ends with exit code 1\n",
    ),
    lines("To know:", notes),
    lines("To calibrate (--fit FILE.csv writes the row for tokenwatt calibrate):", suggestions),
  ].join("");
}

function row({
  metric,
  measured,
  predicted,
  error_ratio,
  interval_80,
  in_interval,
  isKept,
}: ScoredFigure) {
  return {
    figure: metric,
    measured: digits(measured),
    predicted: digits(predicted),
    error: errorText(error_ratio),
    "80 %": interval_80 === null ? unknownText : interval_80.map(digits).join(" to "),
    inside: in_interval === null ? unknownText : yesNo(in_interval),
    gate: isKept === undefined ? unknownText : isKept ? "kept" : "MISSED",
  };
}

function errorText(ratio: number | null): string {
  if (ratio === null) return unknownText;
  const text = (ratio * 100).toFixed(1);
  return `${ratio > 0 ? "+" : ""}${text === "-0.0" ? "0.0" : text} %`;
}

function yesNo(is: boolean): string {
  return is ? "yes" : "no";
}
