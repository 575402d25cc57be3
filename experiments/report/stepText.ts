import type { StepReport } from "../step.ts";
import type { Paint } from "./paint.ts";
import { percent, si } from "./quantity.ts";

/** A step term by term: the formula of each stands under its figures. */
export function stepText(report: StepReport, paint: Paint): string {
  const { time_s: timeS, power_per_gpu_w: power, tensor_parallel_size: gpus } = report;
  const watts = (name: string, value: number) => `  ${name.padEnd(24)}${right(si(value, "W"), 11)}`;
  const ranks = report.data_parallel_size;
  const among = ranks === 1 ? "" : `, one of ${ranks} ranks alike`;
  const lines = [
    `${paint.strong(report.llm)} on ${gpus} × ${report.gpu}${among}, ${report.stack}, ${precision(report)}`,
    paint.faint(
      `${report.batch} decoding at ${report.context_tokens} tokens of context, ` +
        `${report.prefill_tokens} tokens prefilled; figures are those of one GPU`,
    ),
    "",
    paint.strong(columns("Time", ["time", "share", "FLOP", "bytes"])),
    ...report.terms.flatMap((term) => [
      columns(term.name, [
        si(term.time_s, "s"),
        percent(term.share),
        term.flop === 0 ? "" : si(term.flop, ""),
        term.bytes === 0 ? "" : si(term.bytes, "B"),
      ]),
      paint.faint(`    = ${term.formula}`),
    ]),
    columns("step", [
      si(timeS, "s"),
      "100 %",
      si(sumOf(report, "flop"), ""),
      si(sumOf(report, "bytes"), "B"),
    ]),
    `  GPU busy ${si(report.gpu_busy_s, "s")}, MFU ${percent(report.mfu)}, MBU ${percent(report.mbu)}${clock(report)}`,
    "",
    paint.strong("Power of one GPU"),
    watts("idle, context held", power.idle),
    watts("busy", power.busy),
    watts("compute, by MFU", power.compute),
    watts("memory, by sqrt(MBU)", power.memory),
    watts(`sum, capped at ${si(power.cap, "W")}`, power.total),
    "",
    `${paint.strong("Energy")}  ${si(report.energy_j, "J")} = ${si(timeS, "s")} × ` +
      `${si(report.power_w, "W")} of ${gpus === 1 ? "1 GPU" : `${gpus} GPUs`}`,
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function clock({ clock_ratio: ratio }: StepReport): string {
  return ratio === 1 ? "" : `; clock at ${percent(ratio)} of the highest`;
}

function precision({ dtype, quantization }: StepReport): string {
  return quantization === "none" ? dtype : `${quantization} weights, ${dtype}`;
}

function sumOf({ terms }: StepReport, part: "flop" | "bytes"): number {
  return terms.reduce((sum, term) => sum + term[part], 0);
}

function columns(name: string, cells: readonly string[]): string {
  return `  ${name.padEnd(24)}${cells.map((cell) => right(cell, 11)).join("")}`.trimEnd();
}

function right(text: string, width: number): string {
  return text.padStart(width);
}
