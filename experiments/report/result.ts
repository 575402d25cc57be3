import {
  energyCost,
  facilityEnergyJ,
  gpuCost,
  type HostPower,
  hostEnergyJ,
  operationalCarbonG,
} from "../../models/facility.ts";
import type { RunTotals } from "../../sim/totals.ts";
import type { NamedScenario } from "../scenario/check.ts";
import { failuresOf } from "./failures.ts";
import { groupOf } from "./groups.ts";
import { type Footing, mapped, type RunIntervals, runIntervals } from "./intervals.ts";
import { type PoolDeployment, poolsOf } from "./pools.ts";
import { milliseconds, ratio, times } from "./ratios.ts";
import { runWarnings } from "./runWarnings.ts";
import { transfersOf } from "./transfers.ts";

/** What a run's totals don't know of the deployment they were measured on. */
export interface Deployment {
  /** As it ran: every default filled in. */
  readonly scenario: NamedScenario;
  /** Undefined where pools differ in it. */
  readonly kvBlocksPerReplica: number | undefined;
  /** Of each pool, in their order; undefined where all replicas are alike. */
  readonly pools: readonly PoolDeployment[] | undefined;
  readonly host: HostPower | undefined;
  readonly footing: Footing;
  /** Defaults that were cut, rows that were sorted. */
  readonly warnings: readonly string[];
}

const joulesPerWh = 3600;

export type Result = ReturnType<typeof resultOf>;

/** By whom, and in how many seconds where that is asked for. */
interface Made {
  readonly version: string;
  readonly wallS?: number | undefined;
}

/** The result as `--json` writes it: keys in the documented order, null for what is not known. */
export function resultOf(deployment: Deployment, totals: RunTotals, { version, wallS }: Made) {
  const { scenario } = deployment;
  const intervals = runIntervals(deployment.footing, totals);
  const energy = energyOf(deployment, totals, intervals);
  const facilityJ = energy.facility_j ?? undefined;
  const carbonG = operationalCarbonG(facilityJ, scenario.site.carbon_g_per_kwh) ?? null;
  return {
    schema: "tokenwatt/result@1",
    tokenwatt_version: version,
    digest: totals.digest,
    seed: scenario.seed,
    scenario,
    requests: requestsOf(totals),
    tokens: { input: totals.tokens.input, output: totals.tokens.output },
    duration_s: totals.durationS,
    ...(wallS === undefined ? {} : { wall_s: wallS }),
    throughput: throughputOf(scenario, totals),
    latency: {
      ttft_ms: milliseconds(totals.latency.ttftS),
      tpot_ms: milliseconds(totals.latency.tpotS),
      itl_ms: milliseconds(totals.latency.itlS),
      e2e_ms: milliseconds(totals.latency.e2eS),
      queue_ms: milliseconds(totals.latency.queueS),
      // Of the means.
      interval_80: { ttft_ms: intervals.ttftMs, tpot_ms: intervals.tpotMs },
    },
    steady: steadyOf(totals),
    energy,
    power: {
      ...powerOf(deployment, totals, energy.facility_j),
      interval_80: powerIntervals(totals, intervals),
    },
    carbon: { operational_g: carbonG, per_request_g: ratio(carbonG, totals.requests.completed) },
    cost: costOf(scenario, totals, facilityJ),
    utilization: {
      busy_ratio: totals.busyRatio,
      mfu: totals.mfu ?? null,
      mbu: totals.mbu ?? null,
      kv_cache_mean: totals.kvMeanRatio,
      kv_cache_peak: totals.kvPeakRatio,
      mean_batch: totals.meanBatch ?? null,
    },
    kv_cache: {
      blocks_per_replica: deployment.kvBlocksPerReplica ?? null,
      tokens_per_replica: times(deployment.kvBlocksPerReplica, scenario.engine.block_size),
      block_size: scenario.engine.block_size,
    },
    preemptions: totals.preemptions,
    prefix_cache: {
      hit_ratio: ratio(totals.tokens.cachedPrompt, totals.tokens.scheduledPrompt),
      loaded_ratio: ratio(totals.tokens.loadedPrompt, totals.tokens.scheduledPrompt),
    },
    // Without speculation a step emits one token.
    speculative: {
      mean_tokens_per_step:
        scenario.engine.speculative === null ? 1 : (totals.tokensPerVerification ?? null),
    },
    kv_transfer: transfersOf(totals.transfers),
    failures: failuresOf(totals.failures, totals.durationS),
    pools: poolsOf(deployment.pools, totals),
    classes: totals.classes.map(groupOf),
    tenants: totals.tenants.map(groupOf),
    calibration: calibrationOf(deployment.footing),
    warnings: [
      ...deployment.warnings,
      ...runWarnings(totals, scenario.engine.enable_prefix_caching),
    ],
  };
}

function requestsOf({ requests }: RunTotals) {
  const { injected, completed, rejected, unfinished, timedOut, cancelled } = requests;
  return { injected, completed, rejected, unfinished, timed_out: timedOut, cancelled };
}

function throughputOf(scenario: NamedScenario, { requests, tokens, durationS }: RunTotals) {
  const ofClasses = scenario.workload.classes?.map(({ slo }) => slo) ?? [];
  const levels = [scenario.slo, ...ofClasses].flatMap((slo) => Object.values(slo ?? {}));
  const hasLevels = levels.some((level) => level !== null);
  return {
    requests_per_s: ratio(requests.completed, durationS),
    output_tokens_per_s: ratio(tokens.output, durationS),
    total_tokens_per_s: ratio(tokens.input + tokens.output, durationS),
    goodput_per_s: hasLevels ? ratio(requests.good, durationS) : null,
  };
}

