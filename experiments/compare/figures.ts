import type { Interval } from "../../models/uncertainty.ts";
import { memberOf } from "../scenario/schemaTree.ts";
import { resultColumns } from "../sweep/columns.ts";

/** A figure of two results, A's and B's; null where it is not known. */
export interface ComparedFigure {
  /** Its path in the result. */
  readonly metric: string;
  readonly a: number | null;
  readonly b: number | null;
  /** B less A, in the unit that the metric names. */
  readonly difference: number | null;
  /** B over A. */
  readonly ratio: number | null;
  /** Where 80 % of measurements lie; null where nobody knows. */
  readonly interval_80: { readonly a: Interval | null; readonly b: Interval | null };
  /** Whether the two intervals have nothing in common; null where one isn't known. */
  readonly exceeds_intervals: boolean | null;
}

/** Of a request class or a tenant. */
const groupFigures = [
  ...["completed", "rejected", "unfinished", "timed_out", "cancelled", "good"].map(
    (name) => `requests.${name}`,
  ),
  ...["output_tokens", "energy_j", "gpu_j", "busy_ratio"],
  ...["ttft_ms", "tpot_ms", "e2e_ms"].flatMap((name) =>
    ["mean", "std", "p50", "p90", "p95", "p99"].map((statistic) => `${name}.${statistic}`),
  ),
];

/** Every figure that one of two results knows, in the order of the result; classes, tenants and pools by name. */
export function comparedFigures(a: unknown, b: unknown): ComparedFigure[] {
  const scalars = resultColumns
    .filter(({ name, type }) => type !== "STRING" && !name.includes(".interval_80."))
    .map(({ name }) => compared(name, [a, b], name.split(".")));
  const groups = ["classes", "tenants", "pools"].flatMap((list) => groupsCompared(list, a, b));
  return [...scalars, ...groups].filter((figure) => figure.a !== null || figure.b !== null);
}

function groupsCompared(list: string, a: unknown, b: unknown): ComparedFigure[] {
  const [ofA, ofB] = [groupsOf(a, list), groupsOf(b, list)];
  const names = new Set([...ofA.keys(), ...ofB.keys()]);
  return [...names].flatMap((name) =>
    groupFigures.map((figure) =>
      compared(`${list}.${name}.${figure}`, [ofA.get(name), ofB.get(name)], figure.split(".")),
    ),
  );
}

function groupsOf(result: unknown, list: string): Map<string, unknown> {
  const groups = memberOf(result, list);
  if (!Array.isArray(groups)) return new Map();
  return new Map(groups.map((group) => [String(memberOf(group, "name")), group]));
}

function compared(
  metric: string,
  [resultA, resultB]: readonly [unknown, unknown],
  path: readonly string[],
): ComparedFigure {
  const [a, b] = [numberAt(resultA, path), numberAt(resultB, path)];
  const interval_80 = { a: intervalOf(resultA, path), b: intervalOf(resultB, path) };
  return {
    metric,
    a,
    b,
    difference: a === null || b === null ? null : b - a,
    ratio: a === null || b === null || a === 0 ? null : b / a,
    interval_80,
    exceeds_intervals: isApart(interval_80),
  };
}

function numberAt(result: unknown, path: readonly string[]): number | null {
  const value = path.reduce(memberOf, result);
  return typeof value === "number" ? value : null;
}

/** Those of latencies are of the mean. */
function intervalOf(result: unknown, [block = "", figure = "", statistic]: readonly string[]) {
  if (statistic !== undefined && statistic !== "mean") return null;
  const ends = [block, "interval_80", figure].reduce(memberOf, result);
  if (!Array.isArray(ends)) return null;
  const [low, high]: unknown[] = ends;
  return typeof low === "number" && typeof high === "number" ? ([low, high] as const) : null;
}

function isApart({ a, b }: ComparedFigure["interval_80"]): boolean | null {
  return a === null || b === null ? null : a[1] < b[0] || b[1] < a[0];
}
