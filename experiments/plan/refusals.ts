import { gpuById, gpuIds } from "../../models/gpuCatalogue.ts";
import { UserError } from "../errors.ts";
import { isPath } from "../scenario/isPath.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import type { KeyPath, YamlFile } from "../scenario/yamlFile.ts";
import { suggestion } from "../suggestion.ts";
import { nameOf, overlaps, type Varied, variedPaths } from "../sweep/axes.ts";
import { type Axis, pointCount } from "../sweep/points.ts";
import { type Find, type Plan, rateKnobOf, scenarioOf } from "./plan.ts";
import type { PlanInput, Promised } from "./planSchema.ts";

interface Asked {
  readonly file: YamlFile;
  readonly given: PlanInput;
  readonly varied: Varied;
  readonly promised: Promised;
  /** The base as it stands in the file, with --set. */
  readonly written: unknown;
}

/** The result of each is kept until all are there. */
const mostChoices = 20_000;

/** Where the number of replicas is given, or that of each pool, it isn't looked for. */
export function findOf({ given, varied, promised, written }: Omit<Asked, "file">): Find {
  if (given.find !== null) return given.find;
  const hasPools = memberOf(memberOf(written, "cluster"), "pools") != null;
  const isChosen = varies(varied, "cluster.replicas") || varies(varied, "cluster.pools");
  return isChosen || hasPools || !hasLimit(promised) ? "none" : "replicas";
}

/** What a schema can't say of a plan: keys that would be ignored, questions without an answer. */
export function refusals(asked: Asked) {
  const { file, given, varied } = asked;
  const wrong = (key: KeyPath, message: string, hint?: string): UserError =>
    new UserError({ place: file.placeOfKey(key), key: key.join("."), message, hint });
  const find = findOf(asked);
  return {
    beforeChoices(axes: readonly Axis[]): void {
      refuseCount(axes, wrong);
      refuseSlo(asked, find, wrong);
      refuseReplicas(asked, find, wrong);
      refusePrices(asked, wrong);
    },
    choices(plan: Plan): void {
      for (let index = 0; index < pointCount(plan.choices); index++) {
        const scenario = scenarioOf(plan, index);
        refusePools(scenario, { find, given }, wrong);
        if (find === "replicas") refuseOutages(scenario, wrong);
        if (find === "rate") refuseRate(scenario, varied, wrong);
        if (given.objective === "cost") refuseUnpriced(scenario, wrong);
      }
    },
  };
}

type Wrong = (key: KeyPath, message: string, hint?: string) => UserError;

function refuseCount(axes: readonly Axis[], wrong: Wrong): void {
  if (axes.length === 0) {
    throw wrong([], "has nothing to choose; expected choices: path.to.key: [values]");
  }
  const choices = axes.reduce((all, { steps }) => all * steps.length, 1);
  if (choices <= mostChoices) return;
  throw wrong(
    ["choices"],
    `makes ${choices} choices; expected no more than ${mostChoices}`,
    "a sweep takes any number",
  );
}

function refuseSlo({ given, varied, promised, written }: Asked, find: Find, wrong: Wrong): void {
  const chosen = variedAt(varied, "slo");
  if (chosen !== undefined)
    throw wrong(chosen, "the slo is what all choices must keep: not chosen");
  if (given.slo !== undefined && memberOf(written, "slo") !== undefined) {
    throw wrong(["base", "slo"], "the plan has an slo of its own; leave one of the two out");
  }
  if (hasLimit(promised)) return;
  if (given.slo !== undefined)
    throw wrong(["slo"], "has no limit; expected ttft_ms, tpot_ms or e2e_ms");
  if (find !== "none") throw wrong(["find"], `${find} needs an slo: ttft_ms, tpot_ms or e2e_ms`);
}

function refuseReplicas({ given, varied }: Asked, find: Find, wrong: Wrong): void {
  const chosen = variedAt(varied, "cluster.replicas");
  if (find === "replicas" && chosen !== undefined) {
    throw wrong(chosen, "find: replicas looks for them; or set find: none");
  }
  if (given.max_replicas !== null && find !== "replicas") {
    throw wrong(["max_replicas"], `goes with find: replicas; this is find: ${find}`);
  }
}

