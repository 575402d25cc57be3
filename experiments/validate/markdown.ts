import { unknownText } from "../report/quantity.ts";
import type { ReportTable } from "./tables.ts";

/** docs/validation.md: the tables that `validate` prints, with what they mean. */
export function validationMarkdown(tables: readonly ReportTable[]): string {
  return [intro, ...tables.map(section)].join("\n");
}

const intro = `# Validation: predicted against measured

Written by \`tokenwatt validate --markdown docs/validation.md\`; the same tables are printed without
the flag. Each row of a published table is simulated as it was measured: a closed loop with its
lengths, a static batch, Poisson arrivals. Error is predicted / measured - 1; medians and P90 are of
its size, the bias is its median with its sign.

No error in a regime is of a row that its constants were fitted to. A fit without some rows is the
minimum on the tangent at the fit of all, one step of a refit (docs/models.md, Calibration). Each row is
predicted once in every regime that exists for it:

- *interpolated*: by constants fitted to other rows of the same architecture on this GPU and stack.
  Rows fall into four folds by a hash of their names, and each fold is predicted by a fit to the others.
- *new architecture*: by a fit on this GPU and stack to other architectures that saw no row of this one,
  or, where it was never fitted, by the shipped constants; in both cases if another of its kind, dense or
  with experts, was fitted there.
- *operators only*: as if no run on this GPU under this stack had been fitted, by operator tables,
  the stack's profile and rules alone. For watts, which no stack has for itself, the whole GPU is left
  out: its power curve is transferred from the nearest other GPU that was fitted, or is the rule from
  TDP.

A figure that rests on time and on watts, such as joules per token, is in a regime that holds for both.
Joules of the paper rest on watts alone: one scale was fitted to them, which holds the errors of time too.
No constant of the KV capacity is fitted to the card that is predicted. Runs under a power cap are
never fitted. Architectures count by their shape: Llama 3.1 and 3.3 70B are one. Rows whose hosts held
the GPUs up and experts in FP8 are reported without a promise. *Shipped* is what \`tokenwatt run\`
says, whose constants may have been fitted to the row itself.

Simpler predictions are compared in the regime *new architecture*, or *operators only* where there is
none: *its / ours* above 1 says how many times as wrong as ours the simpler one is, by the medians. *MFU
curve refitted* is the curve of arXiv 2507.11417 fitted as our power curve is: through the simulator, to the
same rows by the same loss, beside the same times, networks with experts apart, and for each row without its
network. All curves price the same simulated steps.

*Intervals*: 80 % of measurements lie between low and high, as shares of the prediction. They come
from rows that no constant was fitted to; coverage is the share of rows inside the interval of the
other groups (docs/models.md, Intervals). *transferred*: nothing of this GPU was fitted.
`;

function section({ title, rows }: ReportTable): string {
  const names = Object.keys(rows[0] ?? {});
  const line = (cells: readonly (string | number | null | undefined)[]) =>
    `| ${cells.map((cell) => String(cell ?? unknownText).replaceAll("|", "\\\\|")).join(" | ")} |`;
  const ruler = names.map((name) =>
    rows.some((row) => typeof row[name] === "number") ? "--:" : "---",
  );
  const lines = [line(names), line(ruler), ...rows.map((row) => line(names.map((n) => row[n])))];
  return `## ${title}\n${lines.join("\n")}\n`;
}
