import { kvBytesPerTokenPerGpu } from "../../models/weights.ts";
import type { Degradation, HandoverConfig } from "../../sim/disaggregation/handover.ts";
import { UserError } from "../errors.ts";
import type { ComposedEngine } from "./engine.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { ScenarioSpec } from "./spec.ts";
import type { KeyPath } from "./yamlFile.ts";

/**
 * How KV caches get from the pools that prefill to those that decode; undefined where no pool has a role.
 * @throws UserError where the pools can't hand over to each other.
 */
export function handoverOf(
  loaded: LoadedScenario,
  spec: ScenarioSpec,
  kinds: readonly ComposedEngine[],
): HandoverConfig | undefined {
  const { kvLink } = spec.cluster;
  const refuse: Refuse = (path, message) => {
    throw new UserError({ ...blame(path, loaded.places), message });
  };
  const roles = new Set(kinds.map(({ pool }) => pool?.role ?? null));
  if (roles.size === 1 && roles.has(null)) {
    if (kvLink === undefined) return undefined;
    refuse(
      ["cluster", "kv_link"],
      "no pool hands over: give cluster.pools roles, prefill and decode",
    );
  }
  refuseRoles(roles, refuse);
  if (kvLink === undefined) {
    const message = "pools with roles need a link for KV caches: give cluster.kv_link";
    return refuse(["cluster", "pools"], message);
  }
  refuseOverlaps(kvLink.degraded ?? [], refuse);
  refuseKinds(kinds, refuse);
  refuseWhoGivesUp(spec, refuse);
  const [bytesPerToken = 0] = kinds.map(({ config: { llm, precision } }) =>
    kvBytesPerTokenPerGpu(llm, precision.kvBytesPerElement, 1),
  );
  return { bytesPerToken, ...kvLink };
}

type Refuse = (path: KeyPath, message: string) => never;

function refuseRoles(roles: ReadonlySet<string | null>, refuse: Refuse): void {
  if (roles.size === 2 && !roles.has(null)) return;
  const message = "some have a role and some have none";
  const missing = roles.has("prefill") ? "none of them decodes" : "none of them prefills";
  refuse(["cluster", "pools"], roles.has(null) ? message : missing);
}

function refuseOverlaps(degraded: readonly Degradation[], refuse: Refuse): void {
  for (const [place, { fromS }] of degraded.entries()) {
    const before = degraded[place - 1];
    if (before === undefined || before.toS <= fromS) continue;
    const path = ["cluster", "kv_link", "degraded", String(place), "from_s"];
    refuse(path, `begins before the one above has ended, at ${before.toS} s`);
  }
}

/** A KV cache can be read by who has the same network and the same numbers in it. */
function refuseKinds(kinds: readonly ComposedEngine[], refuse: Refuse): void {
  const [first, ...others] = kinds;
  for (const { config, pool } of others) {
    if (config.llm.id !== first?.config.llm.id) {
      refuse(["cluster", "pools"], `${pool?.name} has another llm: it can't read the KV cache`);
    }
    if (config.precision.kvBytesPerElement !== first.config.precision.kvBytesPerElement) {
      refuse(["cluster", "pools"], `${pool?.name} has another kv_cache_dtype`);
    }
  }
  if (kinds.some(({ limits }) => limits.scheduler !== "chunked_prefill")) {
    refuse(["engine", "scheduler"], "pools with roles go with chunked_prefill alone");
  }
  if (kinds.some(({ replica }) => replica.speculation !== undefined)) {
    const message = "speculation in a decode pool is not modelled: the draft has no KV cache there";
    refuse(["engine", "speculative"], message);
  }
}

function refuseWhoGivesUp({ workload }: ScenarioSpec, refuse: Refuse): void {
  const reason = "clients that give up are not modelled with pools that have roles";
  if (workload.timeoutS !== undefined) refuse(["workload", "timeout_s"], reason);
  if (workload.cancellations !== undefined) refuse(["workload", "cancellations"], reason);
  const impatient = workload.classes?.findIndex(({ timeoutS }) => timeoutS !== undefined) ?? -1;
  if (impatient >= 0) refuse(["workload", "classes", String(impatient), "timeout_s"], reason);
}
