import { groupedBy } from "../../validate/groups.ts";
import type { PaperPoint } from "../study.ts";

/** One picture: curves over one axis, or rows of single figures. */
export interface Panel {
  readonly figure: string;
  readonly metric: string;
  readonly unit: string;
  readonly axis: PaperPoint["axis"];
  /** In its title, where a figure has a panel for each. */
  readonly workload: string | undefined;
  readonly curves: readonly Curve[];
}

export interface Curve {
  readonly series: string;
  readonly points: readonly PaperPoint[];
}

/** In the order of the points. */
export function panelsOf(points: readonly PaperPoint[]): Panel[] {
  const panels = groupedBy(points, ({ figure, metric, unit, axis, workload }) => ({
    figure,
    metric,
    unit,
    axis,
    // Eight curves of four tasks would be too many for one picture.
    workload: figure === "12" ? workload : null,
  }));
  return panels.map(({ key, members }) => ({
    ...key,
    workload: key.workload ?? undefined,
    curves: groupedBy(members, ({ series }) => series).map((curve) => ({
      series: curve.key,
      points: curve.members,
    })),
  }));
}

/** Where a point of a curve stands on its axis. */
export function axisValue(point: PaperPoint): number {
  return (point.axis === null ? null : point[point.axis]) ?? Number.NaN;
}

export const axisNames = {
  batch: "batch size",
  input_tokens: "input tokens",
  output_tokens: "output tokens",
} as const;
