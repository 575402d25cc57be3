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

/** Readers take 0 for no process at all; a process's first thread has its number. */
const placeOf = (replica: number) => ({ pid: replica + 1, tid: replica + 1 });

/** Microseconds, to the nanosecond. */
const at = (seconds: Seconds): number => Math.round(seconds * 1e9) / 1e3;

/** Up to where the next slice begins: readers drop what overlaps by a nanosecond. */
function between(startS: Seconds, endS: Seconds): number {
  return Math.round((at(endS) - at(startS)) * 1e3) / 1e3;
}

function addRun(events: Events, endedS: Map<number, Seconds>, run: RunRecord): void {
  const { replica, startS, endS, steps, decodeSeqs, prefillSeqs, energyJ } = run;
  const lastS = endedS.get(replica);
  if (lastS === undefined) events.add(...named(replica));
  endedS.set(replica, endS);
  // Between two runs nothing is batched.
  if (lastS !== undefined && lastS < startS) {
    events.add(counter(replica, lastS, "batch", { seqs: 0 }));
  }
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
    {
      name,
      cat: "step",
      ph: "X",
      ts: at(startS),
      dur: between(startS, endS),
      ...placeOf(replica),
      args,
    },
    counter(replica, startS, "batch", { seqs: decodeSeqs + prefillSeqs }),
    ...(spanS > 0 ? [counter(replica, startS, "watts", { all_gpus: energyJ / spanS })] : []),
    counter(replica, endS, "KV cache", { used_percent: 100 * run.kvUsedRatio }),
    counter(replica, endS, "queue", { waiting: run.waitingSeqs }),
  );
}

function named(replica: number): Event[] {
  const about = { cat: "__metadata", ph: "M", ts: 0, ...placeOf(replica) };
  return [
    { name: "process_name", ...about, args: { name: `replica ${replica}` } },
    { name: "thread_name", ...about, args: { name: "steps" } },
  ];
}

function counter(replica: number, timeS: Seconds, name: string, args: Event): Event {
  return { name, cat: "counter", ph: "C", ts: at(timeS), ...placeOf(replica), args };
}

/**
 * One that was never scheduled has no phases. Where its KV cache went to another replica, each of the two has a
 * track of its own for what happened there; the transfer is on the track of the one that sends.
 */
function addRequest(events: Events, request: RequestRecord): void {
  const { id, arrivalS, replica = 0, e2eS, status, transfer } = request;
  const name = `request ${id}`;
  const args = {
    input_tokens: request.promptTokens,
    output_tokens: request.outputTokens,
    cached_tokens: request.cachedTokens,
    preemptions: request.preemptions,
    energy_j: request.energyJ,
    status,
  };
  const first = trackOf(String(id), transfer?.from ?? replica);
  const phases = phasesOf(request);
  if (phases === undefined || e2eS === undefined) {
    events.add({ ...first, name: status, ph: "n", ts: at(arrivalS), args });
    return;
  }
  const endS = arrivalS + e2eS;
  if (transfer === undefined) {
    events.add(...nested(first, { name, startS: arrivalS, endS, args }, phases));
    return;
  }
  const [decode, ...before] = phases.toReversed();
  const second = trackOf(`${id} decode`, replica);
  const changesS = decode?.startS ?? endS;
  events.add(
    ...nested(first, { name, startS: arrivalS, endS: changesS, args }, before.toReversed()),
    ...nested(second, { name, startS: changesS, endS, args: {} }, decode ? [decode] : []),
  );
}

interface Phase {
  readonly name: string;
  readonly startS: Seconds;
  readonly endS: Seconds;
  readonly args?: Event;
}

/** One after the other, from arrival to the last token; undefined where there was none. */
function phasesOf(request: RequestRecord): Phase[] | undefined {
  const { arrivalS, enqueuedS, queueS = 0, ttftS, e2eS, transfer } = request;
  if (e2eS === undefined || ttftS === undefined) return undefined;
  const endsS = new Map<string, Seconds>();
  if (enqueuedS > arrivalS) endsS.set("front end", enqueuedS);
  endsS.set("queue", enqueuedS + queueS).set("prefill", arrivalS + ttftS);
  if (transfer !== undefined) {
    endsS.set("wait for the link", transfer.startedS).set("transfer", transfer.endedS);
  }
  endsS.set("decode", arrivalS + e2eS);
  let startS = arrivalS;
  return Array.from(endsS, ([name, endS]) => {
    // What was computed again after a failure was scheduled after its first token.
    const phase = { name, startS, endS: Math.min(Math.max(startS, endS), arrivalS + e2eS) };
    startS = phase.endS;
    return phase;
  });
}

function trackOf(id: string, replica: number): Event {
  return { cat: "request", id, ...placeOf(replica) };
}

/** A phase that holds others. */
function nested(track: Event, outer: Phase, inner: readonly Phase[]): Event[] {
  const begin = ({ name, startS, args = {} }: Phase) => ({
    ...track,
    name,
    ph: "b",
    ts: at(startS),
    args,
  });
  const end = ({ name, endS }: Phase) => ({ ...track, name, ph: "e", ts: at(endS), args: {} });
  return [begin(outer), ...inner.flatMap((phase) => [begin(phase), end(phase)]), end(outer)];
}
