import { randomGamma, randomWeibull } from "d3-random";
import type { RandomSource } from "../../sim/random.ts";
import type { Seconds, Tokens } from "../../sim/units.ts";
import { at } from "../at.ts";
import { counted } from "../importers/requestRows.ts";
import { type TraceColumns, traceBuilder } from "../importers/traceColumns.ts";
import { firstAbove } from "../quantileTable.ts";
import type { LengthWindow, RateWindow, ServegenClient } from "./client.ts";
import type { LengthChances } from "./pythonDict.ts";

/** ServeGen tells each client's rate for ten minutes at a time. */
const windowS: Seconds = 600;

interface Span {
  readonly fromS: Seconds;
  readonly toS: Seconds;
}

/** How many requests will be generated. */
export function generatedRequests(clients: readonly ServegenClient[], span: Span): number {
  return clients
    .flatMap(({ rates }) => rates)
    .filter(inSpan(span))
    .reduce((sum, window) => sum + requestsIn(window), 0);
}

/**
 * The requests of all clients in a span (ServeGen, arXiv 2505.09999): of each and for each ten
 * minutes as many as its rate says, their gaps by its law and made to fill the time, so that only
 * the law's shape counts. Clients whose lengths are not at hand are left out.
 */
export function generated(
  clients: readonly ServegenClient[],
  { random, ...span }: Span & { readonly random: RandomSource },
): TraceColumns {
  const known = clients.filter(({ lengths }) => lengths.length > 0);
  const builder = traceBuilder();
  let promptless = 0;
  for (const [startS, asking] of windowsOf(known, span)) {
    const requests = asking.flatMap(({ client, window }) => {
      const lengths = lengthsAt(client.lengths, startS);
      return arrivalsIn(window, random).map((timeS) => ({
        timeS,
        promptTokens: drawn(lengths.input, random),
        outputTokens: drawn(lengths.output, random),
      }));
    });
    for (const { timeS, ...tokens } of requests.sort((a, b) => a.timeS - b.timeS)) {
      if (timeS < span.fromS || timeS >= span.toS) continue;
      if (tokens.promptTokens === 0) promptless++;
      else builder.add({ fileRow: 1, ticks: timeS, ...tokens });
    }
  }
  const remarks = [...lostRemark(clients, span), ...counted(promptless, "have no input")];
  return { ...builder.columns({ ticksPerS: 1 }), isSpan: true, remarks };
}

function lostRemark(clients: readonly ServegenClient[], span: Span): readonly string[] {
  const lost = clients.filter(({ lengths }) => lengths.length === 0);
  if (lost.length === 0) return [];
  const shareRatio = generatedRequests(lost, span) / generatedRequests(clients, span);
  const share = `${(100 * shareRatio).toFixed(1)} % of the requests`;
  return [
    `${lost.length} clients have no lengths (chunk-*-dataset.json) and were left out: ${share}`,
  ];
}

interface Asking {
  readonly client: ServegenClient;
  readonly window: RateWindow;
}

/** Who asks in each ten minutes, in order of time. */
function windowsOf(clients: readonly ServegenClient[], span: Span): [Seconds, Asking[]][] {
  const windows = new Map<Seconds, Asking[]>();
  for (const client of clients) {
    for (const window of client.rates.filter(inSpan(span))) {
      const asking = windows.get(window.startS) ?? [];
      asking.push({ client, window });
      windows.set(window.startS, asking);
    }
  }
  return [...windows].sort(([a], [b]) => a - b);
}

function inSpan({ fromS, toS }: Span): (window: RateWindow) => boolean {
  return ({ startS }) => startS < toS && startS + windowS > fromS;
}

function requestsIn({ ratePerS }: RateWindow): number {
  return Math.round(ratePerS * windowS);
}

/**
 * One gap more than there are requests: ServeGen's own generator puts the last request at the end of
 * the window, and clients with few of them would all come at that moment.
 */
function arrivalsIn(window: RateWindow, random: RandomSource): number[] {
  const { startS, pattern, shape } = window;
  const gap =
    pattern === "Gamma" ? randomGamma.source(random)(shape) : randomWeibull.source(random)(shape);
  const ends: number[] = [];
  let sum = 0;
  for (let gaps = requestsIn(window) + 1; gaps > 0; gaps--) {
    sum += gap();
    ends.push(sum);
  }
  ends.pop();
  // Gaps of a small shape may all be too small to be numbers.
  return ends.map((end, k) => startS + windowS * (sum > 0 ? end / sum : k / ends.length));
}

/** The lengths of this time, or of the first time that has any. */
function lengthsAt(windows: readonly LengthWindow[], timeS: Seconds): LengthWindow {
  const found = windows.findLast(({ startS }) => startS <= timeS) ?? windows[0];
  if (found === undefined) throw new Error("invariant broken: a client without lengths asks");
  return found;
}

function drawn({ tokens, cumulative }: LengthChances, random: RandomSource): Tokens {
  const place = firstAbove(cumulative, random() * at(cumulative, cumulative.length - 1));
  return at(tokens, place);
}
