import type { Change } from "../../sim/changes/change.ts";
import type { Changer } from "../changes/changer.ts";
import type { ScenarioChange } from "../changes/changesSchema.ts";
import { UserError } from "../errors.ts";
import type { Composition } from "../scenario/compose.ts";
import type { LoadedScenario } from "../scenario/load.ts";
import { atItsEnd, changedKnobs, type Knob, type Knobs, turned, wordsOf } from "./knobs.ts";

/** So many replicas more than a scenario has are at hand. */
export function spareReplicas({ scenario }: LoadedScenario): number {
  return Math.max(8, Math.ceil(scenario.cluster.replicas / 4));
}

/** A change that was made, or that a file will make. */
export interface MadeChange {
  readonly change: ScenarioChange;
  /** The key that makes such. */
  readonly letter: string;
  readonly text: string;
}

/** How a run was steered, at one moment. */
export interface Steered {
  readonly knobs: Knobs;
  /** So far, in order of time. */
  readonly changes: readonly MadeChange[];
}

/** What is changed while a run goes on, by a file and by keys. */
export class Steering {
  readonly #changer: Changer;
  readonly #start: Knobs;
  readonly #limits: { readonly tdpW: number; readonly mostReplicas: number };
  #list: readonly ScenarioChange[];

  constructor(
    { scenario, changes }: LoadedScenario,
    changer: Changer,
    { simulation }: Composition,
  ) {
    const { replicas = simulation.replicas.length } = simulation.changes ?? {};
    this.#changer = changer;
    this.#list = (changes?.list ?? []).toSorted((a, b) => a.at_s - b.at_s);
    this.#limits = { tdpW: changer.tdpW, mostReplicas: simulation.replicas.length };
    this.#start = {
      capW: scenario.cluster.power_cap_w ?? undefined,
      rateFactor: 1,
      replicas,
      cachesPrefixes: scenario.engine.enable_prefix_caching,
    };
  }

  /** Tells what was changed, or why nothing was. `apply` says when. */
  turn(knob: Knob, nowS: number, apply: (change: Change) => number): string {
    const { knobs } = this.steered(nowS);
    const wanted = turned(knob, knobs, this.#limits);
    if (wanted === undefined) return this.#refusal(knob, knobs);
    try {
      const change = this.#changer.take({ at_s: nowS, ...wanted }, {});
      const made = { at_s: apply(change), ...wanted };
      this.#list = [...this.#list, made].toSorted((a, b) => a.at_s - b.at_s);
      return `${wordsOf(knobs, made).text}, from ${made.at_s.toFixed(1)} s on`;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return `no change: ${error.problems[0]?.message}`;
    }
  }

  steered(nowS: number): Steered {
    const past = this.#list.filter(({ at_s }) => at_s <= nowS + justMadeS);
    let knobs = this.#start;
    const changes = past.map((change) => {
      const made = { change, ...wordsOf(knobs, change) };
      knobs = changedKnobs(knobs, change);
      return made;
    });
    return { knobs, changes };
  }

  /** What can't be changed at all is no knob at its end. */
  #refusal(knob: Knob, knobs: Knobs): string {
    const { replicas } = knobs;
    const isFleet = knob === "fewer" || knob === "more";
    const reason = isFleet ? this.#changer.refusal({ at_s: 0, replicas }) : undefined;
    return reason === undefined ? atItsEnd(knob, knobs) : `no change: ${reason}`;
  }
}

/** What was changed between two events comes that much later. */
const justMadeS = 2e-6;
