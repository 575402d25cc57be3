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
}

interface PaperOptions {
  readonly onProgress?: ((progress: { done: number; cells: number }) => void) | undefined;
  /** Aborting it rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

export async function runPaper(
  figures: readonly ChosenFigure[],
  { signal, onProgress }: PaperOptions = {},
): Promise<PaperStudy> {
  const points = await paperPoints(figures, laboratory(signal), { onProgress });
  return { figures, points, gates: gateResults(paperGates, points) };
}
