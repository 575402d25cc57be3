import type { Change, ChangeConfig, TimedChange } from "../../sim/changes/change.ts";
import type { StepModel } from "../../sim/ports.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import { UserError } from "../errors.ts";
import type { Footing } from "../report/intervals.ts";
import type { ComposedEngine } from "../scenario/engine.ts";
import type { LoadedScenario } from "../scenario/load.ts";
import { jointFooting } from "../scenario/poolFooting.ts";
import { blame } from "../scenario/problems.ts";
import { changedScenario } from "./changedScenario.ts";
import { changedKeys, type ScenarioChange, type ScenarioChanges } from "./changesSchema.ts";
import { refusal } from "./refusedChanges.ts";

interface Composed {
  readonly config: ChangeConfig;
  /** With those that join. */
  readonly replicas: readonly ReplicaConfig[];
  readonly hasRates: boolean;
  /** What the figures rest on, before and after each change. */
  readonly footing: Footing;
}

interface Before {
  /** As it is at the start. */
  readonly engine: ComposedEngine;
  readonly replicas: readonly ReplicaConfig[];
  /** The engine of the scenario as it is changed. */
  readonly composed: (loaded: LoadedScenario) => ComposedEngine;
}

/** @throws UserError where something can't change, or not to this. */
export function changeConfigOf(
  loaded: LoadedScenario,
  { list, places }: ScenarioChanges,
  { engine, replicas, composed }: Before,
): Composed {
  const { cluster } = loaded.scenario;
  const prices = new Map<number | null, StepModel>([
    [cluster.power_cap_w, engine.replica.stepModel],
  ]);
  const footings = [engine.footing];
  let most = replicas.length;
  const inOrder = [...list.entries()].sort(([, a], [, b]) => a.at_s - b.at_s);
  const state: { -readonly [Key in keyof ScenarioChange]?: ScenarioChange[Key] } = {};
  const timed = inOrder.map(([place, change]): TimedChange => {
    const key = changedKeys.find((name) => change[name] !== undefined) ?? "at_s";
    const at = blame(["changes", place, key], places);
    const reason = refusal(loaded, change, engine.limits.scheduler);
    if (reason !== undefined) throw new UserError({ ...at, message: reason });
    Object.assign(state, change);
    const next = blamed(at, () => composed(changedScenario(loaded, state)));
    if (change.power_cap_w !== undefined && !prices.has(change.power_cap_w)) {
      prices.set(change.power_cap_w, next.replica.stepModel);
    }
    footings.push(next.footing);
    most = Math.max(most, change.replicas ?? 0);
    const stepModel = prices.get(change.power_cap_w ?? null) ?? next.replica.stepModel;
    return { atS: change.at_s, change: engineChange(change, stepModel) };
  });
  const joining = Array.from({ length: most - replicas.length }, () => engine.replica);
  return {
    config: { timed, replicas: replicas.length },
    replicas: [...replicas, ...joining],
    hasRates: list.some(({ rate_factor }) => rate_factor !== undefined),
    footing: {
      ...jointFooting(footings.map((footing) => ({ footing, gpus: 1 }))),
      highestGpuW: Math.max(...footings.map((footing) => footing.highestGpuW)),
    },
  };
}

function engineChange(change: ScenarioChange, stepModel: StepModel): Change {
  const { rate_factor, replicas, enable_prefix_caching } = change;
  if (rate_factor !== undefined) return { kind: "rate", factor: rate_factor };
  if (replicas !== undefined) return { kind: "replicas", replicas };
  if (enable_prefix_caching === undefined) return { kind: "stepModel", stepModel };
  return { kind: "prefixCaching", isOn: enable_prefix_caching };
}

/** What is wrong with the scenario as it is changed is wrong with the change. */
function blamed<Value>(at: ReturnType<typeof blame>, make: () => Value): Value {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(error.problems.map((problem) => ({ ...problem, ...at })));
  }
}
