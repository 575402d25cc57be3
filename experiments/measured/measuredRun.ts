import type { ScenarioInput } from "../scenario/schema.ts";
import type { MetricName } from "./metrics.ts";

/** The tables that ship. */
export const suites = [
  "serving",
  "serving_unrecorded",
  "serving_ranks",
  "static_batch",
  "static_batch_power",
  "single_batch_2023",
  "steady_state",
  "steady_state_host_bound",
  "steady_state_a100",
  "partial_load",
  "partial_load_occupancy",
  "transformers",
  "kv_capacity",
  "paper",
] as const;
/** own: what a user measured. */
export type Suite = (typeof suites)[number] | "own";

/** A row of a published table as a scenario, beside what was measured. */
export interface MeasuredRun {
  /** `suite/gpu/…`; no two runs share one. */
  readonly id: string;
  readonly suite: Suite;
  /** The network's shape: releases that share it are one. */
  readonly architecture: string;
  readonly isMoe: boolean;
  /** What most weights are stored in: bf16, fp8, mxfp4, nvfp4, int4. */
  readonly precision: string;
  readonly scenario: MeasuredScenario;
  /** What was recorded, in place of the scenario's laws. */
  readonly recorded?: RecordedRequests;
  /** Several rates of arrival: what was measured is the mean over them. */
  readonly rates?: readonly WeightedRate[];
  readonly measured: readonly Measurement[];
  readonly source: string;
  readonly kind: "measured" | "derived" | "estimated";
  /** What the source does not say and the scenario had to: read off the figures, or guessed. */
  readonly assumed?: readonly string[];
  /** How the paper names it, where it is the paper's. */
  readonly paper?: PaperWords;
}

/** The scenario as its user would write it. */
export interface MeasuredScenario {
  readonly llm: string;
  readonly cluster: {
    readonly gpu: string;
    readonly tensor_parallel_size?: number;
    readonly pipeline_parallel_size?: number;
    readonly data_parallel_size?: number;
    readonly enable_expert_parallel?: boolean;
    readonly power_cap_w?: number;
  };
  readonly engine: Readonly<NonNullable<ScenarioInput["engine"]>> & { readonly stack: string };
  readonly workload: ScenarioInput["workload"];
}

/** Lengths each as likely as the next, or whole requests in their order. */
export interface RecordedRequests {
  readonly arrivalS?: readonly number[];
  readonly inputTokens?: readonly number[];
  readonly outputTokens: readonly number[];
}

export interface WeightedRate {
  readonly rate_rps: number;
  readonly weight: number;
}

export interface Measurement {
  readonly metric: MetricName;
  readonly value: number;
}

/** The words of arXiv 2504.17674. */
export interface PaperWords {
  readonly figure: string;
  readonly model: string;
  readonly gpu: string;
  readonly framework: string;
  readonly workload: string;
  readonly metric: string;
}

/** A row that no scenario stands for. */
export interface SkippedRow {
  readonly suite: Suite;
  readonly row: string;
  readonly reason: string;
}

export interface MeasuredTable {
  readonly runs: readonly MeasuredRun[];
  readonly skipped: readonly SkippedRow[];
}
