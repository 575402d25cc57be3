import { engineSpec } from "./engineSpec.ts";
import { known } from "./keys.ts";
import type { ScenarioFile } from "./schema.ts";
import { serviceLevelsSpec } from "./serviceLevels.ts";
import { workloadSpec } from "./workloadSpec.ts";

/** What a scenario file says, in the program's words and SI units; undefined where it leaves it open. */
export type ScenarioSpec = ReturnType<typeof scenarioSpec>;

export function scenarioSpec({ llm, cluster, engine, workload, slo }: ScenarioFile) {
  return {
    llm,
    cluster: {
      gpu: cluster.gpu,
      replicas: cluster.replicas,
      tensorParallel: cluster.tensor_parallel_size,
      pipelineParallel: cluster.pipeline_parallel_size,
      dataParallel: cluster.data_parallel_size,
      expertParallel: cluster.enable_expert_parallel,
      routingSkewRatio: cluster.routing_skew,
      powerCapW: known(cluster.power_cap_w),
      clockHz: cluster.clock_mhz === null ? undefined : cluster.clock_mhz * 1e6,
      standbyGpus: cluster.standby_gpus,
      router: cluster.router,
      loadSignalAgeS: known(cluster.load_signal_age_s),
      kvLink: kvLinkSpec(cluster.kv_link),
      failures: failuresSpec(cluster.failures),
    },
    engine: engineSpec(engine),
    workload: workloadSpec(workload),
    serviceLevels: serviceLevelsSpec(slo),
  };
}

const bytesPerGb = 1e9;

function kvLinkSpec(link: ScenarioFile["cluster"]["kv_link"]) {
  if (link === null) return undefined;
  return {
    bandwidthBytesPerS: link.bandwidth_gb_per_s * bytesPerGb,
    energyPerByteJ: link.energy_j_per_gb / bytesPerGb,
    degraded: link.degraded?.map(({ from_s, for_s, bandwidth_ratio }) => ({
      fromS: from_s,
      toS: from_s + for_s,
      bandwidthRatio: bandwidth_ratio,
    })),
    ownLinks: link.shared_by === "prefill_replica",
  };
}

function failuresSpec(failures: ScenarioFile["cluster"]["failures"]) {
  if (failures === null) return undefined;
  const { load_gb_per_s } = failures;
  return {
    outages: failures.outages?.map(({ replica, from_s, for_s }) => ({
      replica,
      fromS: from_s,
      forS: for_s,
    })),
    meanUpS: known(failures.mtbf_s),
    meanDownS: known(failures.mttr_s),
    loadBytesPerS: load_gb_per_s === null ? undefined : load_gb_per_s * bytesPerGb,
    downGpuW: known(failures.down_power_w),
  };
}
