import type { SweepView } from "../../experiments/watch/sweep/view.ts";
import { bar } from "../bars.ts";
import { framed } from "../framed.ts";
import { beside, fitted, type Line, span, spread, textOf } from "../line.ts";
import { duration, percent } from "../numbers.ts";
import type { Size } from "../screen.ts";
import { frontChart } from "./frontChart.ts";
import { bestTable, frontTable } from "./frontTable.ts";
import type { SweepScene } from "./sweepChoice.ts";
import { sweepHelp } from "./sweepHelp.ts";
import { grouped } from "./texts.ts";

/** Rows that come at this distance leave no doubt that somebody writes them. */
const quietAfterS = 15;

/** Exactly the rows of the terminal, none longer than it is wide. */
export function sweepFrame(scene: SweepScene, size: Size): readonly Line[] {
  const { width } = size;
  const { view, choice, said } = scene;
  const top = [
    title(view, width),
    progress(view, width),
    ...failures(view),
    ...shards(view, width),
  ];
  const body = (room: Size) => (choice.help ? sweepHelp(room) : content(scene, room));
  return framed({ top, body, bottom: keys(said, width) }, size);
}

/** Beside each other where there is room, else below. */
function content(scene: SweepScene, { width, height }: Size): readonly Line[] {
  const best = bestTable(scene, { width, height: height < 16 ? 4 : height });
  const left = height - best.length;
  if (width >= 150) {
    const half = Math.floor(width / 2);
    const chart = frontChart(scene, { width: half - 2, height: left });
    return [
      ...best,
      ...beside(chart, frontTable(scene, { width: width - half, height: left }), half),
    ];
  }
  const chartRows = Math.max(5, Math.ceil(left * 0.55));
  return [
    ...best,
    ...frontChart(scene, { width, height: chartRows }),
    ...frontTable(scene, { width, height: left - chartRows }),
  ];
}

function title(view: SweepView, width: number): Line {
  const left = [span("tokenwatt ", "bold"), span(`sweep ${view.name}`)];
  const right = state(view);
  return spread(fitted(left, width - right.text.length - 2), [right], width);
}

function state({ state: now, quietS, ratePerS, points, done }: SweepView) {
  if (now === "reading") return span("… reading", "bold");
  if (now === "done") return span("■ ended", "bold");
  if (now === "gone") return span("✗ manifest.json is gone", "alarm");
  if (quietS !== undefined && quietS >= quietAfterS) {
    return span(`‖ no new row for ${duration(quietS)}`, "chosen");
  }
  if (ratePerS === undefined) return span("▶ going", "bold");
  const rate = ratePerS < 10 ? ratePerS.toFixed(2) : ratePerS.toFixed(0);
  return span(`▶ ${rate} /s, ${duration((points - done) / ratePerS)} left`, "bold");
}

function progress({ points, done, failed }: SweepView, width: number): Line {
  const ratio = done / points;
  const share = percent(done === points ? 1 : Math.min(0.99, ratio));
  const right = [
    span(`  ${grouped(done)} of ${grouped(points)} points  ${share}  `),
    span(`${grouped(failed)} failed`, failed > 0 ? "alarm" : "dim"),
  ];
  const room = Math.max(8, width - textOf(right).length);
  const filled = bar(ratio, room);
  const [full, rest] = [filled.trimEnd(), filled.length - filled.trimEnd().length];
  return [span(full, "decode"), span("░".repeat(rest), "dim"), ...right];
}

function failures({ reasons, failed }: SweepView): Line[] {
  const [first] = reasons;
  if (first === undefined) return [];
  const [reason, points] = first;
  const others = failed > points ? `, and ${grouped(failed - points)} more` : "";
  return [[span(`${grouped(points)} failed: ${reason}${others}`, "wasted")]];
}

const partGlyphs = { waits: "·", going: "▒", done: "█" } as const;

function shards({ parts }: SweepView, width: number): Line[] {
  if (parts.length === 0) return [];
  const count = (state: keyof typeof partGlyphs) =>
    parts.filter((part) => part.state === state).length;
  const glyphs = parts.map(({ state }) => partGlyphs[state]).join("");
  const counts = `  █ ${count("done")} done  ▒ ${count("going")} going  · ${count("waits")} to come`;
  const room = Math.max(0, width - counts.length - 8);
  const cut = glyphs.length > room ? `${glyphs.slice(0, Math.max(0, room - 1))}…` : glyphs;
  return [[span("Shards  "), span(cut, "decode"), span(counts, "dim")]];
}

function keys(said = "", width: number): Line {
  if (said !== "") return [span(said, "bold")];
  const wide = "↑ ↓ Page up/down a point of the front  x another latency  s save  ? help  q quit";
  const narrow = "↑ ↓ point  x latency  s save  ? help  q quit";
  return [span(width > wide.length ? wide : narrow, "dim")];
}
