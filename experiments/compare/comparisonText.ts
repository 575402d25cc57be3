import type { Paint } from "../report/paint.ts";
import { digits, grouped, unknownText } from "../report/quantity.ts";
import { table } from "../report/table.ts";
import type { Comparison } from "./comparison.ts";
import type { ComparedFigure } from "./figures.ts";

interface TextOptions {
  readonly paint: Paint;
  readonly columns: number;
}

/** For a terminal: the figures that differ, then what to know about them. */
export function comparisonText(comparison: Comparison, options: TextOptions): string {
  const { a, b, notes, scenario, figures } = comparison;
  const { paint, columns } = options;
  const cut = (text: string) =>
    text.length > columns ? `${text.slice(0, columns - 1)}…\n` : `${text}\n`;
  const side = (letter: string, { file, name }: Comparison["a"]) =>
    cut(`${paint.strong(letter)}  ${name === null ? file : `${name}, ${file}`}`);
  const differing = figures.filter((figure) => figure.a !== figure.b);
  const same = figures.length - differing.length;
  const rows = differing.map(figureRow);
  const keys = scenario.map(({ key, a, b }) => ({ scenario: key, A: shown(a), B: shown(b) }));
  return [
    side("A", a),
    side("B", b),
    "\n",
    rows.length === 0 ? "" : `${table(rows, options)}${cut(paint.faint(legend))}`,
    rows.length === 0
      ? `all ${grouped(same)} figures are the same\n`
      : `${grouped(same)} other figures are the same\n`,
    keys.length === 0 ? "\nthe scenarios are the same\n" : `\n${table(keys, options)}`,
    notes.length === 0 ? "" : `\n${notes.map((note) => cut(`- ${note}`)).join("")}`,
  ].join("");
}

const legend = `80 % ranges: apart, they have nothing in common; overlap, they have; ${unknownText}, not known`;

function figureRow({ metric, a, b, difference, ratio, exceeds_intervals }: ComparedFigure) {
  return {
    figure: metric,
    "B/A": ratio === null ? unknownText : ratio.toPrecision(3),
    ranges: rangesText(exceeds_intervals),
    A: digits(a),
    B: digits(b),
    "B - A": difference !== null && difference > 0 ? `+${digits(difference)}` : digits(difference),
  };
}

function rangesText(exceeds: boolean | null): string {
  if (exceeds === null) return unknownText;
  return exceeds ? "apart" : "overlap";
}

const mostCharacters = 32;

function shown(value: unknown): string {
  if (value === undefined) return "absent";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters - 1)}…` : text;
}
