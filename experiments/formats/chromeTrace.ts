import type { RequestRecord } from "../../sim/request.ts";
import type { RunRecord } from "../../sim/runRecord.ts";
import type { Seconds } from "../../sim/units.ts";
import type { PendingFile } from "../files.ts";
import type { Format } from "./format.ts";

/** Perfetto opens so many in a page; they take some 200 MB. */
export const mostTraceEvents = 1_000_000;

/**
 * The JSON of Chrome's trace events: a process for each replica, with its runs of steps as slices, what it draws,
 * holds and batches as counters, and its requests as asynchronous tracks of queue, prefill and decode.
 * Consecutive decode steps of one batch are one slice. Beyond the limit later events are left out.
 */
export function chromeTrace(mostEvents: number): Format {
  return (file) => {
    const events = new Events(file, mostEvents);
    const replicas = new Map<number, Seconds>();
    return {
      add: (request) => addRequest(events, request),
      addRun: (run) => addRun(events, replicas, run),
      finish({ result, totals }) {
        const metadata = {
          llm: result.scenario.llm,
          gpu: result.scenario.cluster.gpu,
          digest: result.digest,
          idle_w: totals.idleW,
          events_left_out: events.leftOut,
        };
        file.write(`\n],"displayTimeUnit":"ms","otherData":${JSON.stringify(metadata)}}\n`);
      },
    };
  };
}

type Event = Readonly<Record<string, unknown>>;

/** Writes each event as it comes. */
class Events {
  leftOut = 0;
  readonly #file: PendingFile;
  readonly #most: number;
  #written = 0;

  constructor(file: PendingFile, most: number) {
    this.#file = file;
    this.#most = most;
    file.write('{"traceEvents":[');
  }

  /** All of them or none: whatever begins ends, too. */
  add(...events: readonly Event[]): void {
    if (this.#written + events.length > this.#most) {
      this.leftOut += events.length;
      return;
    }
    for (const event of events) {
      this.#file.write(`${this.#written++ === 0 ? "\n" : ",\n"}${JSON.stringify(event)}`);
    }
  }
}

/** Microseconds, to the nanosecond. */
const at = (seconds: Seconds): number => Math.round(seconds * 1e9) / 1e3;

function addRun(events: Events, endedS: Map<number, Seconds>, run: RunRecord): void {
  const { replica: pid, startS, endS, steps, decodeSeqs, prefillSeqs, energyJ } = run;
  const lastS = endedS.get(pid);
  if (lastS === undefined) events.add(named(pid));
  endedS.set(pid, endS);
  // Between two runs nothing is batched.
  if (lastS !== undefined && lastS < startS) events.add(counter(pid, lastS, "batch", { seqs: 0 }));
  const name = prefillSeqs === 0 ? "decode" : decodeSeqs === 0 ? "prefill" : "prefill + decode";
  const spanS = endS - startS;
  const args = {
    steps,
    decode_seqs: decodeSeqs,
    prefill_seqs: prefillSeqs,
    prefill_tokens: run.prefillTokens,
    energy_j: energyJ,
  };
  events.add(
    { name, cat: "step", ph: "X", ts: at(startS), dur: at(spanS), pid, tid: 0, args },
    counter(pid, startS, "batch", { seqs: decodeSeqs + prefillSeqs }),
    ...(spanS > 0 ? [counter(pid, startS, "watts", { all_gpus: energyJ / spanS })] : []),
    counter(pid, endS, "KV cache", { used_percent: 100 * run.kvUsedRatio }),
    counter(pid, endS, "queue", { waiting: run.waitingSeqs }),
  );
}

function named(pid: number): Event {
  return { name: "process_name", ph: "M", pid, tid: 0, args: { name: `replica ${pid}` } };
}

function counter(pid: number, timeS: Seconds, name: string, args: Event): Event {
  return { name, ph: "C", ts: at(timeS), pid, tid: 0, args };
}

/** One that was never scheduled has no phases. */
function addRequest(events: Events, request: RequestRecord): void {
  const { id, arrivalS, replica: pid = 0, queueS, ttftS, e2eS, status } = request;
  const track = { cat: "request", id, pid, tid: 0 };
  const args = {
    input_tokens: request.promptTokens,
    output_tokens: request.outputTokens,
    cached_tokens: request.cachedTokens,
    preemptions: request.preemptions,
    energy_j: request.energyJ,
    status,
  };
  if (e2eS === undefined || ttftS === undefined) {
    events.add({ ...track, name: status, ph: "n", ts: at(arrivalS), args });
    return;
  }
  const span = (name: string, fromS: Seconds, toS: Seconds): Event[] => [
    { ...track, name, ph: "b", ts: at(arrivalS + fromS) },
    { ...track, name, ph: "e", ts: at(arrivalS + toS) },
  ];
  const scheduledS = Math.min(queueS ?? 0, ttftS);
  events.add(
    { ...track, name: `request ${id}`, ph: "b", ts: at(arrivalS), args },
    ...span("queue", 0, scheduledS),
    ...span("prefill", scheduledS, ttftS),
    ...span("decode", ttftS, e2eS),
    { ...track, name: `request ${id}`, ph: "e", ts: at(arrivalS + e2eS) },
  );
}
