import { weightBytes } from "../../models/weights.ts";
import { drawnOutages, type FailureConfig, type Outage } from "../../sim/failures/outages.ts";
import type { RandomStreams } from "../../sim/random.ts";
import type { ReplicaId, Seconds } from "../../sim/units.ts";
import { UserError } from "../errors.ts";
import type { ComposedEngine } from "./engine.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { ScenarioSpec } from "./spec.ts";

type FailureSpec = NonNullable<ScenarioSpec["cluster"]["failures"]>;
type Refuse = (path: readonly string[], message: string, hint?: string) => never;

/**
 * When which replica is down; undefined where none fails.
 * @throws UserError where the outages are not of these replicas, or overlap.
 */
export function failuresOf(
  loaded: LoadedScenario,
  { cluster: { failures } }: ScenarioSpec,
  { kinds, stream }: { readonly kinds: readonly ComposedEngine[]; readonly stream: RandomStreams },
): FailureConfig | undefined {
  if (failures === undefined) return undefined;
  const refuse: Refuse = (path, message, hint) => {
    const at = blame(["cluster", "failures", ...path], loaded.places);
    throw new UserError({ ...at, message, hint });
  };
  const reloads = kinds.flatMap((kind) =>
    Array<Seconds>(kind.spec.cluster.replicas).fill(reloadS(failures, kind)),
  );
  const { outages, meanUpS, meanDownS } = failures;
  if (outages !== undefined) {
    if (meanUpS !== undefined) refuse(["mtbf_s"], "outages are given: set one of the two to null");
    if (meanDownS !== undefined) refuse(["mttr_s"], "outages are given, each with its for_s");
    const byReplica = statedOutages(outages, reloads, refuse);
    return { outagesOf: (id) => (byReplica[id] ?? []).values() };
  }
  if (meanUpS === undefined) {
    return refuse(
      meanDownS === undefined ? [] : ["mttr_s"],
      "nothing fails",
      "give outages: [{replica, from_s, for_s}], or mtbf_s and mttr_s",
    );
  }
  if (meanDownS === undefined) return refuse(["mtbf_s"], "for how long? give mttr_s, too");
  const outagesOf = (id: ReplicaId) => {
    const wear = { meanUpS, meanDownS, reloadS: reloads[id] ?? 0 };
    return drawnOutages(wear, stream(`failures/${id}`));
  };
  return { outagesOf };
}

/** All weights of the network once. */
function reloadS({ loadBytesPerS }: FailureSpec, { config }: ComposedEngine): Seconds {
  if (loadBytesPerS === undefined) return 0;
  return weightBytes(config.llm, config.precision.weights) / loadBytesPerS;
}

/** Of each replica, in order of time. */
function statedOutages(
  stated: NonNullable<FailureSpec["outages"]>,
  reloads: readonly Seconds[],
  refuse: Refuse,
): Outage[][] {
  const byReplica = reloads.map((): Outage[] => []);
  const inOrder = [...stated.entries()].sort(([, a], [, b]) => a.fromS - b.fromS);
  for (const [place, { replica, fromS, forS }] of inOrder) {
    const at = (key: string) => ["outages", String(place), key];
    const own = byReplica[replica];
    if (own === undefined) {
      const last = reloads.length - 1;
      return refuse(
        at("replica"),
        last === 0
          ? `there is no replica ${replica}: the only one is 0`
          : `there is no replica ${replica}: they are 0 to ${last}`,
      );
    }
    const backS = own.at(-1)?.toS ?? 0;
    if (fromS < backS) {
      refuse(at("from_s"), `replica ${replica} is down until ${backS} s by another outage`);
    }
    own.push({ fromS, toS: fromS + forS + (reloads[replica] ?? 0) });
  }
  return byReplica;
}
