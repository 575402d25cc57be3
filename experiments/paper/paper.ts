import { type ClaimResult, claimResults } from "./claims/claim.ts";
import { paperClaims } from "./claims/claims.ts";
import { type Comparison, comparisons } from "./estimates.ts";
import { type AcceptanceChange, acceptanceCurve, figure3 } from "./figures/figure3.ts";
import type { ChosenFigure } from "./figures/figures.ts";
import { type GateResult, gateResults } from "./gates/gate.ts";
import { paperGates } from "./gates/gates.ts";
import { laboratory } from "./laboratory.ts";
import { type PaperPoint, paperPoints } from "./study.ts";

/** The paper, simulated: what `tokenwatt paper` tells. */
export interface PaperStudy {
  readonly figures: readonly ChosenFigure[];
  readonly points: readonly PaperPoint[];
  readonly gates: readonly GateResult[];
  readonly claims: readonly ClaimResult[];
  /** The paper's ways to estimate a workload, beside its simulation. */
  readonly comparisons: readonly Comparison[];
  /** What drafts would change at other acceptances; undefined where figure 3 was not asked for. */
  readonly acceptance: readonly AcceptanceChange[] | undefined;
}

interface PaperOptions {
  readonly onProgress?: ((progress: { done: number; cells: number }) => void) | undefined;
  /** Of each workload that is estimated; 2,000 where not given. */
  readonly requests?: number | undefined;
  /** Aborting it rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export async function runPaper(
  figures: readonly ChosenFigure[],
  { signal, requests, onProgress }: PaperOptions = {},
): Promise<PaperStudy> {
  const ours = laboratory({ signal, requests });
  const points = await paperPoints(figures, ours, { onProgress });
  const hasDrafts = figures.some(({ figure }) => figure === figure3);
  return {
    figures,
    points,
    gates: gateResults(paperGates, points),
    claims: claimResults(paperClaims, points),
    comparisons: await comparisons(figures, ours),
    acceptance: hasDrafts ? await acceptanceCurve(ours) : undefined,
  };
}
