import { UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import { parseYaml } from "../scenario/yamlFile.ts";
import { aiperfBench } from "./aiperfBench.ts";
import { type JsonSource, sourceOf } from "./benchSource.ts";
import { guidellmBench } from "./guidellmBench.ts";
import type { MeasuredBench } from "./measuredBench.ts";
import { vllmBench } from "./vllmBench.ts";

interface BenchOptions {
  /** Which benchmark of a file with several, from 1. */
  readonly benchmark?: number | undefined;
}

/**
 * What a benchmark measured: the result of vllm bench serve, AIPerf or GuideLLM, by what is in the file.
 * @throws UserError naming the key of what no such result has.
 */
export function readBench(path: string, options: BenchOptions = {}): MeasuredBench {
  const text = readText(path, {});
  if (text.trim() === "") throw new UserError({ place: { file: path }, message: "is empty" });
  const source = sourceOf(path, parsedJson(text, path), text);
  const bench = benchOf(source, options);
  const { requests, durationS } = bench;
  if (requests === 0) throw source.error([], "no request was completed: nothing to compare");
  if (!Number.isInteger(requests)) {
    throw source.error([], `expected a whole number of completed requests, got ${requests}`);
  }
  if (!(durationS > 0 && Number.isFinite(durationS))) {
    throw source.error([], `took ${durationS} s: no such benchmark can be compared`);
  }
  return bench;
}

function benchOf(source: JsonSource, { benchmark }: BenchOptions): MeasuredBench {
  const has = (key: string) => memberOf(source.value, key) !== undefined;
  if (has("benchmarks")) return guidellmBench(source, benchmark);
  if (benchmark !== undefined) {
    throw source.error(
      [],
      "is one benchmark; --benchmark chooses of the several of a GuideLLM file",
    );
  }
  if (has("completed") || has("duration")) return vllmBench(source);
  if (has("request_throughput") && (has("time_to_first_token") || has("request_latency"))) {
    return aiperfBench(source);
  }
  throw source.error(
    [],
    "is no result of a benchmark; expected what vllm bench serve --save-result, AIPerf " +
      "(profile_export_aiperf.json) or GuideLLM wrote",
  );
}

function parsedJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length > 1 && lines.every(isJson)) {
      const message = `holds ${lines.length} results, as --append-result writes them; keep one of the lines`;
      throw new UserError({ place: { file: path }, message });
    }
    // Says where; what JSON.parse refuses and YAML takes is no JSON all the same.
    parseYaml(text, path, "JSON");
    throw new UserError({ place: { file: path }, message: "not readable as JSON" });
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