/** Prices that would count for nothing, or that something else gives, too. */
function refusePrices({ given, varied, written }: Asked, wrong: Wrong): void {
  const names = Object.keys(given.gpu_price_per_hour);
  const chosen = variedAt(varied, "site.gpu_price_per_hour");
  if (names.length > 0 && chosen !== undefined) {
    throw wrong(chosen, "gpu_price_per_hour has prices, too; leave one of the two out");
  }
  const currency = variedAt(varied, "site.currency");
  if (given.objective === "cost" && currency !== undefined) {
    throw wrong(currency, "costs in two currencies can't be compared");
  }
  const lists = [varied.lists, varied.zip].map((block) => block?.["cluster.gpu"] ?? []);
  const used = [memberOf(memberOf(written, "cluster"), "gpu"), ...lists.flat()];
  for (const name of names) {
    if (used.includes(name) || gpuById(name) !== undefined) continue;
    const known = used.filter((one) => typeof one === "string");
    const near = suggestion(name, [...known, ...gpuIds()]);
    const what = isPath(name)
      ? "no choice has this GPU file"
      : `the catalogue has no GPU "${name}"`;
    throw wrong(["gpu_price_per_hour", name], `${what}${near}`);
  }
}

/** Pools have replicas and GPUs of their own. */
function refusePools(
  scenario: unknown,
  { find, given }: { readonly find: Find; readonly given: PlanInput },
  wrong: Wrong,
): void {
  if (memberOf(memberOf(scenario, "cluster"), "pools") == null) return;
  if (find === "replicas") {
    throw wrong(["find"], "replicas counts cluster.replicas; pools have replicas of their own");
  }
  if (Object.keys(given.gpu_price_per_hour).length > 0) {
    const hint = "site.gpu_price_per_hour is one price for all";
    throw wrong(["gpu_price_per_hour"], "is by cluster.gpu; pools have GPUs of their own", hint);
  }
}

/** Outages are of replicas by their number, of which nobody knows yet how many there are. */
function refuseOutages(scenario: unknown, wrong: Wrong): void {
  const failures = memberOf(memberOf(scenario, "cluster"), "failures");
  if (memberOf(failures, "outages") == null) return;
  const message =
    "replicas looks for their number, and cluster.failures.outages names some of them";
  throw wrong(
    ["find"],
    message,
    "give mtbf_s and mttr_s in place of outages; or find: none, or rate",
  );
}

function refuseRate(scenario: unknown, varied: Varied, wrong: Wrong): void {
  const knob = rateKnobOf(scenario);
  if (knob === undefined) {
    const message =
      "rate moves workload.arrivals.rate_rps, or rate_scale of a trace with its own arrivals; " +
      "some choice has neither";
    throw wrong(["find"], message, "for instance arrivals: {kind: poisson, rate_rps: 4}");
  }
  const chosen = variedAt(varied, knob.path.join("."));
  if (chosen !== undefined && nameOf(String(chosen[1])) === knob.path.join(".")) {
    throw wrong(chosen, "find: rate looks for it; leave one of the two out");
  }
}

function refuseUnpriced(scenario: unknown, wrong: Wrong): void {
  const price = memberOf(memberOf(scenario, "site"), "gpu_price_per_hour");
  if (typeof price === "number") return;
  const gpu = String(memberOf(memberOf(scenario, "cluster"), "gpu"));
  const message = `cost needs a price of hardware, and ${gpu} has none`;
  const hint = `gpu_price_per_hour: {${gpu}: 2.5}, or {${gpu}: {capex: 30000, lifetime_years: 4}}`;
  throw wrong(["objective"], message, hint);
}

function hasLimit({ ttft_ms, tpot_ms, e2e_ms }: Promised): boolean {
  return ttft_ms !== null || tpot_ms !== null || e2e_ms !== null;
}

function varies(varied: Varied, path: string): boolean {
  return variedAt(varied, path) !== undefined;
}

/** The key of the file that varies a path, or a part of it. */
function variedAt(varied: Varied, path: string): KeyPath | undefined {
  const found = variedPaths(varied).find(({ written }) => overlaps(nameOf(written), path));
  return found === undefined ? undefined : [found.block, found.written];
}
