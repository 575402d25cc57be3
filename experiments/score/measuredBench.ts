import type { Seconds } from "../../sim/units.ts";

/** A real benchmark, in the words and units of our result. */
export interface MeasuredBench {
  readonly file: string;
  readonly tool: "vLLM" | "AIPerf" | "GuideLLM";
  readonly llm: string | undefined;
  readonly durationS: Seconds;
  /** When it ended by the clock of its machine; local time is taken as if it were UTC. */
  readonly endS: Seconds | undefined;
  /** Completed ones. */
  readonly requests: number;
  readonly failed: number;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** Standard deviations of the lengths, where the file tells of each request. */
  readonly inputStd: number | undefined;
  readonly outputStd: number | undefined;
  /** By the path of the figure in our result: latency.ttft_ms.mean. */
  readonly figures: ReadonlyMap<string, number>;
  /** The workload that sends the same requests, where the file tells of each of them. */
  readonly workload: object | undefined;
  /** GPUs that its own meter was on. */
  readonly meteredGpus: number | undefined;
}

/** Figures without those that are not known. */
export function knownFigures(
  entries: Iterable<readonly [string, number | undefined]>,
): Map<string, number> {
  const known = new Map<string, number>();
  for (const [name, value] of entries) if (value !== undefined) known.set(name, value);
  return known;
}

/** As people write the time: 2026-01-31T12:00:00.5Z, 2026/01/31 12:00:00.500, 20260131-120000. */
export function timeOf(text: string): Seconds | undefined {
  const compact = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (compact !== null) {
    const [, year, month, day, hour, minute, second] = compact;
    return timeOf(`${year}-${month}-${day}T${hour}:${minute}:${second}`);
  }
  const plain =
    /^(\d{4})[-/](\d\d)[-/](\d\d)[T ](\d\d:\d\d:\d\d(?:[.,]\d+)?) ?(Z|[+-]\d\d:?\d\d)?$/;
  const found = plain.exec(text.trim());
  if (found === null) return undefined;
  const [, year, month, day, clock = "", zone = "Z"] = found;
  const ms = Date.parse(`${year}-${month}-${day}T${clock.replace(",", ".").slice(0, 12)}${zone}`);
  return Number.isFinite(ms) ? ms / 1000 : undefined;
}
