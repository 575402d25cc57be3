import type { ScenarioChange } from "../changes/changesSchema.ts";

/** What keys turn while a run goes on. */
export const knobs = [
  "capDown",
  "capUp",
  "rateDown",
  "rateUp",
  "fewer",
  "more",
  "prefixCaching",
] as const;
export type Knob = (typeof knobs)[number];

/** What changes may have made of a scenario. */
export interface Knobs {
  /** Of each GPU; undefined: its own limit. */
  readonly capW: number | undefined;
  /** Times the scenario's rate. */
  readonly rateFactor: number;
  readonly replicas: number;
  readonly cachesPrefixes: boolean;
}

/** Those that people expect of a knob: a fifth or so apart, and 1 among them. */
const rateFactors = [
  0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 8,
  10,
] as const;

/** What the scenario's own is after a turn; undefined where the knob is at its end. */
export function turned(
  knob: Knob,
  now: Knobs,
  { tdpW, mostReplicas }: { readonly tdpW: number; readonly mostReplicas: number },
): Omit<ScenarioChange, "at_s"> | undefined {
  const { capW = tdpW, rateFactor, replicas } = now;
  const stepW = tdpW > 400 ? 50 : 25;
  switch (knob) {
    case "capDown":
      return { power_cap_w: Math.max(1, stepW * (Math.ceil(capW / stepW) - 1)) };
    case "capUp": {
      const nextW = stepW * (Math.floor(capW / stepW) + 1);
      if (now.capW === undefined) return undefined;
      return { power_cap_w: nextW >= tdpW ? null : nextW };
    }
    case "rateDown":
      return rate(rateFactors.findLast((factor) => factor < rateFactor));
    case "rateUp":
      return rate(rateFactors.find((factor) => factor > rateFactor));
    case "fewer":
      return replicas === 1 ? undefined : { replicas: replicas - 1 };
    case "more":
      return replicas === mostReplicas ? undefined : { replicas: replicas + 1 };
    case "prefixCaching":
      return { enable_prefix_caching: !now.cachesPrefixes };
  }
}

/** Why a knob turns no further. */
export function atItsEnd(knob: Knob, { replicas }: Knobs): string {
  if (knob === "capUp") return "there is no cap: GPUs draw up to their own limit";
  if (knob === "fewer") return "one replica has to stay";
  if (knob === "more") return `no more than ${replicas} replicas are at hand here`;
  return "the rate is as far from the scenario's as it goes here";
}

/** After a change. */
export function changedKnobs(now: Knobs, change: ScenarioChange): Knobs {
  return {
    capW: change.power_cap_w === undefined ? now.capW : (change.power_cap_w ?? undefined),
    rateFactor: change.rate_factor ?? now.rateFactor,
    replicas: change.replicas ?? now.replicas,
    cachesPrefixes: change.enable_prefix_caching ?? now.cachesPrefixes,
  };
}

/** The letter of the key that would have made it, and it in words. */
export function wordsOf(before: Knobs, change: ScenarioChange): { letter: string; text: string } {
  const { power_cap_w, rate_factor, replicas, enable_prefix_caching } = change;
  if (power_cap_w === null) return { letter: "C", text: "no cap" };
  if (power_cap_w !== undefined) {
    const rises = before.capW !== undefined && power_cap_w > before.capW;
    return { letter: rises ? "C" : "c", text: `cap ${power_cap_w} W` };
  }
  if (rate_factor !== undefined) {
    return { letter: rate_factor < before.rateFactor ? "r" : "R", text: `rate × ${rate_factor}` };
  }
  if (replicas !== undefined) {
    const text = `${replicas} ${replicas === 1 ? "replica" : "replicas"}`;
    return { letter: replicas < before.replicas ? "x" : "a", text };
  }
  return { letter: "p", text: `caching ${enable_prefix_caching === true ? "on" : "off"}` };
}

function rate(factor: number | undefined): Omit<ScenarioChange, "at_s"> | undefined {
  return factor === undefined ? undefined : { rate_factor: factor };
}
