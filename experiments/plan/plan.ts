import { replaced } from "../scenario/overrides.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import type { KeyPath } from "../scenario/yamlFile.ts";
import { pointAt, type Sweep } from "../sweep/points.ts";
import type { Objective, Promised } from "./planSchema.ts";

export type Find = "replicas" | "rate" | "none";

/** A plan as plain values, which threads take. */
export interface Plan {
  /** The choices, as the points of a sweep. */
  readonly choices: Sweep;
  /** Paths in the scenarios are relative to it. */
  readonly folder: string;
  readonly find: Find;
  readonly objective: Objective;
  readonly promised: Promised;
  readonly maxReplicas: number;
  readonly powerBudgetW: number | null;
  /** Money per GPU and hour, by the GPU's name. */
  readonly gpuPrices: Readonly<Record<string, number>>;
}

export const replicasPath: KeyPath = ["cluster", "replicas"];

/** A choice as it would stand in a file, with its price. */
export function scenarioOf({ choices, gpuPrices }: Plan, index: number): unknown {
  const { scenario } = pointAt(choices, index);
  const gpu = memberOf(memberOf(scenario, "cluster"), "gpu");
  const price = typeof gpu === "string" ? memberOf(gpuPrices, gpu) : undefined;
  return price === undefined ? scenario : replaced(scenario, ["site", "gpu_price_per_hour"], price);
}

/** What decides how many requests come in a second. */
export interface RateKnob {
  readonly path: KeyPath;
  /** What the file has there. */
  readonly given: number;
  /** "req/s", or "x" of a trace's own rate. */
  readonly unit: string;
}

/** Undefined where no single number decides it. */
export function rateKnobOf(scenario: unknown): RateKnob | undefined {
  const workload = memberOf(scenario, "workload");
  const rateRps = memberOf(memberOf(workload, "arrivals"), "rate_rps");
  if (typeof rateRps === "number") {
    return { path: ["workload", "arrivals", "rate_rps"], given: rateRps, unit: "req/s" };
  }
  const trace = memberOf(workload, "trace");
  if (memberOf(workload, "arrivals") != null || typeof trace !== "object" || trace === null) {
    return undefined;
  }
  const scale = memberOf(trace, "rate_scale") ?? 1;
  const path = ["workload", "trace", "rate_scale"];
  return typeof scale === "number" ? { path, given: scale, unit: "x" } : undefined;
}
