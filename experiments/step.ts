import { dataParallelEvidence } from "../models/dataParallelEvidence.ts";
import { evidenceOf } from "../models/evidence.ts";
import type { StepTerm } from "../models/kernelTerms.ts";
import { stepTerms } from "../models/stepTerms.ts";
import { stepModel } from "../models/stepTime.ts";
import type { BatchShape } from "../sim/ports.ts";
import { causalPairs, windowPairs } from "../sim/prefill.ts";
import { UserError } from "./errors.ts";
import { stepConfigOf } from "./scenario/hardware.ts";
import { type EngineLimits, engineLimits } from "./scenario/limits.ts";
import type { LoadedScenario } from "./scenario/load.ts";
import { refusePools } from "./scenario/pools.ts";
import { blame } from "./scenario/problems.ts";
import { scenarioSpec } from "./scenario/spec.ts";

/** A step of `batch` sequences that decode, and of one prompt that is prefilled whole. */
export interface StepRequest {
  readonly batch: number;
  /** Keys that each decoding sequence scores, its new token's own included. */
  readonly contextTokens: number;
  readonly prefillTokens: number;
}

export type StepReport = ReturnType<typeof stepReport>;

/** One engine step of one replica, priced term by term; keys in the order they are shown. */
export function stepReport(loaded: LoadedScenario, request: StepRequest) {
  if (request.batch === 0 && request.prefillTokens === 0) {
    throw new UserError({ place: { file: "--batch 0" }, message: "a step without tokens" });
  }
  refusePools(loaded, "a step");
  const spec = scenarioSpec(loaded.scenario);
  if (spec.engine.speculative !== undefined) {
    throw new UserError({
      ...blame(["engine", "speculative"], loaded.places),
      message: "a step is priced term by term for one network, without its draft; set it to null",
    });
  }
  if (spec.cluster.pipelineParallel > 1) {
    throw new UserError({
      ...blame(["cluster", "pipeline_parallel_size"], loaded.places),
      message: "a step is priced term by term for GPUs that hold all layers; set it to 1",
    });
  }
  const config = stepConfigOf(loaded, spec);
  const limits = engineLimits(loaded, spec, config);
  refuseAboveLimits(request, limits);
  refuseMixture(request, limits);
  const shape = shapeOf(request, stepModel(config).windowTokens);
  const terms = stepTerms(config, shape);
  const { power, durationS } = terms;
  const { latency, power: basis } = dataParallelEvidence(config, evidenceOf(config));
  const row = (term: StepTerm, side: "gpu" | "host") => ({
    name: term.name,
    side,
    time_s: term.timeS,
    share: term.timeS / durationS,
    flop: term.flop,
    bytes: term.bytes,
    formula: term.formula,
  });
  return {
    schema: "tokenwatt/step@1",
    llm: config.llm.id,
    gpu: config.gpu.id,
    tensor_parallel_size: config.tensorParallel,
    data_parallel_size: config.dataParallel,
    stack: config.stack.id,
    dtype: config.precision.dtype,
    quantization: config.precision.weights,
    batch: request.batch,
    context_tokens: request.contextTokens,
    prefill_tokens: request.prefillTokens,
    terms: [
      ...terms.gpuTerms.map((term) => row(term, "gpu")),
      ...terms.hostTerms.map((term) => row(term, "host")),
    ],
    time_s: durationS,
    gpu_busy_s: terms.gpuBusyS,
    exposed_host_s: terms.exposedHostS,
    mfu: terms.mfu,
    mbu: terms.mbu,
    power_per_gpu_w: {
      idle: power.idleW,
      busy: power.busyW,
      compute: power.computeW,
      memory: power.memoryW,
      cap: power.capW,
      total: power.powerW,
    },
    power_w: power.powerW * config.tensorParallel,
    energy_j: terms.energyJ,
    clock_ratio: terms.clockRatio,
    calibration: { latency: latency.basis, power: basis.basis },
  };
}

/** Neither of these computes prompts beside those who decode. */
function refuseMixture({ batch, prefillTokens }: StepRequest, { scheduler }: EngineLimits): void {
  if (batch === 0 || prefillTokens === 0) return;
  if (scheduler !== "continuous" && scheduler !== "static") return;
  throw new UserError({
    place: { file: `--prefill ${prefillTokens}` },
    message: `the scheduler ${scheduler} prefills and decodes in steps apart; ask with --batch 0, or without --prefill`,
  });
}

/** No engine of the scenario would take such a step. */
function refuseAboveLimits(request: StepRequest, limits: EngineLimits): void {
  const { scheduler, maxSeqs, maxModelLen } = limits;
  const { batch, contextTokens, prefillTokens } = request;
  const seqsKey = scheduler === "static" ? "batch_size" : "max_num_seqs";
  const given = [
    { flag: "--batch", value: batch, key: seqsKey, most: maxSeqs },
    { flag: "--context", value: contextTokens, key: "max_model_len", most: maxModelLen },
    { flag: "--prefill", value: prefillTokens, key: "max_model_len", most: maxModelLen },
  ];
  for (const { flag, value, key, most } of given) {
    if (value <= most) continue;
    const message = `is above engine.${key}, which is ${most}`;
    throw new UserError({ place: { file: `${flag} ${value}` }, message });
  }
}

/** What such a step works on. */
export function shapeOf(
  { batch, contextTokens, prefillTokens }: StepRequest,
  windowTokens: number,
): BatchShape {
  const prefillSeqs = prefillTokens > 0 ? 1 : 0;
  return {
    prefillSeqs,
    prefillTokens,
    prefillPairs: causalPairs(0, prefillTokens),
    prefillWindowPairs: windowPairs(0, prefillTokens, windowTokens),
    prefillContextTokens: 0,
    decodeSeqs: batch,
    decodeTokens: batch,
    decodeContextTokens: batch * contextTokens,
    decodeWindowTokens: batch * Math.min(contextTokens, windowTokens),
    sampledSeqs: batch + prefillSeqs,
    swappedTokens: 0,
  };
}
