import type { BinningReport } from "../binning.ts";
import type { Paint } from "./paint.ts";
import { digits, grouped, percent, si } from "./quantity.ts";
import { table } from "./table.ts";

const shownBins = 16;

/** The bins that weigh most, and the estimate beside the simulation, for a terminal. */
export function binningText(report: BinningReport, paint: Paint): string {
  const { bins, gpu_j, direct, ratio, unfit_requests } = report;
  const heaviest = [...bins].sort((a, b) => (b.gpu_j ?? 0) - (a.gpu_j ?? 0)).slice(0, shownBins);
  const rows = heaviest.map((bin) => ({
    input: bin.input_tokens,
    output: bin.output_tokens,
    requests: bin.requests,
    batch: bin.batch,
    "a batch": si(bin.batch_j, "J"),
    all: si(bin.gpu_j, "J"),
    share: bin.gpu_j === null ? null : percent(bin.gpu_j / gpu_j),
  }));
  const rest = bins.length - heaviest.length;
  const parts = `${si(direct.idle_j, "J")} of it idle, ${si(direct.wasted_j, "J")} wasted`;
  const lines = [
    "",
    paint.strong("by bins of lengths, as arXiv 2504.17674: N / B full batches each"),
    table(rows, { paint, columns: Number.POSITIVE_INFINITY }).trimEnd(),
    ...(rest === 0 ? [] : [paint.faint(`and ${rest} bins that weigh less`)]),
    ...(unfit_requests === 0
      ? []
      : [`${grouped(unfit_requests)} requests are in bins that fit no replica: they are missing`]),
    "",
    `by bins ${si(gpu_j, "J")}; simulated as they come ${si(direct.gpu_j, "J")}, ${parts}`,
    `the estimate is ${digits(ratio)} times the simulation`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}
