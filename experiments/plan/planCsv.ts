import { csvCell } from "../csvCell.ts";
import { resultCell, resultColumns } from "../sweep/columns.ts";
import { type PlanReport, valuesOf } from "./planReport.ts";
import type { Ranked } from "./ranking.ts";

/** A line for each choice, in the order of the file; a field is empty where nothing is known. */
export function planCsv({ loaded, rows, unit }: PlanReport): string {
  const inOrder = rows.toSorted((a, b) => a.studied.index - b.studied.index);
  const lines = inOrder.map((row) => ({
    ...given(loaded, row),
    ...answered(row, unit),
    ...figures(row),
  }));
  const header = Object.keys(lines[0] ?? {});
  const texts = lines.map((line) => Object.values(line).map(csvCell));
  return [header.map(csvCell), ...texts].map((cells) => `${cells.join(",")}\n`).join("");
}

type Cells = Record<string, string | number | boolean | null>;

function given(loaded: PlanReport["loaded"], { studied }: Ranked): Cells {
  return Object.fromEntries(
    Object.entries(valuesOf(loaded, studied.index)).map(([path, value]) => [path, cellOf(value)]),
  );
}

function cellOf(value: unknown): string | number | boolean | null {
  if (value === null || value === undefined) return null;
  const isPlain = ["string", "number", "boolean"].includes(typeof value);
  return isPlain ? String(value) : JSON.stringify(value);
}

function answered({ studied, verdict, why, score, isOnFront }: Ranked, unit: string): Cells {
  const { replicas, gpus, rate, runs } = studied;
  return {
    verdict,
    why,
    on_front: isOnFront,
    objective: score?.value ?? null,
    "objective.low": score?.interval?.[0] ?? null,
    "objective.high": score?.interval?.[1] ?? null,
    "objective.unit": unit,
    replicas,
    gpus,
    rate: rate?.value ?? null,
    "rate.failed": rate?.failed ?? null,
    "rate.unit": rate?.unit ?? null,
    runs,
  };
}

function figures({ studied: { result } }: Ranked): Cells {
  return Object.fromEntries(
    resultColumns.map(({ name }) => [name, result === null ? null : resultCell(result, name)]),
  );
}
