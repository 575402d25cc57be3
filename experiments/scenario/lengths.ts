import type { RandomSource } from "../../sim/random.ts";
import type { Tokens } from "../../sim/units.ts";
import { type DatasetEntry, datasetLengths, datasetQuantiles } from "../../workloads/dataset.ts";
import { datasetById, datasetIds } from "../../workloads/datasets.ts";
import { type LengthPairs, lengthPairs } from "../../workloads/lengths/lengthPairs.ts";
import { type LengthSampler, lengthSampler } from "../../workloads/lengths/lengthSampler.ts";
import { recordedPairs } from "../../workloads/lengths/recordedPairs.ts";
import { ParameterError } from "../../workloads/parameterError.ts";
import { recordedLengths } from "../../workloads/replay.ts";
import { UserError } from "../errors.ts";
import { suggestion } from "../suggestion.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import { tracedClasses } from "./tracedClasses.ts";
import type { LengthsFile } from "./workloadSchema.ts";
import { lengthSpec } from "./workloadSpec.ts";
import type { KeyPath } from "./yamlFile.ts";

/** What random draws are made with. */
export interface Draws {
  readonly stream: (component: string) => RandomSource;
  readonly maxModelLen: Tokens;
}

interface ComposedLengths {
  readonly pairs: LengthPairs;
  /** Of a run that has ended. */
  warnings(): string[];
}

/** How long the requests are: of the trace, of the data set, or drawn from the laws. */
export function lengthsOf(loaded: LoadedScenario, draws: Draws): ComposedLengths {
  const pairs = pairsOf(loaded, draws);
  return {
    pairs,
    warnings: () => {
      const { promptCuts, outputCuts } = pairs;
      const text = (count: number, what: string) =>
        count === 0
          ? []
          : [`${count} ${what} lengths were drawn too long and cut at max_model_len`];
      return [...text(promptCuts, "input"), ...text(outputCuts, "output")];
    },
  };
}

function pairsOf(loaded: LoadedScenario, { stream, maxModelLen }: Draws): LengthPairs {
  const { dataset, lengths } = loaded.scenario.workload;
  const trace = loaded.traces.replay;
  if (trace !== undefined) return recordedLengths(trace, tracedClasses(loaded));
  if (dataset !== null) {
    const random = stream("workload/lengths");
    return datasetLengths(datasetNamed(loaded, dataset), { random, maxModelLen });
  }
  if (lengths === null) throw new Error("invariant broken: a workload without lengths");
  // A prompt that filled the context would be rejected: room for one token is left.
  const limits = { promptTokens: Math.max(1, maxModelLen - 1), outputTokens: maxModelLen };
  const source = commonSource(lengths);
  if (source !== undefined) {
    const random = stream("workload/lengths");
    const columns = loaded.traces.input;
    if (columns !== undefined) return recordedPairs(columns, { random, limits });
    const entry = datasetNamed(loaded, source, ["workload", "lengths", "input", "dataset"]);
    return datasetLengths(entry, { random, maxModelLen });
  }
  const sampler = (side: "input" | "output", limitTokens: number): LengthSampler => {
    const random = stream(`workload/lengths/${side}`);
    const path = ["workload", "lengths", side];
    return located(loaded, path, () =>
      lengthSampler(
        lengthSpec(lengths[side], () => empirical(loaded, side, lengths[side])),
        {
          random,
          limitTokens,
        },
      ),
    );
  };
  return lengthPairs({
    input: sampler("input", limits.promptTokens),
    output: sampler("output", limits.outputTokens),
  });
}

/** The file or data set that both lengths are of: they are drawn together, as they are there. */
function commonSource({ input, output }: Record<"input" | "output", LengthsFile>) {
  if (input.kind !== "empirical" || output.kind !== "empirical") return undefined;
  const isSame = input.path === output.path && input.dataset === output.dataset;
  return isSame ? (input.path ?? input.dataset) : undefined;
}

function empirical(loaded: LoadedScenario, side: "input" | "output", law: LengthsFile) {
  const columns = loaded.traces[side];
  if (columns !== undefined) {
    const sample = side === "input" ? columns.promptTokens : columns.outputTokens;
    return { kind: "empirical", sample } as const;
  }
  const id = law.kind === "empirical" ? (law.dataset ?? "") : "";
  const entry = datasetNamed(loaded, id, ["workload", "lengths", side, "dataset"]);
  return { kind: "empirical", quantiles: datasetQuantiles(entry)[side] } as const;
}

/** What is assumed of the data set's own arrivals. */
export function caveatsOf({ id, arrivals }: DatasetEntry): string[] {
  return arrivals?.caveat === undefined ? [] : [`${id}: ${arrivals.caveat.trim()}`];
}

/** @throws UserError where no data set has this id. */
export function datasetNamed(
  loaded: LoadedScenario,
  id: string,
  path: KeyPath = ["workload", "dataset"],
): DatasetEntry {
  const entry = datasetById(id);
  if (entry !== undefined) return entry;
  const shipped = `shipped: ${datasetIds().join(", ")}`;
  const message = `there is no data set "${id}"${suggestion(id, datasetIds())}`;
  throw new UserError({ ...blame(path, loaded.places), message, hint: shipped });
}

/** A parameter that the law refuses, as a problem with its key. */
function located<Value>(loaded: LoadedScenario, path: KeyPath, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    const key = error.parameter.replace(/Tokens$/, "");
    const message = error.message.slice(error.message.indexOf(": ") + 2);
    throw new UserError({ ...blame([...path, key], loaded.places), message });
  }
}
