import type { ChangeConfig, TimedChange } from "../../sim/changes/change.ts";
import type { ReplicaConfig } from "../../sim/replicaConfig.ts";
import type { LoadedScenario } from "../scenario/load.ts";
import { blame } from "../scenario/problems.ts";
import { Changer, type Unchanged } from "./changer.ts";
import { changedKeys } from "./changesSchema.ts";

interface Composed {
  readonly config: ChangeConfig;
  /** With those that join. */
  readonly replicas: readonly ReplicaConfig[];
  readonly hasRates: boolean;
  /** For what is changed while the run goes on. */
  readonly changer: Changer;
}

/**
 * Undefined where nothing changes in the midst of the run.
 * @throws UserError where something can't change, or not to this.
 */
export function changeConfigOf(
  loaded: LoadedScenario,
  replicas: readonly ReplicaConfig[],
  unchanged: Unchanged,
): Composed | undefined {
  const { changes, steering } = loaded;
  if (changes === undefined && steering === undefined) return undefined;
  const { list, places } = changes ?? { list: [], places: loaded.places };
  const changer = new Changer(loaded, unchanged);
  let most = replicas.length;
  const inOrder = [...list.entries()].sort(([, a], [, b]) => a.at_s - b.at_s);
  const timed = inOrder.map(([place, change]): TimedChange => {
    const key = changedKeys.find((name) => change[name] !== undefined) ?? "at_s";
    const taken = changer.take(change, blame(["changes", place, key], places));
    most = Math.max(most, change.replicas ?? 0);
    return { atS: change.at_s, change: taken };
  });
  const mayJoin = changer.refusal({ at_s: 0, replicas: most }) === undefined;
  const spares = mayJoin ? (steering?.spareReplicas ?? 0) : 0;
  const joining = Array.from(
    { length: most + spares - replicas.length },
    () => unchanged.engine.replica,
  );
  const mayHurry = changer.refusal({ at_s: 0, rate_factor: 1 }) === undefined;
  return {
    config: { timed, replicas: replicas.length },
    replicas: [...replicas, ...joining],
    hasRates:
      list.some(({ rate_factor }) => rate_factor !== undefined) ||
      (steering !== undefined && mayHurry),
    changer,
  };
}
