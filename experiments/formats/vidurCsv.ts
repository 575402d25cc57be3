import type { RequestRecord } from "../../sim/request.ts";
import type { Seconds } from "../../sim/units.ts";
import type { Format } from "./format.ts";

/** The columns of Vidur's request_metrics.csv, in seconds; normalized is per output token. */
const columns = [
  "Request Id",
  "request_e2e_time",
  "request_e2e_time_normalized",
  "request_execution_time",
  "request_execution_time_normalized",
  "request_model_execution_time",
  "request_model_execution_time_normalized",
  "request_preemption_time",
  "request_scheduling_delay",
  "request_execution_plus_preemption_time",
  "request_execution_plus_preemption_time_normalized",
  "prefill_e2e_time",
  "prefill_time_execution_plus_preemption",
  "prefill_time_execution_plus_preemption_normalized",
  "decode_time_execution_plus_preemption_normalized",
  "request_inter_arrival_delay",
  "request_num_tokens",
  "request_num_prefill_tokens",
  "request_num_decode_tokens",
  "request_pd_ratio",
  "request_num_restarts",
] as const;

/**
 * Completed requests, as Vidur writes them. How long one executed apart from what preempted it is not
 * recorded: of those that were preempted these cells are empty.
 */
export const vidurCsv: Format = (file) => {
  file.write(`${columns.join(",")}\n`);
  const arrivals = new Arrivals((request, gapS) => {
    const row = rowOf(request, gapS);
    if (row !== undefined) file.write(`${row.map((cell) => cell ?? "").join(",")}\n`);
  });
  return { add: (request) => arrivals.add(request), finish: () => undefined };
};

type Cell = number | undefined;

function rowOf(request: RequestRecord, gapS: Seconds): Cell[] | undefined {
  const { id, e2eS, ttftS, queueS, promptTokens, outputTokens, preemptions } = request;
  if (e2eS === undefined || ttftS === undefined || queueS === undefined) return undefined;
  const perOutput = (seconds: number) => seconds / outputTokens;
  // From when it was first scheduled, front end included in what came before.
  const delayS = Math.min(queueS, ttftS);
  const scheduledS = e2eS - delayS;
  const prefillS = ttftS - delayS;
  const decodeS = e2eS - ttftS;
  const executionS = preemptions === 0 ? scheduledS : undefined;
  const execution = [executionS, executionS === undefined ? undefined : perOutput(executionS)];
  return [
    id,
    e2eS,
    perOutput(e2eS),
    ...execution,
    ...execution,
    preemptions === 0 ? 0 : undefined,
    delayS,
    scheduledS,
    perOutput(scheduledS),
    ttftS,
    prefillS,
    prefillS / promptTokens,
    perOutput(decodeS),
    gapS,
    promptTokens + outputTokens,
    promptTokens,
    outputTokens,
    promptTokens / outputTokens,
    preemptions,
  ];
}

/** Requests end in another order than they came in: whoever ends before the one that came before it waits for that. */
class Arrivals {
  readonly #told: (request: RequestRecord, gapS: Seconds) => void;
  readonly #arrivalsS = new Map<number, Seconds>();
  readonly #held = new Map<number, RequestRecord>();

  /** @param told each request once, with the seconds since the one before it came; 0 of the first. */
  constructor(told: (request: RequestRecord, gapS: Seconds) => void) {
    this.#told = told;
  }

  add(request: RequestRecord): void {
    const { id, arrivalS } = request;
    this.#arrivalsS.set(id, arrivalS);
    const beforeS = id === 0 ? arrivalS : this.#arrivalsS.get(id - 1);
    if (beforeS === undefined) this.#held.set(id, request);
    else this.#tell(request, beforeS);
    const next = this.#held.get(id + 1);
    if (next === undefined) return;
    this.#held.delete(next.id);
    this.#tell(next, arrivalS);
  }

  #tell(request: RequestRecord, beforeS: Seconds): void {
    this.#arrivalsS.delete(request.id - 1);
    this.#told(request, request.arrivalS - beforeS);
  }
}
