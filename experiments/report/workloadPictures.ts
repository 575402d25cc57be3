import type { WorkloadReport } from "../workload.ts";
import type { Paint } from "./paint.ts";
import { count, digits, duration } from "./quantity.ts";

type Rates = NonNullable<WorkloadReport["rate_over_time"]>;

const heights = "▁▂▃▄▅▆▇█";

/** Requests per second over time as a line of bars, from 0 to the highest. */
export function rateLine({ bin_s, rates_rps }: Rates): string {
  const highest = Math.max(...rates_rps);
  const bars = rates_rps.map((rate) => {
    const step = Math.ceil((rate / highest) * heights.length);
    return step === 0 ? " " : (heights[step - 1] ?? "");
  });
  return `${bars.join("")}  a bar is ${duration(bin_s)}, the highest ${digits(highest)} requests/s`;
}

const shades = " ░▒▓█";

/** Requests by input (rows) and output (columns) in powers of two; the darker, the more. */
export function heatMap(
  { input_up_to, output_up_to, counts }: WorkloadReport["joint_histogram"],
  paint: Paint,
): string {
  const most = Math.max(...counts.flat());
  const width = 6;
  const header = output_up_to.map((tokens) => label(tokens).padStart(width)).join("");
  const rows = counts.map((row, place) => {
    const cells = row.map((requests) => shadeOf(requests, most).repeat(width)).join("");
    return `${label(input_up_to[place] ?? 0).padStart(8)} ${cells}`;
  });
  const title = "input up to (rows), output up to (columns), in tokens";
  return [paint.faint(title), `${" ".repeat(8)} ${header}`, ...rows]
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

function label(tokens: number): string {
  return tokens >= 1024 ? `${tokens / 1024}k` : count(tokens);
}

/** By the square root, so that a class of a hundredth of the fullest still shows. */
function shadeOf(requests: number, most: number): string {
  return shades[Math.ceil(Math.sqrt(requests / most) * (shades.length - 1))] ?? "";
}
