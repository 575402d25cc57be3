import type {
  MeasuredRun,
  MeasuredScenario,
  PaperWords,
  Suite,
  WeightedRate,
} from "./measuredRun.ts";
import type { MetricName } from "./metrics.ts";

/** A measured run as experiments/measured/published.yaml holds it; one line each. */
export interface PublishedEntry {
  readonly id: string;
  readonly suite: Suite;
  readonly scenario: MeasuredScenario;
  /** Lengths each as likely as the next: the means of equal slices of what was recorded. */
  readonly recorded?: { readonly output_tokens: readonly number[] };
  readonly rates?: readonly WeightedRate[];
  /** By metric, in its unit. */
  readonly measured: { readonly [Name in MetricName]?: number };
  readonly source: string;
  readonly kind: MeasuredRun["kind"];
  readonly assumed?: readonly string[];
  readonly paper?: PaperWords;
}
