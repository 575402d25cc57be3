import { resolve } from "node:path";
import { gpuById, gpuIds } from "../../models/gpuCatalogue.ts";
import { llmById, llmIds } from "../../models/llmCatalogue.ts";
import { type Problem, UserError } from "../errors.ts";
import { isPath } from "../scenario/isPath.ts";
import { filesRead, type LoadedScenario, loadObject } from "../scenario/load.ts";
import { pathOf, replaced } from "../scenario/overrides.ts";
import { blame, type Places } from "../scenario/problems.ts";
import type { KeyPath, YamlFile } from "../scenario/yamlFile.ts";
import { suggestion } from "../suggestion.ts";
import { type Input, inputOf } from "./inputs.ts";
import type { Axis, Sweep } from "./points.ts";

interface Origin {
  readonly folder: string;
  readonly file: YamlFile;
  /** Of the base. */
  readonly places: Places;
  /** Which block of the file holds a path. */
  readonly block: (name: string) => string;
}

/**
 * Each value of each list beside the first of all others: what a schema refuses, names that nobody
 * knows and files that can't be read end a sweep before it begins. What only some combinations make
 * impossible is found by the points.
 * @throws UserError naming the value. The answer is all files that the scenarios name.
 */
export function checkPoints(sweep: Sweep, origin: Origin): Input[] {
  const names = new Map<string, string>();
  let reused: LoadedScenario | undefined;
  const check = (steps: readonly number[], axis?: number) => {
    const places = placesOf(sweep, steps, origin);
    const scenario = scenarioAt(sweep, steps);
    try {
      const loaded = loadObject(scenario, origin.folder, { places, reused });
      refuseUnknownNames(loaded);
      reused = loaded;
      for (const name of filesRead(loaded)) names.set(resolve(name), name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw withValue(error, { sweep, steps, axis, origin });
    }
  };
  const first = sweep.axes.map(() => 0);
  check(first);
  for (const [place, axis] of sweep.axes.entries()) {
    for (let step = 1; step < axis.steps.length; step++) check(first.with(place, step), place);
  }
  return [...names.keys()].sort().map((path) => inputOf(path, origin.folder));
}

function scenarioAt({ base, axes }: Sweep, steps: readonly number[]): unknown {
  return axes.reduce(
    (scenario, axis, place) =>
      axis.paths.reduce(
        (inner, path, which) =>
          replaced(inner, pathOf(path), axis.steps[steps[place] ?? 0]?.[which]),
        scenario,
      ),
    base,
  );
}

/** What a list gives stands in the list, all else in the base. */
function placesOf({ axes }: Sweep, steps: readonly number[], origin: Origin): Places {
  const { file, places, block } = origin;
  const inList = (path: KeyPath): KeyPath | undefined => {
    for (const [place, { paths }] of [...axes.entries()].reverse()) {
      const name = paths.find((one) => isPrefix(pathOf(one), path));
      if (name === undefined) continue;
      const rest = path.slice(pathOf(name).length);
      return [block(name), name, steps[place] ?? 0, ...rest];
    }
    return undefined;
  };
  const keyOf = (path: KeyPath) =>
    axes.flatMap(({ paths }) => paths).find((name) => isPrefix(path, pathOf(name)));
  return {
    placeOfKey: (path) => {
      const name = keyOf(path);
      if (name !== undefined) return file.placeOfKey([block(name), name]);
      const list = inList(path);
      return list === undefined ? places.placeOfKey(path) : file.placeOfValue(list);
    },
    placeOfValue: (path) => {
      const list = inList(path);
      return list === undefined ? places.placeOfValue(path) : file.placeOfValue(list);
    },
  };
}

function isPrefix(short: KeyPath, long: KeyPath): boolean {
  return short.every((key, depth) => key === long[depth]);
}

/** A name that no catalogue has can be right at no point. */
function refuseUnknownNames({ scenario, places }: LoadedScenario): void {
  const named = [
    { path: ["llm"], what: "LLM", name: scenario.llm, byId: llmById, ids: llmIds },
    {
      path: ["cluster", "gpu"],
      what: "GPU",
      name: scenario.cluster.gpu,
      byId: gpuById,
      ids: gpuIds,
    },
  ];
  for (const { path, what, name, byId, ids } of named) {
    if (isPath(name) || byId(name) !== undefined) continue;
    const message = `the catalogue has no ${what} "${name}"${suggestion(name, ids())}`;
    const hint = `it has: tokenwatt list ${what.toLowerCase()}s`;
    throw new UserError({ ...blame(path, places), message, hint });
  }
}

interface Tried {
  readonly sweep: Sweep;
  readonly steps: readonly number[];
  /** Whose value was tried; undefined where all are first. */
  readonly axis: number | undefined;
  readonly origin: Origin;
}

/** Which block a problem's key belongs to, and which value of a list is wrong. */
function withValue(error: UserError, tried: Tried): UserError {
  const { sweep, steps, axis, origin } = tried;
  const candidates: readonly (readonly [number, Axis])[] = [...sweep.axes.entries()];
  return new UserError(
    error.problems.map((problem): Problem => {
      const { key = "" } = problem;
      const found = candidates.find(
        ([place, { paths }]) =>
          (axis === undefined || place === axis) &&
          paths.some((path) => isWithin(key, path) || isNoPath(problem, path)),
      );
      if (found === undefined) return { ...problem, key: key === "" ? "base" : `base.${key}` };
      const [place, { paths, steps: values }] = found;
      const noPath = paths.find((path) => isNoPath(problem, path));
      if (noPath !== undefined) return { ...problem, key: `${origin.block(noPath)}.${noPath}` };
      const name = paths.find((path) => isWithin(key, path)) ?? key;
      const which = `value ${(steps[place] ?? 0) + 1} of ${values.length}`;
      return {
        ...problem,
        key: `${origin.block(name)}.${key}`,
        message: `${problem.message} (${which})`,
      };
    }),
  );
}

function isWithin(key: string, path: string): boolean {
  return key === path || (path !== "" && key.startsWith(`${path}.`));
}

/** Whether a path leads nowhere, which is so whatever its values are. */
function isNoPath({ key = "", message }: Problem, path: string): boolean {
  return message.startsWith("unknown key") && isWithin(path, key);
}
