import type { PaperPoint } from "../study.ts";
import type { Gate, Verdict } from "./gate.ts";
import { breakEven, isRising, pointsApart, valueAt } from "./judges.ts";

function ofMetric(points: readonly PaperPoint[], metric: string): PaperPoint[] {
  return points.filter((point) => point.metric === metric);
}

function ofSeries(points: readonly PaperPoint[], series: string): PaperPoint[] {
  return points.filter((point) => point.series === series);
}

const quotedTo = "the text quotes it; tensor parallelism and drafts were fitted to nothing here";

const parallel = (gpus: number, metric: string, what: string): Gate => ({
  figures: ["6"],
  what: `${what} of TP ${gpus}, batch 1`,
  must: "within 10 points of the text",
  reason: quotedTo,
  judge: (points) =>
    pointsApart(
      ofMetric(points, metric).filter(({ n_gpus_tp }) => n_gpus_tp === gpus),
      10,
    ),
});

export const gatesOfChoices: readonly Gate[] = [
  {
    figures: ["3"],
    what: "speculation at batch 128",
    must: "within 10 points of +25.65 %",
    reason: "acceptance isn't printed and is not fitted: large batches depend on it least",
    judge: (points) => pointsApart(ofMetric(points, "energy_increase"), 10),
  },
  {
    figures: ["3"],
    what: "batch at which speculation stops to pay",
    must: "between 4 and 16",
    reason: "figure 3 has it at 8, the text at 16",
    judge: (points) => {
      const batch = breakEven(
        ofSeries(points, "vLLM speculative"),
        ofSeries(points, "vLLM autoregressive greedy"),
      );
      const got = batch === undefined ? "at none" : batch.toFixed(0);
      return { got, isKept: batch !== undefined && batch >= 4 && batch <= 16 };
    },
  },
  {
    figures: ["4"],
    what: "OLMoE over OLMo-1B, every batch",
    must: "between +12 and +55 %",
    reason: "the figure's least and most, 12 % at batch 1 and 55 % at 32",
    judge: mixtureOverDense,
  },
  {
    figures: ["4"],
    what: "OLMo-1B, OLMoE, OLMo-7B",
    must: "in this order at every batch",
    reason: "a mixture computes as one network and holds the weights of the other",
    judge: (points) =>
      isRising(["OLMo-1B", "OLMoE-1B-7B", "OLMo-7B"].map((series) => ofSeries(points, series))),
  },
  {
    figures: ["6a"],
    what: "TP 1, 2 and 4",
    must: "dearer in this order at every batch",
    reason: "claim i: more GPUs share the work and each adds its own",
    judge: (points) => isRising(["TP 1", "TP 2", "TP 4"].map((series) => ofSeries(points, series))),
  },
  parallel(2, "total_energy_increase_vs_TP1", "joules"),
  parallel(4, "total_energy_increase_vs_TP1", "joules"),
  parallel(2, "latency_reduction_vs_TP1", "time saved"),
  parallel(4, "latency_reduction_vs_TP1", "time saved"),
  {
    figures: ["9"],
    what: "online against offline, published points",
    must: "within 6 points",
    reason: "the paper's range, -12 to +6 %, is three times as wide",
    judge: (points) => pointsApart(points, 6),
  },
];

function mixtureOverDense(points: readonly PaperPoint[]): Verdict {
  const dense = ofSeries(points, "OLMo-1B");
  const over = ofSeries(points, "OLMoE-1B-7B").flatMap(({ batch, simulated }) => {
    const other = valueAt(dense, batch);
    return simulated === null || other === undefined ? [] : [100 * (simulated / other - 1)];
  });
  const [least, most] = [Math.min(...over), Math.max(...over)];
  const got = `${least.toFixed(0)} to ${most.toFixed(0)} %`;
  return { got, isKept: over.length > 0 && least >= 12 && most <= 55 };
}
