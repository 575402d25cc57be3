import type { PaperPoint } from "../study.ts";
import type { Gate } from "./gate.ts";
import { medianWithin, sameMemory, worstWithin } from "./judges.ts";

const panels = ["5a", "5b", "5c"];

function isPyTorch({ framework }: PaperPoint): boolean {
  return framework?.startsWith("PyTorch") === true;
}

export const gatesOfBatches: readonly Gate[] = [
  {
    figures: panels,
    what: "J per example by software, three GPUs",
    must: "median error <= 15 %",
    reason:
      "three times what reading the plot may be off; one scale of watts is all that was fitted",
    judge: medianWithin(0.15),
  },
  {
    figures: panels,
    what: "J per example by software, three GPUs",
    must: "no point off by more than 35 %",
    reason: "choices between stacks and batches differ by more than that",
    judge: worstWithin(0.35),
  },
  {
    figures: panels,
    what: "largest batch of PyTorch, and of vLLM none",
    must: "out of memory where the paper is",
    reason: "memory decides which batches can be chosen at all",
    judge: (points) =>
      sameMemory(points.filter((point) => isPyTorch(point) || point.out_of_memory)),
  },
];
