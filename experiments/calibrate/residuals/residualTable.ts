import type { ResidualEntry } from "../../../models/uncertainty.ts";
import { errorClasses, networks, quantities } from "../../../models/uncertainty.ts";
import type { HeldOutResidual } from "./heldOutResidual.ts";
import type { ResidualGroups } from "./logRatioInterval.ts";
import { endsOf, fewestGroups, logRatioInterval } from "./logRatioInterval.ts";

/**
 * The catalogue's entries, in the order of quantities, networks and classes. A class with fewer than
 * three groups has none, so that its predictions take the interval of the next wider class.
 */
export function residualTable(
  residuals: readonly HeldOutResidual[],
  source: string,
): ResidualEntry[] {
  const cells = quantities.flatMap((quantity) =>
    networks.flatMap((network) =>
      errorClasses.map((errorClass) => ({ quantity, network, class: errorClass })),
    ),
  );
  return cells.flatMap((cell) => {
    const members = residuals.filter(
      ({ quantity, isMoe, class: errorClass }) =>
        quantity === cell.quantity &&
        isMoe === (cell.network === "moe") &&
        errorClass === cell.class,
    );
    const groups = groupsOf(members);
    const interval = logRatioInterval(groups);
    if (interval === undefined) return [];
    return [
      {
        id: `${cell.quantity} ${cell.network} ${cell.class}`,
        ...cell,
        rows: members.length,
        groups: groups.length,
        low_ratio: digits(Math.exp(interval.low)),
        high_ratio: digits(Math.exp(interval.high)),
        coverage_ratio: coverageRatio(groups),
        kind: "measured",
        source,
      },
    ];
  });
}

/** Share of all rows that lie in the interval of the other groups, with ends as those of all groups. */
function coverageRatio(groups: ResidualGroups): number | null {
  if (groups.length <= fewestGroups) return null;
  const ends = endsOf(groups);
  let rows = 0;
  let inside = 0;
  for (const [index, group] of groups.entries()) {
    const interval = logRatioInterval(groups.toSpliced(index, 1), ends);
    if (interval === undefined) return null;
    rows += group.length;
    inside += group.filter((value) => value >= interval.low && value <= interval.high).length;
  }
  return digits(inside / rows);
}

/** In the order of their names: sums of floats depend on it. */
function groupsOf(residuals: readonly HeldOutResidual[]): ResidualGroups {
  const groups = new Map<string, number[]>();
  for (const { group, logRatio } of residuals) {
    const rows = groups.get(group) ?? [];
    rows.push(logRatio);
    groups.set(group, rows);
  }
  const names = [...groups.keys()].sort();
  return names.map((name) => (groups.get(name) ?? []).toSorted((a, b) => a - b));
}

function digits(value: number): number {
  return Number(value.toPrecision(3));
}
