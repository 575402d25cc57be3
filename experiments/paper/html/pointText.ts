import { signedPercent } from "../gates/judges.ts";
import type { PaperPoint } from "../study.ts";
import { axisNames, axisValue } from "./panel.ts";

/** Three digits, without an exponent where that is as short. */
export function figureText(value: number | null): string {
  if (value === null) return "–";
  return String(Number(value.toPrecision(3)));
}

/** Where a point stands and what both say of it. */
export function pointText(point: PaperPoint): string {
  const { series, axis, published, simulated, error } = point;
  const where = axis === null ? "" : `, ${axisNames[axis]} ${axisValue(point)}`;
  const off = error === null ? "" : ` (${signedPercent(error)})`;
  const fitted = point.used_to_fit ? ", used to fit" : "";
  return `${series}${where}: published ${figureText(published)}, simulated ${simulatedText(simulated, point)}${off}${fitted}`;
}

function simulatedText(simulated: number | null, { out_of_memory }: PaperPoint): string {
  return out_of_memory ? "out of memory" : figureText(simulated);
}
