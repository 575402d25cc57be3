import { stateOf } from "./changeMarks.ts";
import { framed } from "./framed.ts";
import { fitted, type Line, span, spread, textOf } from "./line.ts";
import { duration, percent } from "./numbers.ts";
import { playState } from "./playState.ts";
import { type Scene, type Screen, type ScreenName, type Size, screenNames } from "./screen.ts";
import { batch } from "./screens/batch.ts";
import { fleet } from "./screens/fleet.ts";
import { help } from "./screens/help.ts";
import { latency } from "./screens/latency.ts";
import { ledger } from "./screens/ledger.ts";
import { overview } from "./screens/overview.ts";

const screens: Readonly<Record<ScreenName, Screen>> = { overview, fleet, batch, latency, ledger };

/** Title, screen and keys. */
export function frame(scene: Scene, size: Size): readonly Line[] {
  const { width } = size;
  const screen = scene.choice.help ? help : screens[scene.choice.screen];
  const top = [title(scene, width), tabs(scene, width)];
  return framed(
    { top, body: (room) => screen(scene, room), bottom: keys(scene.said, width) },
    size,
  );
}

function title({ watched, view }: Scene, width: number): Line {
  const { gpus, gpu, llm } = watched;
  const left = [span("tokenwatt ", "bold"), span(`${llm} on ${gpus} ${gpu}`)];
  const { nowS } = view.snapshot;
  const clock = `${duration(nowS)} ${percent(doneRatio({ watched, view }))}  `;
  const right = [span(clock), playState({ ...view, isEnded: view.digest !== undefined })];
  const room = width - textOf(right).length - 2;
  return spread(fitted(left, room), right, width);
}

function doneRatio({ watched, view }: Pick<Scene, "watched" | "view">): number {
  if (view.digest !== undefined) return 1;
  return Math.min(0.99, (view.snapshot.nowS - view.history.startS) / watched.expectedS);
}

function tabs({ choice, view }: Scene, width: number): Line {
  const names = screenNames.flatMap((name, place) => [
    span(` ${place + 1} ${name} `, name === choice.screen && !choice.help ? "chosen" : "plain"),
    span(" "),
  ]);
  const room = width - textOf(names).length;
  const state = stateOf(view.steered, room - 2);
  const rule = "─".repeat(Math.max(0, room - (state === "" ? 0 : state.length + 2)));
  return [...names, span(rule, "dim"), ...(state === "" ? [] : [span(` ${state} `, "bold")])];
}

function keys(said = "", width: number): Line {
  if (said !== "") return [span(said, "bold")];
  const texts = [
    "space pause  . event  , restart  -/+ speed  f end  1-5 Tab  c/C cap  r/R rate  x/a replicas  p caching  w write  s save  ? help  q quit",
    "space pause  -/+ speed  f end  Tab  c/C r/R x/a p what if  ? help  q quit",
    "space pause  -/+ speed  f end  Tab  ? help  q quit",
  ];
  return [span(texts.find((text) => text.length < width) ?? "? help  q quit", "dim")];
}
