import { memberOf } from "../scenario/schemaTree.ts";
import { type KeyDifference, keyDifferences } from "./differences.ts";
import { type ComparedFigure, comparedFigures } from "./figures.ts";
import type { StoredResult } from "./resultFile.ts";

/** Two results side by side, as `--json` writes it. */
export interface Comparison {
  readonly schema: "tokenwatt/comparison@1";
  readonly a: Side;
  readonly b: Side;
  /** What makes figures of the two differ beside the scenario, or keeps them from being compared. */
  readonly notes: readonly string[];
  /** Keys of the scenario that differ; of those that one lacks the other's value alone. */
  readonly scenario: readonly KeyDifference[];
  readonly figures: readonly ComparedFigure[];
}

interface Side {
  readonly file: string;
  readonly name: string | null;
  readonly schema: string;
  readonly tokenwatt_version: string;
  readonly digest: string;
  readonly seed: string;
}

/** Told apart from the rest of the scenario: a name changes nothing, and the seed has its note. */
const ownKeys = ["name", "seed"];

export function comparison(a: StoredResult, b: StoredResult): Comparison {
  const scenario = scenarioDifferences(a.scenario, b.scenario);
  const isOneCurrency = currencyOf(a) === currencyOf(b);
  return {
    schema: "tokenwatt/comparison@1",
    a: sideOf(a),
    b: sideOf(b),
    notes: notesOn(a, b, scenario),
    scenario,
    figures: comparedFigures(a.value, b.value).map((figure) =>
      isOneCurrency || !figure.metric.startsWith("cost.")
        ? figure
        : { ...figure, difference: null, ratio: null },
    ),
  };
}

/** The keys of two scenarios that set them apart. */
export function scenarioDifferences(a: unknown, b: unknown): KeyDifference[] {
  return keyDifferences(a, b).filter(({ key }) => !ownKeys.includes(key));
}

function sideOf({ file, schema, version, digest, seed, scenario }: StoredResult): Side {
  const { name } = scenario;
  return {
    file,
    name: typeof name === "string" ? name : null,
    schema,
    tokenwatt_version: version,
    digest,
    seed,
  };
}

/** What differs of the requests that two scenarios serve. */
export function requestNotes(
  a: { readonly seed: string },
  b: { readonly seed: string },
  scenario: readonly KeyDifference[],
): string[] {
  const workload = scenario.find(({ key }) => key === "workload" || key.startsWith("workload."));
  return [
    ...pair("seed", a.seed, b.seed, "other requests were drawn; part of the differences is chance"),
    ...(workload === undefined ? [] : [`${workload.key} differs: they served other requests`]),
  ];
}

function pair(what: string, inA: unknown, inB: unknown, consequence: string): string[] {
  return inA === inB ? [] : [`${what}: A ${String(inA)}, B ${String(inB)}: ${consequence}`];
}

function notesOn(a: StoredResult, b: StoredResult, scenario: readonly KeyDifference[]): string[] {
  const isOneScenario = scenario.length === 0 && a.seed === b.seed && a.version === b.version;
  const basis = ["latency", "power", "latency_support", "power_support"].flatMap((key) => {
    const [inA, inB] = [a, b].map(({ value }) => memberOf(memberOf(value, "calibration"), key));
    return pair(`calibration.${key}`, inA, inB, "their errors are of different size");
  });
  return [
    ...pair("schema", a.schema, b.schema, "figures of one name may mean different things"),
    ...pair("tokenwatt_version", a.version, b.version, "the models of the two differ, too"),
    ...requestNotes(a, b, scenario),
    ...basis,
    ...pair("cost.currency", currencyOf(a), currencyOf(b), "costs are not compared"),
    ...(a.digest === b.digest ? ["the digests are equal: both simulated the same"] : []),
    ...(a.digest !== b.digest && isOneScenario
      ? ["the scenarios are the same, but not the digests: a file that they name has changed"]
      : []),
  ];
}

function currencyOf({ value }: StoredResult): unknown {
  return memberOf(memberOf(value, "cost"), "currency");
}
