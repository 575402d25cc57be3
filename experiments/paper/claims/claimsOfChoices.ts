import { batches } from "../deployments.ts";
import type { Claim, Finder } from "./claim.ts";

function drafted(find: Finder, batch: number): number {
  const of = (framework: string) => find({ figure: "3", framework, batch });
  return 100 * (of("vLLM speculative") / of("vLLM autoregressive greedy") - 1);
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(1)} %`;
}

export const claimsOfChoices: readonly Claim[] = [
  {
    letter: "g",
    text: "Speculation helps up to batch 8 and hurts from 16 on.",
    figures: ["3"],
    checks: (find) =>
      [
        { batch: 1, helps: true, paper: -29.1 },
        { batch: 8, helps: true, paper: 1 },
        { batch: 16, helps: false, paper: 11.7 },
        { batch: 128, helps: false, paper: 25.7 },
      ].map(({ batch, helps, paper }) => {
        const change = drafted(find, batch);
        const text = `batch ${batch}: ${signed(change)} (paper ${signed(paper)})`;
        return { text, holds: change < 0 === helps };
      }),
  },
  {
    letter: "h",
    text: "A mixture of experts lies between the dense networks; its excess is largest at middle batches.",
    figures: ["4"],
    checks: (find) => {
      const of = (series: string, batch: number) => find({ figure: "4", series, batch });
      const over = (batch: number) => 100 * (of("OLMoE-1B-7B", batch) / of("OLMo-1B", batch) - 1);
      const between = batches.every(
        (batch) => over(batch) > 0 && of("OLMoE-1B-7B", batch) < of("OLMo-7B", batch),
      );
      const most = batches.reduce((best, batch) => (over(batch) > over(best) ? batch : best), 1);
      return [
        { text: "between OLMo-1B and OLMo-7B at every batch", holds: between },
        {
          text: `largest at batch ${most}, ${signed(over(most))} (paper +54.9 % at 32)`,
          holds: most >= 8 && most <= 64,
        },
        {
          text: `batch 1: ${signed(over(1))} (paper +12.5 %)`,
          holds: Math.abs(over(1) - 12.5) <= 10,
        },
      ];
    },
  },
  {
    letter: "i",
    text: "Tensor parallelism cuts latency and raises energy at every batch.",
    figures: ["6", "6a"],
    checks: (find) => {
      const of = (gpus: number, batch: number) =>
        find({ figure: "6a", series: `TP ${gpus}`, batch });
      const rises = batches.every(
        (batch) => of(2, batch) > of(1, batch) && of(4, batch) > of(2, batch),
      );
      const saved = [2, 4].map((gpus) =>
        find({ series: `TP ${gpus} against TP 1`, metric: "latency_reduction_vs_TP1" }),
      );
      const [two = Number.NaN, four = Number.NaN] = saved;
      return [
        {
          text: `time at batch 1: -${two.toFixed(1)} and -${four.toFixed(1)} % (paper 40.2, 61.3)`,
          holds: two > 0 && four > two,
        },
        { text: "TP 1 < TP 2 < TP 4 in joules at every batch", holds: rises },
      ];
    },
  },
  {
    letter: "j",
    text: "Serving online costs 11 to 13 % more at batch 1 and saves 2 to 6 % at large batches.",
    figures: ["9"],
    checks: (find) => {
      const of = (series: string, batch: number) => find({ figure: "9", series, batch });
      const cards = ["A100 80GB PCIe", "RTX 6000 Ada 48GB", "RTX A6000 48GB"];
      const alone = cards.map((card) => of(card, 1));
      const many = cards.map((card) => of(card, 256));
      const shown = (values: readonly number[]) => values.map(signed).join(", ");
      return [
        { text: `batch 1: ${shown(alone)}`, holds: alone.every((saving) => saving < -5) },
        {
          text: `batch 256: ${shown(many)}`,
          holds: many.every((saving) => saving > 0 && saving < 8),
        },
      ];
    },
  },
  {
    letter: "k",
    text: "Padding makes classification dearer the larger the static batch.",
    figures: ["12"],
    checks: (find) => {
      const of = (batch: number) =>
        find({ figure: "12", framework: "PyTorch eager", workload: "classification IMDB", batch });
      const ratio = of(16) / of(1);
      return [
        { text: `IMDB under PyTorch, batch 16 over 1: x ${ratio.toFixed(2)}`, holds: ratio > 1 },
      ];
    },
  },
  {
    letter: "l",
    text: "How tokens are chosen matters at batch 1 alone.",
    figures: ["3"],
    checks: (find) => {
      const over = (framework: string, batch: number) =>
        find({ figure: "3", framework, batch }) /
          find({ figure: "3", framework: "vLLM autoregressive greedy", batch }) -
        1;
      const drawn = ["vLLM top-p", "vLLM temperature"];
      const later = [8, 32, 128].flatMap((batch) => drawn.map((name) => 100 * over(name, batch)));
      const [first = Number.NaN] = drawn.map((name) => 100 * over(name, 1));
      const beams = 100 * over("vLLM beam search", 128);
      return [
        {
          text: `drawn tokens at batch 8 to 128: ${signed(Math.max(...later))} at most`,
          holds: Math.max(...later) < 5,
        },
        { text: `top-p at batch 1: ${signed(first)} (paper +9.3 %)`, holds: first > 3 },
        { text: `two beams at batch 128: ${signed(beams)}`, holds: Math.abs(beams) < 5 },
      ];
    },
  },
  {
    letter: "m",
    text: "FLOPs at peak and TDP are a lower bound of the energy.",
    figures: ["T4"],
    checks: (find) =>
      ["BurstGPT", "Azure Code", "Azure Conversation"].map((trace) => {
        const excess = find({
          figure: "T4",
          framework: "vLLM CUDA graphs",
          workload: `${trace} offline (binned)`,
        });
        return { text: `${trace}, vLLM: ${signed(excess)} over it`, holds: excess > 0 };
      }),
  },
];
