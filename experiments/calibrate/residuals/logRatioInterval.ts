/** Logarithms of measured over predicted, by the group whose members err together. */
export type ResidualGroups = readonly (readonly number[])[];

export interface LogRatioInterval {
  readonly low: number;
  readonly high: number;
}

/** On each side: 80 % lie between. */
const tailRatio = 0.1;
/** From here on a whole group lies beyond each end: 90 % of 19 + 1 votes are 18. */
const rankedGroups = 19;
/** 90 % quantiles of Student's t for 2, 3, … 17 degrees of freedom. */
const studentT = [
  1.886, 1.638, 1.533, 1.476, 1.44, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.35, 1.345, 1.341,
  1.337, 1.333,
] as const;
/** The spread of two groups says too little of a third. */
export const fewestGroups = 3;

export type Ends = "ranked" | "student";

export function endsOf(groups: ResidualGroups): Ends {
  return groups.length >= rankedGroups ? "ranked" : "student";
}

/**
 * Where a residual of a group not seen yet lies with 80 %; undefined with fewer than three groups.
 * Every group has one vote that its rows share, so that the one with the most rows doesn't decide
 * alone. From 19 groups on the ends are conformal: the group to come counts as one more vote,
 * which may lie beyond either end (hierarchical conformal prediction, arXiv 2306.06342). With fewer
 * that vote would leave an end to the farthest group or open; then the ends are those of a normal law
 * of unknown spread, mean -+ t s sqrt(1 + 1/groups), which is wider than the sample's quantiles.
 */
export function logRatioInterval(
  groups: ResidualGroups,
  ends: Ends = endsOf(groups),
): LogRatioInterval | undefined {
  if (ends === "ranked") return rankedInterval(groups);
  return groups.length >= fewestGroups ? studentInterval(groups) : undefined;
}

function rankedInterval(groups: ResidualGroups): LogRatioInterval {
  const votes = groups.flatMap((rows) => rows.map((value) => ({ value, vote: 1 / rows.length })));
  const rising = votes.toSorted((a, b) => a.value - b.value);
  const needed = (1 - tailRatio) * (groups.length + 1);
  return { low: reached(rising.toReversed(), needed), high: reached(rising, needed) };
}

/** The value at which so many votes are in. */
function reached(
  votes: readonly { readonly value: number; readonly vote: number }[],
  needed: number,
): number {
  let sum = 0;
  for (const { value, vote } of votes) {
    sum += vote;
    // Thirds and tenths don't sum to whole votes exactly.
    if (sum >= needed - 1e-9) return value;
  }
  return votes.at(-1)?.value ?? Number.NaN;
}

function studentInterval(groups: ResidualGroups): LogRatioInterval {
  const mean = meanOf(groups.map(meanOf));
  const spread = meanOf(groups.map((rows) => meanOf(rows.map((value) => (value - mean) ** 2))));
  const count = groups.length;
  const t = studentT[count - fewestGroups] ?? Number.NaN;
  // s^2 is the spread over count - 1 in place of count.
  const half = t * Math.sqrt((spread * count) / (count - 1)) * Math.sqrt(1 + 1 / count);
  return { low: mean - half, high: mean + half };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
