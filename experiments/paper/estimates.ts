import { figure1 } from "./figures/figure1.ts";
import type { ChosenFigure } from "./figures/figures.ts";
import { table4 } from "./figures/table4.ts";
import {
  paperTraces,
  type TracedFramework,
  tracedFrameworks,
  tracedStacks,
} from "./figures/traces.ts";
import type { Laboratory } from "./laboratory.ts";
import type { WorkloadEstimate } from "./workloadEstimate.ts";

/** What the reckonings say of one workload under one framework. */
export interface Comparison {
  readonly workload: string;
  readonly framework: TracedFramework;
  readonly estimate: WorkloadEstimate;
}

/** Where the figures that rest on them were asked for. */
export async function comparisons(
  figures: readonly ChosenFigure[],
  laboratory: Laboratory,
): Promise<Comparison[]> {
  if (!figures.some(({ figure }) => figure === figure1 || figure === table4)) return [];
  const rows: Comparison[] = [];
  for (const { dataset, word: workload } of paperTraces) {
    for (const framework of tracedFrameworks) {
      const estimate = await laboratory.estimate({ dataset, stack: tracedStacks[framework] });
      rows.push({ workload, framework, estimate });
    }
  }
  return rows;
}
