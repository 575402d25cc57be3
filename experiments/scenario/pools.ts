import { UserError } from "../errors.ts";
import type { CheckedScenario, NamedScenario } from "./check.ts";
import { blame, type Places } from "./problems.ts";
import type { KeyPath } from "./yamlFile.ts";

type PoolFile = NonNullable<NamedScenario["cluster"]["pools"]>[number];

/** What a pool is called, and which phase it serves; null: both. */
export interface PoolName {
  readonly name: string;
  readonly role: "prefill" | "decode" | null;
}

/**
 * A scenario for each pool, those that decode last, in which the cluster is as the pool says; undefined where all replicas are alike.
 * @throws UserError where pools can't be told apart, or replicas are counted twice.
 */
export function poolScenarios(
  checked: CheckedScenario,
): (CheckedScenario & { readonly pool: PoolName })[] | undefined {
  const { scenario, places } = checked;
  const { pools, replicas } = scenario.cluster;
  if (pools === null) return undefined;
  const refuse = (path: KeyPath, message: string): never => {
    throw new UserError({ ...blame(["cluster", ...path], places), message });
  };
  if (replicas !== 1) refuse(["replicas"], "each of cluster.pools has replicas of its own");
  for (const [place, { name }] of pools.entries()) {
    const first = pools.findIndex((other) => other.name === name);
    if (first === place) continue;
    refuse(["pools", String(place), "name"], `cluster.pools.${first} has the name "${name}", too`);
  }
  const scenarios = pools.map((pool, place) => ({
    ...checked,
    pool: { name: pool.name, role: pool.role },
    scenario: ofPool(scenario, pool),
    places: placesOfPool(places, pool, place),
  }));
  const decodes = ({ pool }: { pool: PoolName }) => Number(pool.role === "decode");
  return scenarios.sort((a, b) => decodes(a) - decodes(b));
}

/** The one that all replicas are of, or each pool's. */
export function kindsOf<Loaded extends { readonly pools: readonly Loaded[] | undefined }>(
  loaded: Loaded,
): readonly Loaded[] {
  return loaded.pools ?? [loaded];
}

/** @throws UserError for what prices one kind of replica alone. */
export function refusePools({ scenario, places }: CheckedScenario, what: string): void {
  if (scenario.cluster.pools === null) return;
  throw new UserError({
    ...blame(["cluster", "pools"], places),
    message: `${what} is of one kind of replica`,
    hint: "set cluster.pools to null, and cluster.gpu to the GPU of the pool that you mean",
  });
}

const ofCluster = [
  "gpu",
  "tensor_parallel_size",
  "pipeline_parallel_size",
  "power_cap_w",
  "clock_mhz",
] as const;

function ofPool(scenario: NamedScenario, pool: PoolFile): NamedScenario {
  const { cluster } = scenario;
  return {
    ...scenario,
    llm: pool.llm ?? scenario.llm,
    cluster: {
      ...cluster,
      pools: null,
      replicas: pool.replicas,
      gpu: pool.gpu ?? cluster.gpu,
      tensor_parallel_size: pool.tensor_parallel_size ?? cluster.tensor_parallel_size,
      pipeline_parallel_size: pool.pipeline_parallel_size ?? cluster.pipeline_parallel_size,
      power_cap_w: pool.power_cap_w ?? cluster.power_cap_w,
      clock_mhz: pool.clock_mhz ?? cluster.clock_mhz,
    },
  };
}

/** A key of the cluster stands in the pool, where that gives it. */
function placesOfPool(places: Places, pool: PoolFile, place: number): Places {
  const inPool = (key: string) => ["cluster", "pools", String(place), key];
  const pathOf = (path: KeyPath): KeyPath => {
    const [block, key] = path;
    if (block === "llm" && pool.llm !== null) return inPool("llm");
    const own = ofCluster.find((name) => name === key);
    return block === "cluster" && own !== undefined && pool[own] !== null ? inPool(own) : path;
  };
  return {
    pathOf,
    placeOfKey: (path) => places.placeOfKey(pathOf(path)),
    placeOfValue: (path) => places.placeOfValue(pathOf(path)),
  };
}
