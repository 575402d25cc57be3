import type { PaperPoint } from "./study.ts";

/** "5c vLLM CUDA graphs, batch 2" */
export function pointName({ figure, series, gpu, batch }: PaperPoint): string {
  const where = [figure, series].join(" ");
  return [where, gpu, batch === null ? null : `batch ${batch}`]
    .filter((part) => part !== null)
    .join(", ");
}
