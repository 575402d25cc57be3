import type { Cell } from "../../../experiments/paper/cell.ts";
import { cell } from "../../../experiments/paper/cell.ts";
import { laboratory } from "../../../experiments/paper/laboratory.ts";
import { quoted } from "../../../experiments/paper/published.ts";
import { type PaperPoint, paperPoints } from "../../../experiments/paper/study.ts";

/** A point with a made-up value here and there; `outOfMemory` where it has none here. */
export async function madeUp(
  words: Partial<Omit<Cell, "published" | "simulate">>,
  { simulated, published }: { readonly simulated: number; readonly published?: number },
): Promise<PaperPoint> {
  const made = cell({
    figure: "5a",
    series: "made up",
    metric: "gpu_energy",
    unit: "kWh/1024 examples",
    ...words,
    published: published === undefined ? undefined : quoted(published),
    simulate: () => Promise.resolve({ value: simulated }),
  });
  const figure = { id: "5", title: "", setting: "", cells: () => [made] };
  const [point] = await paperPoints([{ figure, cells: [made] }], laboratory());
  if (point === undefined) throw new Error("no point");
  return point;
}
