import type { ValueRange } from "../../sim/metrics/distribution.ts";
import type { RequestRecord } from "../../sim/request.ts";
import type { Seconds } from "../../sim/units.ts";
import type { RequestTimes } from "./requestTimes.ts";

/** A list of vLLM's result, an element for each request. */
interface RequestList {
  readonly key: string;
  of(request: RequestRecord): unknown;
}

/** In the order of the file; failed requests have what the bench gives them. */
const beforeLatencies: readonly RequestList[] = [
  { key: "input_lens", of: ({ promptTokens }) => promptTokens },
  { key: "output_lens", of: (request) => ifDone(request, request.outputTokens) },
  { key: "ttfts", of: (request) => ifDone(request, request.ttftS) },
  { key: "itls", of: (request) => (isDone(request) ? gapsOf(request) : []) },
];
const behindLatencies: readonly RequestList[] = [
  { key: "start_times", of: ({ arrivalS }) => arrivalS },
  { key: "generated_texts", of: () => "" },
  { key: "errors", of: (request) => (isDone(request) ? "" : request.status) },
];

/**
 * The lists of a result as JSON texts, a piece at a time: a long run's gaps are more than a text holds.
 * @param requests of a detailed result; else it has latencies alone.
 */
export function* requestLists(
  times: RequestTimes,
  requests: readonly RequestRecord[] | undefined,
): Generator<string> {
  const inOrder = requests?.toSorted((a, b) => a.id - b.id) ?? [];
  const lists = (all: readonly RequestList[]) => (requests === undefined ? [] : all);
  for (const { key, of } of lists(beforeLatencies)) yield* listed(key, inOrder, of);
  yield* listed("latencies", times.latenciesS(), (latencyS) => latencyS);
  for (const { key, of } of lists(behindLatencies)) yield* listed(key, inOrder, of);
}

function* listed<Row>(
  key: string,
  rows: Iterable<Row>,
  of: (row: Row) => unknown,
): Generator<string> {
  yield `  "${key}": [`;
  let separator = "";
  for (const row of rows) {
    yield `${separator}${JSON.stringify(of(row))}`;
    separator = ", ";
  }
  yield "],\n";
}

/** The most tokens of a whole second, counted from the first start: of several that come together one counts. */
export function mostTokensInASecond(requests: readonly RequestRecord[]): number {
  const done = requests.filter(isDone);
  const fromS = done.reduce((first, { arrivalS }) => Math.min(first, arrivalS), Infinity);
  const tokens = new Map<number, number>();
  const count = (timeS: Seconds) => {
    const second = Math.floor(timeS - fromS);
    tokens.set(second, (tokens.get(second) ?? 0) + 1);
  };
  for (const request of done) {
    let timeS = request.arrivalS + (request.ttftS ?? 0);
    count(timeS);
    for (const gapS of gapsOf(request)) {
      timeS += gapS;
      count(timeS);
    }
  }
  return [...tokens.values()].reduce((most, inSecond) => Math.max(most, inSecond), 0);
}

function gapsOf({ gapsS = [] }: RequestRecord): Seconds[] {
  return gapsS.flatMap(expanded);
}

function expanded({ first, growth, count }: ValueRange): Seconds[] {
  return Array.from({ length: count }, (_, step) => first + growth * step);
}

function isDone({ e2eS }: RequestRecord): boolean {
  return e2eS !== undefined;
}

function ifDone(request: RequestRecord, value: number | undefined): number {
  return isDone(request) ? (value ?? 0) : 0;
}
