import { energyPlace, objectives } from "../../experiments/watch/sweep/figures.ts";
import { gutterWidth, withGutter } from "../gutter.ts";
import { type Line, span, spread } from "../line.ts";
import { type Scale, scatter } from "../scatter.ts";
import type { Size } from "../screen.ts";
import { rowOf, type SweepScene, tradeoffOf } from "./sweepChoice.ts";
import { figureText } from "./texts.ts";

/** All points by two figures, those that none beats told apart; exactly `height` rows. */
export function frontChart({ view, choice }: SweepScene, { width, height }: Size): Line[] {
  const tradeoff = tradeoffOf(view, choice);
  const [energy, latency] = [objectives[energyPlace], objectives[tradeoff?.latency ?? -1]];
  if (tradeoff === undefined || energy === undefined || latency === undefined) return [];
  const { across, up, front } = tradeoff;
  const title = spread(
    [
      span(`${energy.label} `),
      span("↑", "bold"),
      span(` against ${latency.label} `),
      span("→", "bold"),
    ],
    [span("⠂ a point  "), span("●", "bold"), span(` none better in both: ${front.length}`)],
    width,
  );
  const rows = height - 2;
  if (across.length === 0) return [title, ...Array.from({ length: rows + 1 }, () => [])];
  const chosen = rowOf(front, choice);
  const marks = front.map((point, row) => ({ ...point, isChosen: row === chosen }));
  const drawn = scatter({ across, up, marks, width: width - gutterWidth, height: rows });
  const label = (row: number) => {
    if (row === 0) return figureText(energy, drawn.up.high, view.currency);
    return row === rows - 1 ? figureText(energy, drawn.up.low, view.currency) : "";
  };
  return [
    title,
    ...drawn.rows.map((row, place) => withGutter(row, label(place))),
    axis(drawn.across, (figure) => figureText(latency, figure, view.currency), {
      isLog: drawn.up.isLog,
      width,
    }),
  ];
}

function axis(
  { low, high, isLog }: Scale,
  text: (figure: number) => string,
  { isLog: isUpLog, width }: { readonly isLog: boolean; readonly width: number },
): Line {
  const scales = [...(isLog ? ["→"] : []), ...(isUpLog ? ["↑"] : [])];
  const note = scales.length === 0 ? "" : `   ${scales.join(" and ")} logarithmic`;
  const left = [span(`${" ".repeat(gutterWidth - 1)}└ ${text(low)}${note}`, "dim")];
  return spread(left, [span(text(high), "dim")], width);
}
