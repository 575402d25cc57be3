import { type Cell, cell, type Figure } from "../cell.ts";
import { read } from "../published.ts";

const draws = 50_000;

const sides = [
  {
    figure: "7 left",
    side: "input",
    bins: [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192],
    published: {
      64: 0.005,
      128: 0.017,
      256: 0.074,
      512: 0.23,
      1024: 0.512,
      2048: 0.681,
      4096: 0.912,
      8192: 1,
    },
  },
  {
    figure: "7 right",
    side: "output",
    bins: [8, 16, 32, 128, 256, 512],
    published: { 8: 0.154, 16: 0.277, 32: 0.447, 128: 0.77, 256: 0.85, 512: 0.966 },
  },
] as const;

export const figure7: Figure = {
  id: "7",
  title: "Shares of Azure's conversations that are no longer than each bin",
  setting:
    "50,000 draws from azure-conv-paper, whose law was fitted to the printed moments, not to this " +
    "figure. Its histogram of outputs has no bin of 64, and longer ones than 512 count as 512.",
  cells: () => sides.flatMap(curve),
};

function curve({ figure, side, bins, published }: (typeof sides)[number]): Cell[] {
  const byBin = new Map(Object.entries(published));
  return bins.map((tokens) => {
    const value = byBin.get(String(tokens));
    return cell({
      figure,
      series: `${side} tokens`,
      [`${side}_tokens`]: tokens,
      workload: "Azure Conversation",
      metric: `${side}_len_CDF_at`,
      unit: "prob",
      axis: `${side}_tokens`,
      published: value === undefined ? undefined : read(value, 0.005 / value),
      simulate: ({ lengths }) => {
        const drawn = lengths({ dataset: "azure-conv-paper", requests: draws });
        const column = side === "input" ? drawn.promptTokens : drawn.outputTokens;
        const short = column.filter((length) => length <= tokens).length;
        return Promise.resolve({ value: short / draws });
      },
    });
  });
}
