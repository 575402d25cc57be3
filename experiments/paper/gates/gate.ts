import type { PaperPoint } from "../study.ts";

/** Something that the study must show, and why it must. */
export interface Gate {
  /** Figures as points name them: the gate is judged where all of them were simulated. */
  readonly figures: readonly string[];
  readonly what: string;
  readonly must: string;
  readonly reason: string;
  readonly judge: (points: readonly PaperPoint[]) => Verdict;
}

export interface Verdict {
  readonly got: string;
  readonly isKept: boolean;
}

export interface GateResult extends Verdict {
  readonly figure: string;
  readonly what: string;
  readonly must: string;
  readonly reason: string;
}

/** Those whose figures are among the points. */
export function gateResults(gates: readonly Gate[], points: readonly PaperPoint[]): GateResult[] {
  const simulated = new Set(points.map(({ figure }) => figure));
  return gates.flatMap(({ figures, what, must, reason, judge }) => {
    if (!figures.every((figure) => simulated.has(figure))) return [];
    const own = points.filter(({ figure }) => figures.includes(figure));
    return [{ figure: figures.join(", "), what, must, reason, ...judge(own) }];
  });
}
