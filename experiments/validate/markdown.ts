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

Regimes: *interpolated*, constants were fitted to runs of this architecture on this GPU and stack;
*new architecture*, to runs of others on this GPU and stack; *operators only*, to kernels alone.
Architectures count by their shape: Llama 3.1 and 3.3 70B are one. Rows whose hosts held the GPUs up
and experts in FP8 are reported without a promise.

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
