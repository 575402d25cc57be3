import { basename, dirname, resolve } from "node:path";
import { type Problem, UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { type ScenarioOptions, withSnakeCaseEngine } from "../scenario/check.ts";
import {
  type Override,
  overriddenPlaces,
  parseOverride,
  pathOf,
  withOverrides,
} from "../scenario/overrides.ts";
import { type Places, problemsOf } from "../scenario/problems.ts";
import { parseYaml, type YamlFile } from "../scenario/yamlFile.ts";
import { checkPoints } from "./checkPoints.ts";
import { type Input, inputsDigest } from "./inputs.ts";
import { type Axis, canonical, pointCount, type Sweep, sha256 } from "./points.ts";
import { type SweepInput, sweepJsonSchema, sweepSchema } from "./sweepSchema.ts";

/** A sweep whose every value may stand where the file puts it. */
export interface LoadedSweep {
  readonly sweep: Sweep;
  /** The file's name. */
  readonly name: string;
  /** Paths in the scenarios are relative to this folder. */
  readonly folder: string;
  /** Files that the scenarios name. */
  readonly inputs: readonly Input[];
  /** Two sweeps with one digest are the same, whatever their files are called. */
  readonly digest: string;
}

/** A path of the grid or of zip, as the file has it. */
export interface VariedPath {
  readonly block: "grid" | "zip";
  /** As it is written. */
  readonly written: string;
}

const mostPoints = 100_000_000;

/** @throws UserError naming file, line, column and key of what is wrong, and which value of a list. */
export function loadSweep(path: string, options: ScenarioOptions = {}): LoadedSweep {
  const file = parseYaml(readText(path, {}), path);
  const given = checked(file);
  const overrides = overridesOf(options, given);
  const places = overriddenPlaces(placesUnder(file), overrides);
  const base = withOverrides(withSnakeCaseEngine(given.base, places), overrides);
  const axes = axesOf(given, file);
  const sweep = { base, axes, replications: given.replications, inputsDigest: "" };
  refuseTooMany(sweep, file);
  const folder = dirname(resolve(path));
  const inputs = checkPoints(sweep, {
    folder,
    file,
    places,
    block: (name) => blockOf(given, name),
  });
  const named = { ...sweep, inputsDigest: inputsDigest(inputs) };
  return { sweep: named, name: basename(path), folder, inputs, digest: sha256(canonical(named)) };
}

function checked(file: YamlFile): SweepInput {
  if (file.value === null) {
    const message = "is empty; expected base and grid";
    throw new UserError({ place: { file: file.file }, message });
  }
  const parsed = sweepSchema.safeParse(file.value);
  if (parsed.success) return parsed.data;
  const context = { schema: sweepJsonSchema(), value: file.value, places: file };
  throw new UserError(problemsOf(parsed.error.issues, context));
}

/** @throws UserError where --set gives what the grid varies: one of the two would be ignored. */
function overridesOf({ set = [], seed }: ScenarioOptions, given: SweepInput): Override[] {
  const overrides = [
    ...set.map(parseOverride),
    ...(seed === undefined ? [] : [{ path: ["seed"], value: seed, typed: `--seed "${seed}"` }]),
  ];
  for (const { path, typed } of overrides) {
    const key = path.join(".");
    const clash = variedPaths(given).find(({ written }) => overlaps(key, nameOf(written)));
    if (clash === undefined) continue;
    const message = `${clash.block} varies ${clash.written}; leave one of the two out`;
    throw new UserError({ place: { file: typed }, key, message });
  }
  return overrides;
}

function placesUnder(file: YamlFile): Places {
  return {
    placeOfKey: (path) => file.placeOfKey(["base", ...path]),
    placeOfValue: (path) => file.placeOfValue(["base", ...path]),
  };
}

function axesOf({ grid, zip, replications }: SweepInput, file: YamlFile): Axis[] {
  const wrong = (key: readonly string[], message: string): UserError =>
    new UserError({ place: file.placeOfKey(key), key: key.join("."), message });
  for (const [block, lists] of Object.entries({ grid, zip })) {
    if (lists !== undefined && Object.keys(lists).length === 0) {
      throw wrong([block], "is empty; expected path.to.key: [values]");
    }
  }
  if (grid === undefined && zip === undefined && replications === 1) {
    throw wrong([], "has nothing to vary; expected grid, zip or replications");
  }
  refuseOverlaps(variedPaths({ grid, zip }), wrong);
  const axes = Object.entries(grid ?? {}).map(([path, values]) => ({
    paths: [nameOf(path)],
    steps: values.map((value) => [value]),
  }));
  const [first, ...others] = Object.entries(zip ?? {});
  if (first === undefined) return axes;
  for (const [path, values] of others) {
    if (values.length === first[1].length) continue;
    const message = `has ${values.length} values where ${first[0]} has ${first[1].length}`;
    throw wrong(["zip", path], message);
  }
  const lists = [first, ...others];
  const steps = first[1].map((_, step) => lists.map(([, values]) => values[step]));
  return [...axes, { paths: lists.map(([path]) => nameOf(path)), steps }];
}

function variedPaths({ grid, zip }: Pick<SweepInput, "grid" | "zip">): VariedPath[] {
  const of = (block: VariedPath["block"], lists: object | undefined) =>
    Object.keys(lists ?? {}).map((written) => ({ block, written }));
  return [...of("grid", grid), ...of("zip", zip)];
}

function blockOf({ zip }: SweepInput, name: string): VariedPath["block"] {
  return Object.keys(zip ?? {}).some((written) => nameOf(written) === name) ? "zip" : "grid";
}

/** The column's name: vLLM's arguments with underscores. */
function nameOf(written: string): string {
  return pathOf(written).join(".");
}

function overlaps(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b}.`) || b.startsWith(`${a}.`);
}

/** A later path may go into what an earlier one gives, but not replace it. */
function refuseOverlaps(
  paths: readonly VariedPath[],
  wrong: (key: readonly string[], message: string) => UserError,
): void {
  for (const [place, later] of paths.entries()) {
    const name = nameOf(later.written);
    const replaced = paths.slice(0, place).find((earlier) => {
      const other = nameOf(earlier.written);
      return other === name || other.startsWith(`${name}.`);
    });
    if (replaced === undefined) continue;
    const message = `replaces ${replaced.block}.${replaced.written}, which is varied too`;
    throw wrong([later.block, later.written], message);
  }
}

function refuseTooMany(sweep: Sweep, file: YamlFile): void {
  const points = pointCount(sweep);
  if (points <= mostPoints) return;
  const problem: Problem = {
    place: file.placeOfKey(["grid"]),
    key: "grid",
    message: `makes ${points} points; expected no more than ${mostPoints}`,
  };
  throw new UserError(problem);
}
