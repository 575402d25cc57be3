import { assert } from "./assert.ts";
import type { TransferTotals } from "./disaggregation/transferBooks.ts";
import type { FailureTotals } from "./failures/failureBooks.ts";
import type { Fleet } from "./fleet.ts";
import type { TooLong } from "./frontDoor.ts";
import type { Statistics } from "./metrics/distribution.ts";
import type { GroupTotals } from "./metrics/groups.ts";
import type { Overload } from "./metrics/overload.ts";
import type { PoolTotals } from "./metrics/poolBooks.ts";
import type { PowerSeries } from "./metrics/powerSeries.ts";
import type { Recorder } from "./metrics/recorder.ts";
import type { SteadyState } from "./metrics/steadyWindow.ts";
import type { Joules, Seconds, Tokens, Watts } from "./units.ts";

/** What a run came to, in SI units. */
export interface RunTotals {
  readonly requests: {
    readonly injected: number;
    readonly completed: number;
    readonly rejected: number;
    readonly unfinished: number;
    readonly timedOut: number;
    readonly cancelled: number;
    /** Completed within all service levels. */
    readonly good: number;
  };
  readonly tokens: {
    /** Prompts of the requests that emitted a token. */
    readonly input: Tokens;
    readonly output: Tokens;
    readonly first: Tokens;
    /** Prompt tokens computed for the first time. */
    readonly computedPrompt: Tokens;
    /** Prompts of the requests that were admitted, and what of them was in the cache. */
    readonly scheduledPrompt: Tokens;
    readonly cachedPrompt: Tokens;
    readonly loadedPrompt: Tokens;
  };
  /** The first arrival, and the last completion or the horizon. */
  readonly startS: Seconds;
  readonly endS: Seconds;
  readonly durationS: Seconds;
  readonly latency: {
    readonly ttftS: Statistics | undefined;
    readonly tpotS: Statistics | undefined;
    readonly itlS: Statistics | undefined;
    readonly e2eS: Statistics | undefined;
    readonly queueS: Statistics | undefined;
  };
  readonly requestEnergyJ: Statistics | undefined;
  readonly energy: {
    /** Integral of the power of all GPUs over durationS. */
    readonly gpuJ: Joules;
    readonly prefillJ: Joules;
    readonly decodeJ: Joules;
    readonly idleJ: Joules;
    readonly wastedJ: Joules;
    readonly transferJ: Joules;
    readonly idleContextHeldJ: Joules;
    readonly idleNoContextJ: Joules;
    readonly requestsJ: Joules;
  };
  /** GPUs that serve, on average over the time where replicas join or leave, and GPUs that only stand by. */
  readonly gpus: number;
  readonly standbyGpus: number;
  /** Busy seconds of each replica times its GPUs. */
  readonly busyGpuS: number;
  readonly busyRatio: number;
  /** Averages over busy time; undefined where there was none. */
  readonly mfu: number | undefined;
  readonly mbu: number | undefined;
  readonly meanBatch: number | undefined;
  readonly kvMeanRatio: number;
  readonly kvPeakRatio: number;
  /** By request class and by tenant, where there are any. */
  readonly classes: readonly GroupTotals[];
  readonly tenants: readonly GroupTotals[];
  /** Of the steps that verify drafts; undefined without speculation. */
  readonly tokensPerVerification: number | undefined;
  readonly preemptions: number;
  readonly steps: number;
  /** Most requests that were in one replica's queue at once. */
  readonly mostWaiting: number;
  /** Undefined where requests never came faster than they were served. */
  readonly overload: Overload | undefined;
  /** Requests whose output was cut at the model's length. */
  readonly cutOutputs: number;
  readonly tooLong: TooLong | undefined;
  /** What all GPUs draw while nothing runs, of those that are on from the beginning to the end. */
  readonly idleW: Watts;
  /** Power by the second from startS on; undefined where no request came. */
  readonly series: PowerSeries | undefined;
  /** Highest mean over one second, all GPUs together. */
  readonly peakGpuW: Watts;
  readonly steady: SteadyState | undefined;
  /** Of each pool, where there are any. */
  readonly pools: readonly PoolTotals[];
  /** Undefined where each replica decodes what it prefills. */
  readonly transfers: TransferTotals | undefined;
  /** Undefined where replicas never fail. */
  readonly failures: FailureTotals | undefined;
  readonly digest: string;
}

