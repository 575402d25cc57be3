import type { Change } from "../../sim/changes/change.ts";
import type { StepModel } from "../../sim/ports.ts";
import type { Watts } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import type { Footing } from "../report/intervals.ts";
import type { ComposedEngine } from "../scenario/engine.ts";
import type { LoadedScenario } from "../scenario/load.ts";
import { jointFooting } from "../scenario/poolFooting.ts";
import type { blame } from "../scenario/problems.ts";
import { changedScenario } from "./changedScenario.ts";
import type { ScenarioChange } from "./changesSchema.ts";
import { refusal } from "./refusedChanges.ts";

/** What is blamed for a change that can't be made. */
type Blamed = Partial<ReturnType<typeof blame>>;

export interface Unchanged {
  /** As it is at the start. */
  readonly engine: ComposedEngine;
  /** The engine of the scenario as it is changed. */
  readonly composed: (loaded: LoadedScenario) => ComposedEngine;
}

/** Makes of what a user changes, one after the other, what the engine does. */
export class Changer {
  readonly #loaded: LoadedScenario;
  readonly #unchanged: Unchanged;
  /** By the cap, so that going back to one prices as before. */
  readonly #prices: Map<number | null, StepModel>;
  readonly #footings: Footing[];
  #state: Omit<ScenarioChange, "at_s"> = {};

  constructor(loaded: LoadedScenario, unchanged: Unchanged) {
    const { engine } = unchanged;
    this.#loaded = loaded;
    this.#unchanged = unchanged;
    this.#prices = new Map([[loaded.scenario.cluster.power_cap_w, engine.replica.stepModel]]);
    this.#footings = [engine.footing];
  }

  /** More than a GPU draws on its own no cap can be. */
  get tdpW(): Watts {
    return this.#unchanged.engine.config.gpu.tdpW;
  }

  /** What the figures rest on, before and after each change. */
  get footing(): Footing {
    return {
      ...jointFooting(this.#footings.map((footing) => ({ footing, gpus: 1 }))),
      highestGpuW: Math.max(...this.#footings.map((footing) => footing.highestGpuW)),
    };
  }

  /** Why this can't be changed, to whatever; undefined where it can. */
  refusal(change: ScenarioChange): string | undefined {
    return refusal(this.#loaded, change, this.#unchanged.engine.limits.scheduler);
  }

  /** @throws UserError where it can't change, or not to this; then nothing has changed. */
  take(change: ScenarioChange, at: Blamed): Change {
    const reason = this.refusal(change);
    if (reason !== undefined) throw new UserError({ ...at, message: reason });
    const { at_s: _, ...values } = change;
    const state = { ...this.#state, ...values };
    const next = blamed(at, () => this.#unchanged.composed(changedScenario(this.#loaded, state)));
    this.#state = state;
    this.#footings.push(next.footing);
    if (change.power_cap_w !== undefined && !this.#prices.has(change.power_cap_w)) {
      this.#prices.set(change.power_cap_w, next.replica.stepModel);
    }
    const priced = this.#prices.get(change.power_cap_w ?? null) ?? next.replica.stepModel;
    return engineChange(change, priced);
  }
}

function engineChange(change: ScenarioChange, stepModel: StepModel): Change {
  const { rate_factor, replicas, enable_prefix_caching } = change;
  if (rate_factor !== undefined) return { kind: "rate", factor: rate_factor };
  if (replicas !== undefined) return { kind: "replicas", replicas };
  if (enable_prefix_caching === undefined) return { kind: "stepModel", stepModel };
  return { kind: "prefixCaching", isOn: enable_prefix_caching };
}

/** What is wrong with the scenario as it is changed is wrong with the change. */
function blamed<Value>(at: Blamed, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.problems.map((problem) => ({ ...problem, ...at })));
  }
}
