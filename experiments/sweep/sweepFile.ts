import { basename, dirname, resolve } from "node:path";
import { type Problem, UserError } from "../errors.ts";
import { readText } from "../files.ts";
import { type ScenarioOptions, withSnakeCaseEngine } from "../scenario/check.ts";
import { overriddenPlaces, withOverrides } from "../scenario/overrides.ts";
import { problemsOf } from "../scenario/problems.ts";
import { parseYaml, type YamlFile } from "../scenario/yamlFile.ts";
import { axesOf, blockOf, overridesOf, placesUnder, type Varied } from "./axes.ts";
import { checkPoints } from "./checkPoints.ts";
import { type Input, inputsDigest } from "./inputs.ts";
import { canonical, pointCount, type Sweep, sha256 } from "./points.ts";
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

const mostPoints = 100_000_000;

/** @throws UserError naming file, line, column and key of what is wrong, and which value of a list. */
export function loadSweep(path: string, options: ScenarioOptions = {}): LoadedSweep {
  const file = parseYaml(readText(path, {}), path);
  const given = checked(file);
  const varied: Varied = { block: "grid", lists: given.grid, zip: given.zip };
  const overrides = overridesOf(options, varied);
  const places = overriddenPlaces(placesUnder(file), overrides);
  const base = withOverrides(withSnakeCaseEngine(given.base, places), overrides);
  const axes = axesOf(varied, file);
  if (axes.length === 0 && given.replications === 1) {
    const message = "has nothing to vary; expected grid, zip or replications";
    throw new UserError({ place: file.placeOfKey([]), key: "", message });
  }
  const sweep = { base, axes, replications: given.replications, inputsDigest: "" };
  refuseTooMany(sweep, file);
  const folder = dirname(resolve(path));
  const block = (name: string) => blockOf(varied, name);
  const inputs = checkPoints(sweep, { folder, file, places, block });
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
