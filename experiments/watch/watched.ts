import { compose } from "../scenario/compose.ts";
import type { LoadedScenario } from "../scenario/load.ts";
import type { Watched } from "./protocol.ts";

/** What stays the same while `loaded` runs. */
export function watchedOf(loaded: LoadedScenario, expectedS: number): Watched {
  const { simulation, deployment, requests } = compose(loaded);
  const { scenario, pools } = deployment;
  const standby = simulation.standby ?? { gpus: 0, idleW: 0 };
  // Those after them join later, if at all.
  const replicas = simulation.replicas.slice(0, simulation.changes?.replicas);
  const gpus = replicas.reduce((sum, replica) => sum + replica.gpus, 0);
  const servingIdleW = replicas.reduce((sum, replica) => sum + replica.idleW, 0);
  const [{ gpus: replicaGpus, idleW: replicaIdleW } = { gpus: 0, idleW: 0 }] = replicas;
  const gpuCapW = scenario.cluster.power_cap_w;
  const hasOneCap = pools === undefined && gpuCapW !== null;
  return {
    name: scenario.name,
    llm: pools?.map(({ llm }) => llm).join(" + ") ?? String(scenario.llm),
    gpu: pools?.map(({ gpu }) => gpu).join(" + ") ?? scenario.cluster.gpu,
    gpus: gpus + standby.gpus,
    idleW: servingIdleW + standby.idleW,
    capW: hasOneCap ? gpuCapW * gpus + standby.idleW : undefined,
    fleet: {
      replicas: replicas.length,
      replicaGpus,
      replicaIdleW,
      standbyGpus: standby.gpus,
      standbyIdleW: standby.idleW,
    },
    serviceLevels: simulation.serviceLevels ?? {},
    site: {
      pue: scenario.site.pue,
      gPerKwh: scenario.site.carbon_g_per_kwh,
      pricePerKwh: scenario.site.price_per_kwh,
    },
    requests,
    expectedS,
  };
}
