import { UserError } from "../errors.ts";
import type { ScenarioOptions } from "../scenario/check.ts";
import { type Override, parseOverride, pathOf } from "../scenario/overrides.ts";
import type { Places } from "../scenario/problems.ts";
import type { YamlFile } from "../scenario/yamlFile.ts";
import type { Axis } from "./points.ts";

type Lists = Readonly<Record<string, readonly unknown[]>>;

/** The lists of a file that holds many scenarios. */
export interface Varied {
  /** What the file calls the lists of which every value meets every other. */
  readonly block: "grid" | "choices";
  readonly lists: Lists | undefined;
  /** Lists of one length, whose values go together. */
  readonly zip: Lists | undefined;
}

/** A path that is varied, as the file has it. */
interface VariedPath {
  readonly block: string;
  /** As it is written. */
  readonly written: string;
}

/** @throws UserError where lists are empty, of two lengths, or one replaces the other. */
export function axesOf(varied: Varied, file: YamlFile): Axis[] {
  const wrong = (key: readonly string[], message: string): UserError =>
    new UserError({ place: file.placeOfKey(key), key: key.join("."), message });
  for (const [block, lists] of [
    [varied.block, varied.lists] as const,
    ["zip", varied.zip] as const,
  ]) {
    if (lists !== undefined && Object.keys(lists).length === 0) {
      throw wrong([block], "is empty; expected path.to.key: [values]");
    }
  }
  refuseOverlaps(variedPaths(varied), wrong);
  const axes = Object.entries(varied.lists ?? {}).map(([path, values]) => ({
    paths: [nameOf(path)],
    steps: values.map((value) => [value]),
  }));
  const [first, ...others] = Object.entries(varied.zip ?? {});
  if (first === undefined) return axes;
  for (const [path, values] of others) {
    if (values.length === first[1].length) continue;
    const message = `values: ${values.length}; expected ${first[1].length}, as ${first[0]} has`;
    throw wrong(["zip", path], message);
  }
  const lists = [first, ...others];
  const steps = first[1].map((_, step) => lists.map(([, values]) => values[step]));
  return [...axes, { paths: lists.map(([path]) => nameOf(path)), steps }];
}

/** @throws UserError where --set gives what the file varies: one of the two would be ignored. */
export function overridesOf({ set = [], seed }: ScenarioOptions, varied: Varied): Override[] {
  const overrides = [
    ...set.map(parseOverride),
    ...(seed === undefined ? [] : [{ path: ["seed"], value: seed, typed: `--seed "${seed}"` }]),
  ];
  for (const { path, typed } of overrides) {
    const key = path.join(".");
    const clash = variedPaths(varied).find(({ written }) => overlaps(key, nameOf(written)));
    if (clash === undefined) continue;
    const message = `${clash.block} varies ${clash.written}; leave one of the two out`;
    throw new UserError({ place: { file: typed }, key, message });
  }
  return overrides;
}

/** Of the scenario in the file's `base`. */
export function placesUnder(file: YamlFile): Places {
  return {
    placeOfKey: (path) => file.placeOfKey(["base", ...path]),
    placeOfValue: (path) => file.placeOfValue(["base", ...path]),
  };
}

/** Which block of the file holds a path. */
export function blockOf({ block, zip }: Varied, name: string): string {
  return Object.keys(zip ?? {}).some((written) => nameOf(written) === name) ? "zip" : block;
}

export function variedPaths({ block, lists, zip }: Varied): VariedPath[] {
  const of = (block: string, lists: object | undefined) =>
    Object.keys(lists ?? {}).map((written) => ({ block, written }));
  return [...of(block, lists), ...of("zip", zip)];
}

/** The column's name: vLLM's arguments with underscores. */
export function nameOf(written: string): string {
  return pathOf(written).join(".");
}

export function overlaps(a: string, b: string): boolean {
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
