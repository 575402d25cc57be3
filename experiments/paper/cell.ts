import type { Interval } from "../../models/uncertainty.ts";
import type { Laboratory } from "./laboratory.ts";
import type { Published } from "./published.ts";

/** How the paper names a cell of a grid; null where it says nothing. Tokens are a request's. */
export interface CellWords {
  readonly model: string | null;
  readonly gpu: string | null;
  readonly n_gpus_tp: number | null;
  readonly framework: string | null;
  readonly batch: number | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly workload: string | null;
  readonly metric: string;
  readonly unit: string;
}

/** One cell of a published grid: what was measured there, and how it is simulated. */
export interface Cell extends CellWords {
  /** As the study JSON has it: 1, 2a, 5c, T4. */
  readonly figure: string;
  /** The curve or the row that it belongs to. */
  readonly series: string;
  /** What its curve is drawn over; undefined where the cell is no point of a curve. */
  readonly axis: "batch" | "input_tokens" | "output_tokens" | undefined;
  readonly published: Published | undefined;
  /** The paper has no point there, because its run did not fit. */
  readonly ranOutOfMemory: boolean;
  /** Whether a constant of the catalogue was fitted to this very point. */
  readonly usedToFit: boolean;
  /** What the paper does not say and the scenario had to. */
  readonly assumed: readonly string[];
  readonly simulate: (laboratory: Laboratory) => Promise<Estimate>;
}

export interface Estimate {
  /** In the unit of the cell. */
  readonly value: number;
  /** Where 80 % of measurements lie; left out where nothing is known. */
  readonly interval80?: Interval | undefined;
}

/** A figure or a table of the paper. */
export interface Figure {
  readonly id: string;
  readonly title: string;
  /** What was run: as the paper says, and as it is simulated. */
  readonly setting: string;
  readonly cells: () => readonly Cell[];
}

type Given = Pick<Cell, "figure" | "series" | "metric" | "unit" | "simulate"> & Partial<Cell>;

/** A cell of which the paper says no more than is given. */
export function cell(given: Given): Cell {
  return {
    model: null,
    gpu: null,
    n_gpus_tp: null,
    framework: null,
    batch: null,
    input_tokens: null,
    output_tokens: null,
    workload: null,
    axis: undefined,
    published: undefined,
    ranOutOfMemory: false,
    usedToFit: false,
    assumed: [],
    ...given,
  };
}