function energyOf(
  { scenario, host }: Deployment,
  totals: RunTotals,
  { gpuJ: around }: RunIntervals,
) {
  const { energy, tokens, requests } = totals;
  const { gpuJ } = energy;
  const hostJ = hostEnergyJ(host, { gpuS: gpuSeconds(totals), busyGpuS: totals.busyGpuS });
  const totalJ = hostJ === undefined ? undefined : gpuJ + hostJ;
  const perRequestJ = ratio(gpuJ, requests.completed);
  const distribution = totals.requestEnergyJ;
  return {
    total_j: totalJ ?? null,
    gpu_j: gpuJ,
    host_j: hostJ ?? null,
    facility_j: facilityEnergyJ(totalJ, scenario.site.pue) ?? null,
    by_phase_j: {
      prefill: energy.prefillJ,
      decode: energy.decodeJ,
      idle: energy.idleJ,
      wasted: energy.wastedJ,
      ...(totals.transfers === undefined ? {} : { transfer: energy.transferJ }),
    },
    idle_by_state_j: {
      context_held: energy.idleContextHeldJ,
      no_context: energy.idleNoContextJ,
    },
    per_prefill_token_j: ratio(energy.prefillJ, tokens.computedPrompt),
    per_decode_token_j: ratio(energy.decodeJ, tokens.output - tokens.first),
    per_output_token_j: ratio(gpuJ, tokens.output),
    per_token_j: ratio(gpuJ, tokens.input + tokens.output),
    per_request_j: perRequestJ,
    per_request_wh: ratio(perRequestJ, joulesPerWh),
    per_request_distribution_j: {
      mean: distribution?.mean ?? null,
      p50: distribution?.p50 ?? null,
      p90: distribution?.p90 ?? null,
      p99: distribution?.p99 ?? null,
    },
    interval_80: {
      gpu_j: around,
      per_output_token_j: mapped(around, (joules) => ratio(joules, tokens.output)),
    },
  };
}

function powerOf({ scenario, host }: Deployment, totals: RunTotals, facilityJ: number | null) {
  const gpuMeanW = ratio(totals.energy.gpuJ, totals.durationS);
  const isNoTime = totals.durationS <= 0;
  const gpuPeakW = isNoTime ? null : totals.peakGpuW;
  const isSiteUnknown = isNoTime || host === undefined;
  const sitePeakW = isSiteUnknown ? null : peakSiteW(host, totals) * scenario.site.pue;
  return {
    gpu_mean_w: gpuMeanW,
    gpu_peak_w: gpuPeakW,
    per_gpu_mean_w: ratio(gpuMeanW, poweredGpus(totals)),
    per_gpu_peak_w: ratio(gpuPeakW, poweredGpus(totals)),
    site_mean_w: ratio(facilityJ, totals.durationS),
    site_peak_w: sitePeakW,
  };
}

function powerIntervals(totals: RunTotals, { gpuMeanW }: RunIntervals) {
  return {
    gpu_mean_w: gpuMeanW,
    per_gpu_mean_w: mapped(gpuMeanW, (watts) => ratio(watts, poweredGpus(totals))),
  };
}

function calibrationOf({ evidence: { latency, power, sources } }: Footing) {
  return {
    latency: latency.basis,
    power: power.basis,
    latency_support: latency.support,
    power_support: power.support,
    sources,
  };
}

function costOf({ site }: NamedScenario, totals: RunTotals, facilityJ: number | undefined) {
  const energy = energyCost(facilityJ, site.price_per_kwh);
  const gpu = gpuCost(gpuSeconds(totals), site.gpu_price_per_hour ?? undefined);
  const total = energy === undefined || gpu === undefined ? null : energy + gpu;
  return {
    energy: energy ?? null,
    gpu: gpu ?? null,
    total,
    per_million_output_tokens: ratio(times(total, 1e6), totals.tokens.output),
    currency: site.currency,
  };
}

function steadyOf(totals: RunTotals) {
  const { steady } = totals;
  if (steady === undefined) return null;
  const { fromS, toS, gpuJ, outputTokens } = steady;
  return {
    from_s: fromS,
    to_s: toS,
    per_gpu_mean_w: ratio(ratio(gpuJ, toS - fromS), poweredGpus(totals)),
    per_output_token_j: ratio(gpuJ, outputTokens),
    output_tokens_per_s: ratio(outputTokens, toS - fromS),
    itl_ms: times(steady.itlS, 1000),
    tpot_ms: times(steady.tpotS, 1000),
    mean_batch: steady.meanBatch ?? null,
  };
}

function peakSiteW({ idleW, activeW }: HostPower, totals: RunTotals): number {
  const constantW = totals.idleW + idleW * poweredGpus(totals);
  return totals.series?.peakW(totals.durationS, { constantW, perBusyGpuW: activeW - idleW }) ?? 0;
}

function gpuSeconds(totals: RunTotals): number {
  return poweredGpus(totals) * totals.durationS;
}

function poweredGpus({ gpus, standbyGpus }: RunTotals): number {
  return gpus + standbyGpus;
}
