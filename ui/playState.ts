import { type Span, span } from "./line.ts";

interface Played {
  readonly isEnded: boolean;
  readonly paused: boolean;
  readonly speed: number;
}

/** How what is watched is played, for the right end of the title. */
export function playState(played: Played): Span {
  return span(textOf(played), played.paused ? "chosen" : "bold");
}

function textOf({ isEnded, paused, speed }: Played): string {
  if (isEnded) return "■ ended";
  if (paused) return "‖ paused";
  return Number.isFinite(speed) ? `▶ ${Number(speed.toPrecision(2))}x` : "▶▶ full speed";
}
