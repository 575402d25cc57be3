import type { Interval } from "../../models/uncertainty.ts";
import { mapped } from "../report/intervals.ts";
import { grouped } from "../report/quantity.ts";
import type { Result } from "../report/result.ts";
import type { Objective } from "./planSchema.ts";

/** What one deployment is compared by; the less the better. */
export interface Score {
  readonly value: number;
  /** Where 80 % of metered runs would lie, by the interval of the joules; null: not known. */
  readonly interval: Interval | null;
}

/** How deployments are made comparable. */
export interface Comparison {
  readonly objective: Objective;
  /** False where the hosts of some are unknown: then all are compared by their GPUs alone, PUE included. */
  readonly withHosts: boolean;
  /** GPUs are divided by the requests per second where each serves another rate. */
  readonly isPerRate: boolean;
}

const joulesPerKwh = 3.6e6;
const million = 1e6;

/** Whether the power of its hosts is known. */
export function hostIsKnown({ energy }: Result): boolean {
  return energy.facility_j !== null;
}

/** Joules for an output token; grams or money for a million of them; or GPUs. Undefined: none to count. */
export function scoreOf(
  result: Result,
  gpus: number,
  { objective, withHosts, isPerRate }: Comparison,
): Score | undefined {
  if (objective === "gpus") {
    const rate = isPerRate ? result.throughput.requests_per_s : 1;
    if (rate === null) return undefined;
    return { value: gpus / rate, interval: [gpus / rate, gpus / rate] };
  }
  const { tokens, energy, cost, scenario } = result;
  const { site } = scenario;
  const hardware = objective === "cost" ? cost.gpu : 0;
  if (tokens.output === 0 || hardware === null) return undefined;
  const hostJ = withHosts ? (energy.host_j ?? 0) : 0;
  const perJoule = {
    energy: site.pue / million,
    carbon: (site.pue * site.carbon_g_per_kwh) / joulesPerKwh,
    cost: (site.pue * site.price_per_kwh) / joulesPerKwh,
  }[objective];
  const perTokens = (gpuJ: number) =>
    (((gpuJ + hostJ) * perJoule + hardware) * million) / tokens.output;
  return { value: perTokens(energy.gpu_j), interval: mapped(energy.interval_80.gpu_j, perTokens) };
}

/** The unit of a score, as a table's head has it. */
export function unitOf({ objective, isPerRate, withHosts }: Comparison, currency: string): string {
  switch (objective) {
    case "energy":
      return withHosts ? "site J/token" : "J/token x PUE";
    case "carbon":
      return "g CO2e/M tokens";
    case "cost":
      return `${currency}/M tokens`;
    case "gpus":
      return isPerRate ? "GPUs per req/s" : "GPUs";
  }
}

/** Both ends to two digits, as they are. */
export function rangeText([low, high]: Interval): string {
  return `${twoDigits(low)}-${twoDigits(high)}`;
}

function twoDigits(value: number): string {
  const rounded = Number(value.toPrecision(2));
  return Number.isInteger(rounded) ? grouped(rounded) : String(rounded);
}
