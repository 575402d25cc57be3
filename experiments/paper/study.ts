import type { Interval } from "../../models/uncertainty.ts";
import type { Cell } from "./cell.ts";
import type { ChosenFigure } from "./figures/figures.ts";
import { CellRefused, type Laboratory } from "./laboratory.ts";
import { source } from "./published.ts";

/** What the study JSON has of each cell. */
export type PaperPoint = ReturnType<typeof pointOf>;

type Outcome =
  | {
      readonly status: "simulated";
      readonly value: number;
      readonly interval80: Interval | undefined;
    }
  | { readonly status: "refused"; readonly reason: string; readonly outOfMemory: boolean };

interface StudyOptions {
  readonly onProgress?: ((progress: { done: number; cells: number }) => void) | undefined;
}

/** Simulates every cell, in the order of the figures. */
export async function paperPoints(
  figures: readonly ChosenFigure[],
  laboratory: Laboratory,
  { onProgress }: StudyOptions = {},
): Promise<PaperPoint[]> {
  const cells = figures.flatMap((figure) => figure.cells);
  const points: PaperPoint[] = [];
  for (const cell of cells) {
    onProgress?.({ done: points.length, cells: cells.length });
    points.push(pointOf(cell, await outcomeOf(cell, laboratory)));
  }
  onProgress?.({ done: cells.length, cells: cells.length });
  return points;
}

async function outcomeOf(cell: Cell, laboratory: Laboratory): Promise<Outcome> {
  try {
    const { value, interval80 } = await cell.simulate(laboratory);
    return { status: "simulated", value, interval80 };
  } catch (error) {
    if (!(error instanceof CellRefused)) throw error;
    return { status: "refused", reason: error.message, outOfMemory: error.outOfMemory };
  }
}

function pointOf(cell: Cell, outcome: Outcome) {
  const { published, assumed } = cell;
  const isSimulated = outcome.status === "simulated";
  const simulated = isSimulated ? outcome.value : null;
  return {
    figure: cell.figure,
    series: cell.series,
    model: cell.model,
    gpu: cell.gpu,
    n_gpus_tp: cell.n_gpus_tp,
    framework: cell.framework,
    batch: cell.batch,
    input_tokens: cell.input_tokens,
    output_tokens: cell.output_tokens,
    workload: cell.workload,
    axis: cell.axis ?? null,
    metric: cell.metric,
    unit: cell.unit,
    simulated,
    published: published?.value ?? null,
    /** simulated / published - 1; of figures in per cent, null: their difference tells more. */
    error: errorOf(cell, simulated),
    interval_80: isSimulated ? (outcome.interval80 ?? null) : null,
    kind: published?.kind ?? null,
    published_within: published?.withinRatio ?? null,
    used_to_fit: cell.usedToFit,
    out_of_memory: !isSimulated && outcome.outOfMemory,
    published_out_of_memory: cell.ranOutOfMemory,
    reason: isSimulated ? null : outcome.reason,
    assumed,
    source: published === undefined ? null : source,
  };
}

function errorOf({ published, unit }: Cell, simulated: number | null): number | null {
  if (published === undefined || simulated === null || unit === "%") return null;
  return simulated / published.value - 1;
}
