import type { LengthSpec } from "../../workloads/lengths/lengthLaws.ts";
import type { RequestKind } from "../../workloads/requestKinds.ts";
import type { SharedPrefix } from "../../workloads/sharedPrefix.ts";
import type { Turns } from "../../workloads/turns.ts";
import { arrivalSpec, pauseSpec } from "./arrivalSpec.ts";
import type { ClassFile } from "./classSchema.ts";
import { known } from "./keys.ts";
import { serviceLevelsSpec } from "./serviceLevels.ts";
import type { SessionsFile, SharedPrefixFile } from "./sharingSchema.ts";
import { chosenOf } from "./traceSchema.ts";
import type { LengthsFile, WorkloadFile } from "./workloadSchema.ts";

export type WorkloadSpec = ReturnType<typeof workloadSpec>;

export function workloadSpec(file: WorkloadFile) {
  const { trace, dataset, arrivals, num_requests, duration_s } = file;
  return {
    trace: trace === null ? undefined : chosenOf(trace),
    dataset: known(dataset),
    arrivals: arrivals === null ? undefined : arrivalSpec(arrivals),
    requests: known(num_requests),
    durationS: known(duration_s),
    maxConcurrency: known(file.max_concurrency),
    sharedPrefix: file.shared_prefix === null ? undefined : prefixSpec(file.shared_prefix),
    sessions: file.sessions === null ? undefined : sessionsSpec(file.sessions),
    /** Undefined where requests are not told apart. */
    classes: file.classes?.map(classSpec),
    timeoutS: known(file.timeout_s),
    cancellations:
      file.cancellations === null
        ? undefined
        : {
            shareRatio: file.cancellations.share,
            afterS: pauseSpec(file.cancellations.after_s),
          },
  };
}

function prefixSpec({ tokens, groups }: SharedPrefixFile): SharedPrefix {
  return { tokens, groupCount: groups };
}

export type SessionsSpec = ReturnType<typeof sessionsSpec>;

function sessionsSpec({ turns, think_time_s }: SessionsFile) {
  return {
    turns: (typeof turns === "number" ? { count: turns } : turns) satisfies Turns,
    /** Undefined: as between conversations. */
    thinkTimeS: think_time_s === null ? undefined : pauseSpec(think_time_s),
  };
}

function classSpec(file: ClassFile) {
  const kind: RequestKind = { shareRatio: file.share ?? 1, tenant: known(file.tenant) };
  return {
    name: file.name,
    ...kind,
    priority: file.priority,
    serviceLevels: file.slo === null ? undefined : serviceLevelsSpec(file.slo),
    timeoutS: known(file.timeout_s),
  };
}

type EmpiricalSpec = Extract<LengthSpec, { kind: "empirical" }>;

/** `empirical` is what the law's file or data set holds. */
export function lengthSpec(law: LengthsFile, empirical: () => EmpiricalSpec): LengthSpec {
  switch (law.kind) {
    case "fixed":
      return law;
    case "uniform":
      return { kind: "uniform", minTokens: law.min, maxTokens: law.max };
    case "lognormal":
      return law.p99 === undefined
        ? { kind: "lognormal", meanTokens: law.mean, stdTokens: law.std ?? 0 }
        : { kind: "lognormal", meanTokens: law.mean, p99Tokens: law.p99 };
    case "exponential":
      return { kind: "exponential", meanTokens: law.mean };
    case "pareto":
      return { kind: "pareto", alpha: law.alpha, meanTokens: law.mean };
    case "empirical":
      return empirical();
  }
}
