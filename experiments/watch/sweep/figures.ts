/** A figure by which points of a sweep are told apart while they come. */
export interface Objective {
  readonly label: string;
  /** Its column. */
  readonly name: string;
  readonly unit: "J" | "s" | "money" | "tokens/s";
  /** From the column's unit to this one. */
  readonly factor: number;
  readonly more: boolean;
}

const less = { factor: 1, more: false } as const;
const ms = { unit: "s", factor: 0.001, more: false } as const;

/** What `report` and `plan` ask first of a deployment: joules, waits, money, output. */
export const objectives: readonly Objective[] = [
  { label: "J/output token", name: "energy.per_output_token_j", unit: "J", ...less },
  { label: "TTFT p99", name: "latency.ttft_ms.p99", ...ms },
  { label: "TPOT p99", name: "latency.tpot_ms.p99", ...ms },
  { label: "E2E p99", name: "latency.e2e_ms.p99", ...ms },
  { label: "cost/M tokens", name: "cost.per_million_output_tokens", unit: "money", ...less },
  {
    label: "tokens/s",
    name: "throughput.output_tokens_per_s",
    unit: "tokens/s",
    factor: 1,
    more: true,
  },
];

/** What the front weighs against one of these. */
export const energyPlace = 0;
/** Whole answers first, as `report` draws them. */
export const latencyPlaces: readonly number[] = [3, 1, 2];
