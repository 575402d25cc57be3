import type { PaperPoint } from "../study.ts";
import type { Gate, Verdict } from "./gate.ts";
import { percentOf } from "./judges.ts";

const pytorch = "PyTorch eager";
const vllm = "vLLM CUDA graphs";
const savings = "vLLM against PyTorch";

const inconsistent =
  "its rows imply up to 245 TFLOP/s on a card whose dense peak is 154.8: only their order can be met";

function simulatedOf(points: readonly PaperPoint[], series: string, trace: string): number {
  const found = points.find(
    (point) => point.series === series && point.workload?.startsWith(trace) === true,
  );
  return found?.simulated ?? Number.NaN;
}

const traces = ["BurstGPT", "Azure Conversation", "Azure Code"] as const;

export const gatesOfTraces: readonly Gate[] = [
  {
    figures: ["T4"],
    what: "PyTorch, vLLM and the ideal",
    must: "PyTorch over vLLM over the ideal, in each trace",
    reason: inconsistent,
    judge: (points) => {
      const rows = traces.map((trace) => ({
        above: simulatedOf(points, pytorch, trace),
        below: simulatedOf(points, vllm, trace),
      }));
      const got = rows
        .map(({ above, below }) => `${percentOf(above)} > ${percentOf(below)}`)
        .join(", ");
      return { got, isKept: rows.every(({ above, below }) => above > below && below > 0) };
    },
  },
  {
    figures: ["T4"],
    what: "distance from the ideal under vLLM",
    must: "least in Azure Code",
    reason: inconsistent,
    judge: (points) => leastInCode(points, vllm),
  },
  {
    figures: ["T4"],
    what: "distance from the ideal under PyTorch",
    must: "least in Azure Code",
    reason: inconsistent,
    judge: (points) => leastInCode(points, pytorch),
  },
  {
    figures: ["T4"],
    what: "what vLLM saves",
    must: "least in Azure Code",
    reason: "72 to 73 % in the other two are too near to each other to be told apart",
    judge: (points) => leastInCode(points, savings),
  },
];

function leastInCode(points: readonly PaperPoint[], series: string): Verdict {
  const rows = traces.map((trace) => ({ trace, value: simulatedOf(points, series, trace) }));
  const got = rows.map(({ trace, value }) => `${trace} ${percentOf(value)}`).join(", ");
  const code = simulatedOf(points, series, "Azure Code");
  const others = rows.filter(({ trace }) => trace !== "Azure Code");
  return { got, isKept: others.every(({ value }) => value > code) };
}
