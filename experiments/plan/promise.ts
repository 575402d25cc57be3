import type { RequestRecord } from "../../sim/request.ts";
import { digits, percent } from "../report/quantity.ts";
import type { Result } from "../report/result.ts";
import type { Promised } from "./planSchema.ts";

const measures = [
  { key: "ttft_ms", name: "TTFT" },
  { key: "tpot_ms", name: "TPOT" },
  { key: "e2e_ms", name: "E2E" },
] as const;

/** What a run broke of its promises, in words; empty where it kept them all. */
export function broken(result: Result, promised: Promised): string[] {
  const { percentile } = promised;
  const unserved = unservedText(result, percentile);
  const late = groupsOf(result, promised).flatMap(({ of, slo, latency }) =>
    measures.flatMap(({ key, name }) => {
      const limitMs = slo[key];
      const valueMs = latency[key][percentile];
      if (limitMs === null || valueMs === null || valueMs <= limitMs) return [];
      const words = `${name} ${percentile.toUpperCase()} ${digits(valueMs)} ms > ${digits(limitMs)}`;
      return [`${of}${words}`];
    }),
  );
  return unserved === undefined ? late : [unserved, ...late];
}

type Slo = Pick<Promised, "ttft_ms" | "tpot_ms" | "e2e_ms">;

interface Group {
  /** Before the words about it. */
  readonly of: string;
  readonly slo: Slo;
  readonly latency: Pick<Result["latency"], "ttft_ms" | "tpot_ms" | "e2e_ms">;
}

/** Requests of a class are judged by its own slo where it has one, else all by the plan's. */
function groupsOf({ latency, classes, scenario }: Result, promised: Promised): Group[] {
  const declared = scenario.workload.classes ?? [];
  if (classes.length === 0 || declared.length === 0) return [{ of: "", slo: promised, latency }];
  return classes.map((group) => {
    const own = declared.find(({ name }) => name === group.name)?.slo;
    return { of: `${group.name}: `, slo: own ?? promised, latency: group };
  });
}

/** Whoever was turned away has no latency, and would make a deployment look quick. */
function unservedText(result: Result, percentile: Promised["percentile"]): string | undefined {
  const { completed, rejected, timed_out, unfinished, injected } = result.requests;
  if (completed === 0) return "no request completes";
  const lost = rejected + timed_out;
  if (isTooMany(lost, injected, percentile)) {
    return `${percent(lost / injected)} of the requests are rejected or time out`;
  }
  // At the end of a run some are in flight: by Little's law as many as come while one is answered.
  const e2eS = (result.latency.e2e_ms.mean ?? 0) / 1000;
  const inFlight = (injected / result.duration_s) * e2eS;
  if (unfinished <= 2 * inFlight + 10) return undefined;
  return `falls behind: ${percent(unfinished / injected)} of the requests are unfinished at the end`;
}

/** Whether more of the requests are lost than may miss a limit: of p99 one in a hundred. */
function isTooMany(lost: number, requests: number, percentile: Promised["percentile"]): boolean {
  return 100 * lost > (100 - percentOf(percentile)) * requests;
}

/** 0.99 of p99. */
export function quantileOf(percentile: Promised["percentile"]): number {
  return percentOf(percentile) / 100;
}

function percentOf(percentile: Promised["percentile"]): number {
  return Number(percentile.slice(1));
}

/**
 * Watches a run of so many requests, and says true as soon as no outcome of the others can bring a
 * percentile back within its limit: v[floor(p (n - 1))] of the n that complete is above it then.
 */
export function hopelessness(
  promised: Promised,
  requests: number,
): (request: Pick<RequestRecord, "status" | "ttftS" | "tpotS" | "e2eS">) => boolean {
  const p = quantileOf(promised.percentile);
  const tooMany = requests - Math.floor(p * (requests - 1));
  const limitS = (ms: number | null) => (ms === null ? Number.POSITIVE_INFINITY : ms / 1000);
  const counts = [promised.ttft_ms, promised.tpot_ms, promised.e2e_ms].map((ms) =>
    aboveCount(limitS(ms)),
  );
  let lost = 0;
  return ({ status, ttftS, tpotS, e2eS }) => {
    if (status === "rejected" || status === "timedOut") lost++;
    if (status !== "completed") return isTooMany(lost, requests, promised.percentile);
    const values = [ttftS, tpotS, e2eS];
    return counts.map((count, place) => count(values[place])).some((misses) => misses >= tooMany);
  };
}

/** Counts the values above a limit. */
function aboveCount(limitS: number): (valueS: number | undefined) => number {
  let count = 0;
  return (valueS) => {
    if (valueS !== undefined && valueS > limitS) count++;
    return count;
  };
}
