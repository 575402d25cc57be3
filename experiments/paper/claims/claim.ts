import type { PaperPoint } from "../study.ts";

/** What the paper says in words: a letter of its own, and what of it can be held against figures. */
export interface Claim {
  readonly letter: string;
  readonly text: string;
  /** As points name them: the claim is judged where all of them were simulated. */
  readonly figures: readonly string[];
  readonly checks: (find: Finder) => readonly Check[];
}

/** One thing that the claim comes to here, with its figures. */
export interface Check {
  readonly text: string;
  readonly holds: boolean;
}

export interface ClaimResult {
  readonly letter: string;
  readonly text: string;
  readonly verdict: "reproduced" | "partly" | "not";
  readonly checks: readonly Check[];
}

type Wanted = Partial<
  Pick<
    PaperPoint,
    "figure" | "series" | "framework" | "batch" | "input_tokens" | "output_tokens" | "workload"
  > & { readonly metric: string }
>;

/** The simulated value of the one point with these words; NaN where there is none. */
export type Finder = (wanted: Wanted) => number;

export function claimResults(
  claims: readonly Claim[],
  points: readonly PaperPoint[],
): ClaimResult[] {
  const simulated = new Set(points.map(({ figure }) => figure));
  const find = finderOf(points);
  return claims.flatMap(({ letter, text, figures, checks }) => {
    if (!figures.every((figure) => simulated.has(figure))) return [];
    const checked = checks(find);
    return [{ letter, text, verdict: verdictOf(checked), checks: checked }];
  });
}

function finderOf(points: readonly PaperPoint[]): Finder {
  return (wanted) => {
    const entries = Object.entries(wanted);
    const found = points.find((point) => {
      const words = new Map<string, unknown>(Object.entries(point));
      return entries.every(([key, value]) => words.get(key) === value);
    });
    return found?.simulated ?? Number.NaN;
  };
}

function verdictOf(checks: readonly Check[]): ClaimResult["verdict"] {
  const holding = checks.filter(({ holds }) => holds).length;
  if (holding === checks.length) return "reproduced";
  return holding === 0 ? "not" : "partly";
}
