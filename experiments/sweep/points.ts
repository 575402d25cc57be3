import { createHash } from "node:crypto";
import { tokenwattVersion } from "../package.ts";
import { pathOf, replaced } from "../scenario/overrides.ts";
import { defaultSeed } from "../scenario/schema.ts";
import { memberOf } from "../scenario/schemaTree.ts";

/** Paths that vary together: one of the grid, or all of zip. */
export interface Axis {
  readonly paths: readonly string[];
  /** A value for each path. */
  readonly steps: readonly (readonly unknown[])[];
}

/** A sweep as plain values, which threads and manifests take. */
export interface Sweep {
  readonly base: unknown;
  readonly axes: readonly Axis[];
  readonly replications: number;
  /** Digest of the files that the scenarios name. */
  readonly inputsDigest: string;
}

/** One run of a sweep. */
export interface Point {
  readonly index: number;
  /** A value for each path of the axes, in their order. */
  readonly values: readonly unknown[];
  /** From 1. */
  readonly replication: number;
  /** As it would stand in a file. */
  readonly scenario: unknown;
  /** Digest of all that its result depends on. */
  readonly spec: string;
}

export function pointCount({ axes, replications }: Sweep): number {
  return axes.reduce((points, { steps }) => points * steps.length, replications);
}

/** In lexical order: the last axis varies faster than the first, replications fastest. */
export function pointAt(sweep: Sweep, index: number): Point {
  const { base, axes, replications } = sweep;
  let rest = Math.floor(index / replications);
  const steps: (readonly unknown[])[] = [];
  for (const axis of axes.toReversed()) {
    steps.unshift(axis.steps[rest % axis.steps.length] ?? []);
    rest = Math.floor(rest / axis.steps.length);
  }
  const replication = (index % replications) + 1;
  const values = steps.flat();
  const varied = axes
    .flatMap(({ paths }) => paths)
    .reduce((scenario, path, place) => replaced(scenario, pathOf(path), values[place]), base);
  const scenario = replications === 1 ? varied : withSeed(varied, replication);
  return { index, values, replication, scenario, spec: specDigest(scenario, sweep.inputsDigest) };
}

/** Replications meet other requests; the same ones in every configuration. */
function withSeed(scenario: unknown, replication: number): unknown {
  const seed = memberOf(scenario, "seed") ?? defaultSeed;
  return replaced(scenario, ["seed"], `${String(seed)}/${replication}`);
}

const specDigits = 16;

function specDigest(scenario: unknown, inputsDigest: string): string {
  const all = canonical([tokenwattVersion(), inputsDigest, scenario]);
  return sha256(all).slice(0, specDigits);
}

export function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** JSON whose keys are in order: the same text for the same values. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(",")}}`;
}
