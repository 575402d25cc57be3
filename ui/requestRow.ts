import { newsViews, type ShownRequest } from "../experiments/watch/batchBook.ts";
import { bar } from "./bars.ts";
import { letterOf } from "./kvMap.ts";
import { type Line, span, type Tone, textOf } from "./line.ts";
import { duration } from "./numbers.ts";

const phases: Readonly<Record<ShownRequest["phase"], readonly [letter: string, tone: Tone]>> = {
  prefill: ["P prefill", "prefill"],
  decode: ["D decode", "decode"],
  paused: ["‖ paused", "dim"],
  finished: ["= done", "dim"],
  swapped: ["S swapped", "bold"],
  waiting: ["W waiting", "plain"],
};

const nameWidth = 20;
const tokensWidth = 11;
const ageWidth = 10;
/** Wide screens have room for a word. */
const newsWidth = (width: number) => (width >= 78 ? 12 : 4);
const barWidth = (width: number) =>
  width - nameWidth - tokensWidth - ageWidth - newsWidth(width) - 1;
/** Prompts are long and soon computed: their part of the bar is the smaller one. */
const prefillWidth = (width: number) => Math.max(3, Math.round((barWidth(width) - 1) / 4));

export function requestHeadings(width: number): Line {
  const prefill = "prefill".slice(0, prefillWidth(width)).padEnd(prefillWidth(width) + 1);
  const bars = `${prefill}decode`.padEnd(barWidth(width));
  const name = `  request state`.padEnd(nameWidth);
  return [
    span(`${name}${bars}${"tokens".padStart(tokensWidth)}${"age".padStart(ageWidth)}`, "bold"),
  ];
}

/** A request as a bar that grows through prefill and decode. */
export function requestRow(request: ShownRequest, width: number): Line {
  const { id, phase, place, ageS } = request;
  const [state, tone] = phases[phase];
  const line = [
    span(`${letterOf(place)} `, tone === "prefill" || tone === "decode" ? tone : "bold"),
    span(`${String(id).padStart(6)} `),
    span(state.padEnd(nameWidth - 9), tone),
    ...bars(request, width),
    span(tokens(request).padStart(tokensWidth), "bold"),
    span(duration(ageS).padStart(ageWidth)),
    span(" "),
    ...news(request, width),
  ];
  return [...line, span(" ".repeat(Math.max(0, width - textOf(line).length)))];
}

function bars(request: ShownRequest, width: number): Line {
  const { prefillTokens, cachedTokens, chunkTokens, outputTokens, emittedTokens } = request;
  const firstWidth = prefillWidth(width);
  const doneRatio = cachedTokens / Math.max(1, prefillTokens);
  const flightRatio = (cachedTokens + chunkTokens) / Math.max(1, prefillTokens);
  // What is behind a request is a thin line, so that those stand out whose prompt is computed now.
  const isPast = cachedTokens >= prefillTokens;
  const done = isPast ? "━".repeat(firstWidth) : bar(doneRatio, firstWidth).trimEnd();
  const flight = "▚".repeat(Math.max(0, Math.round(flightRatio * firstWidth) - done.length));
  const secondWidth = barWidth(width) - firstWidth - 1;
  const emitted = Math.floor((emittedTokens / Math.max(1, outputTokens)) * secondWidth);
  return [
    span(done, "prefill"),
    span(flight, "prefill"),
    span("·".repeat(firstWidth - done.length - flight.length), "dim"),
    span("│", "dim"),
    span("▓".repeat(emitted), "decode"),
    span("·".repeat(secondWidth - emitted), "dim"),
  ];
}

/** Done and wanted, of the prompt until it decodes. */
function tokens(request: ShownRequest): string {
  const { phase, prefillTokens, cachedTokens, outputTokens, emittedTokens } = request;
  const isPrompt = phase === "prefill" || phase === "waiting";
  return isPrompt ? `${cachedTokens}/${prefillTokens}` : `${emittedTokens}/${outputTokens}`;
}

/** Flashes while it is new, less than three times a second, and is counted afterwards. */
function news({ preemptions, newsLeft }: ShownRequest, width: number): Line {
  if (preemptions === 0) return [];
  if (newsLeft === 0) return [span(`↯${preemptions}`, "bold")];
  const isLit = Math.floor((newsViews - newsLeft) / 2) % 2 === 0;
  const text = newsWidth(width) > 4 ? "↯ preempted" : `↯${preemptions}!`;
  return [span(text, isLit ? "alarm" : "bold")];
}
