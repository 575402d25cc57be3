import { type Objective, objectives } from "../../experiments/watch/sweep/figures.ts";
import type { SweepPoint } from "../../experiments/watch/sweep/view.ts";
import { duration, short } from "../numbers.ts";

/** A figure in the unit of its objective. */
export function figureText(
  { unit }: Objective,
  figure: number | undefined,
  currency: string,
): string {
  if (figure === undefined) return "–";
  if (unit === "s") return duration(figure);
  if (unit === "money") return `${figure.toPrecision(3)} ${currency}`.trimEnd();
  return short(figure, unit === "J" ? "J" : "");
}

export function textAt(point: SweepPoint, place: number, currency: string): string {
  const objective = objectives[place];
  return objective === undefined ? "–" : figureText(objective, point.figures[place], currency);
}

/** Names of what is varied by as many of their last words as tell them apart. */
export function shortNames(names: readonly string[]): readonly string[] {
  return names.map((name) => {
    const words = name.split(".");
    for (let kept = 1; kept < words.length; kept++) {
      const tail = words.slice(-kept).join(".");
      const alike = names.filter((other) => other === tail || other.endsWith(`.${tail}`));
      if (alike.length === 1) return tail;
    }
    return name;
  });
}

/** "gpu L40S, rate_rps 2"; nothing stands for null. */
export function givenText(names: readonly string[], { given }: SweepPoint): string {
  const shown = shortNames(names);
  return given.map((value, place) => `${shown[place]} ${value === "" ? "null" : value}`).join(", ");
}

export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