export interface Span {
  readonly startS: Seconds;
  readonly endS: Seconds;
  readonly injected: number;
  readonly cutOutputs: number;
  readonly tooLong: TooLong | undefined;
  readonly steady: SteadyState | undefined;
  readonly pools: readonly PoolTotals[];
  readonly transfers: TransferTotals | undefined;
  readonly failures: FailureTotals | undefined;
}

export function totalsOf(recorder: Recorder, fleet: Fleet, span: Span): RunTotals {
  const { energy, time, requests, speculative } = recorder;
  const { injected, ...told } = span;
  const durationS = span.endS - span.startS;
  // GPUs of a replica that is down hold no context.
  const downJ = span.failures?.downJ ?? 0;
  const idleContextHeldJ = energy.idleJ - downJ;
  const idleNoContextJ = fleet.standbyW * durationS + downJ;
  const idleJ = idleContextHeldJ + idleNoContextJ;
  const gpuJ = energy.runJ + idleJ;
  const { series } = recorder;
  const idleW = fleet.idleW + fleet.standbyW;
  const seriesJ = (series?.aboveIdleJ() ?? 0) + idleW * durationS;
  assertBalance(recorder, { gpuJ, idleJ, seriesJ });
  const gone = requests.timedOut + requests.cancelled;
  const ended = requests.completed + requests.rejected + requests.unfinished + gone;
  assert(ended === injected, `${injected} requests came and ${ended} ended`);
  recorder.digest.add(gpuJ);
  recorder.digest.add(recorder.tokens.output);
  return {
    requests: { injected, ...requests },
    tokens: { ...recorder.tokens },
    ...told,
    durationS,
    latency: {
      ttftS: recorder.ttftS.statistics(),
      tpotS: recorder.tpotS.statistics(),
      itlS: recorder.itlS.statistics(),
      e2eS: recorder.e2eS.statistics(),
      queueS: recorder.queueS.statistics(),
    },
    requestEnergyJ: recorder.requestEnergyJ.statistics(),
    energy: {
      gpuJ,
      prefillJ: energy.prefillJ,
      decodeJ: energy.decodeJ,
      idleJ,
      wastedJ: energy.wastedJ,
      transferJ: energy.transferJ,
      idleContextHeldJ,
      idleNoContextJ,
      requestsJ: energy.requestsJ,
    },
    gpus: fleet.gpus,
    standbyGpus: fleet.standbyGpus,
    busyGpuS: time.busyGpuS,
    // Sums of the same seconds in another order can differ in the last digit.
    busyRatio: Math.min(1, ratio(time.busyGpuS, fleet.gpus * durationS) ?? 0),
    mfu: ratio(time.mfuGpuS, time.busyGpuS),
    mbu: ratio(time.mbuGpuS, time.busyGpuS),
    meanBatch: ratio(time.seqS, time.busyS),
    kvMeanRatio: ratio(time.kvRatioS, fleet.replicas * durationS) ?? 0,
    kvPeakRatio: time.kvPeakRatio,
    classes: recorder.classes.totals(),
    tenants: recorder.tenants.totals(),
    tokensPerVerification: ratio(speculative.tokens, speculative.verifications),
    preemptions: recorder.preemptions,
    steps: recorder.steps,
    mostWaiting: recorder.mostWaiting,
    overload: recorder.overload,
    idleW,
    series,
    peakGpuW: series?.peakW(durationS, { constantW: idleW, perBusyGpuW: 0 }) ?? 0,
    digest: recorder.digest.hex(),
  };
}

/** Every joule is booked to a request or to idleness, and to a phase: in every run, to 1e-9. */
function assertBalance(
  { energy }: Recorder,
  { gpuJ, idleJ, seriesJ }: { gpuJ: Joules; idleJ: Joules; seriesJ: Joules },
): void {
  const { prefillJ, decodeJ, wastedJ, transferJ } = energy;
  const phasesJ = prefillJ + decodeJ + wastedJ + transferJ + idleJ;
  const withinJ = 1e-9 * Math.abs(gpuJ);
  const balance = (name: string, sumJ: Joules) =>
    assert(Math.abs(sumJ - gpuJ) <= withinJ, `${name} sum to ${sumJ} J of ${gpuJ} J`);
  balance("phases", phasesJ);
  balance("requests and idle", energy.requestsJ + idleJ);
  balance("seconds", seriesJ);
}

function ratio(part: number, whole: number): number | undefined {
  return whole > 0 ? part / whole : undefined;
}
