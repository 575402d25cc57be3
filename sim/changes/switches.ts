import { PrefixSwitch } from "../kvCache/switchedMemory.ts";
import type { StepModel } from "../ports.ts";
import type { ReplicaConfig } from "../replicaConfig.ts";
import type { SimulationConfig } from "../simulationConfig.ts";
import { SwitchedModel } from "./switchedModel.ts";

/** The same run, with replicas whose prices and caches can be changed; undefined where nothing changes. */
export function switchesOf(config: SimulationConfig): Switches | undefined {
  return config.changes === undefined ? undefined : new Switches(config);
}

/** What of replicas can be changed while they run. */
export class Switches {
  readonly config: SimulationConfig;
  readonly #models: SwitchedModel[] = [];
  readonly #caches: PrefixSwitch[] = [];

  constructor(config: SimulationConfig) {
    // Ranks that step together have prices that depend on each other.
    const isApart = config.lockstep === undefined;
    const switched = new Map<ReplicaConfig, ReplicaConfig>();
    for (const replica of isApart ? new Set(config.replicas) : []) {
      switched.set(replica, this.#switched(replica));
    }
    const replicas = config.replicas.map((replica) => switched.get(replica) ?? replica);
    this.config = { ...config, replicas };
  }

  /** From now on; false where it is so already. */
  price(model: StepModel): boolean {
    const changed = this.#models.map((switched) => switched.become(model));
    return changed.includes(true);
  }

  cachePrefixes(isOn: boolean): void {
    for (const cache of this.#caches) cache.become(isOn);
  }

  #switched(replica: ReplicaConfig): ReplicaConfig {
    const stepModel = new SwitchedModel(replica.stepModel);
    const prefixSwitch = new PrefixSwitch(replica.cachesPrefixes === true);
    this.#models.push(stepModel);
    this.#caches.push(prefixSwitch);
    return { ...replica, stepModel, prefixSwitch };
  }
}
