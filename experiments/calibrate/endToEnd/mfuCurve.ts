import type { GpuSpec } from "../../../models/gpu.ts";
import type { HeldOutEntry } from "../../measured/heldOutEntry.ts";
import { robustFit } from "../robustFit.ts";
import type { Figure } from "./figures.ts";

/** Mean MFU of a run's steps over its whole duration, idle gaps included, and its watts. */
export interface WattsAtMfu {
  readonly figure: Figure;
  readonly mfu: number;
}

type MfuCurve = NonNullable<HeldOutEntry["mfu_curve"]>;

/** Constants that may be told apart need this many rows each. */
const fewestRows = 6;

/**
 * The published form of a curve of MFU alone, refitted: the baseline that takes nothing but the
 * compute that a step asks for. It sees each run's mean MFU as the simulator has it.
 */
export function refittedMfuCurve(
  { idleContextHeldW, tdpW }: GpuSpec,
  rows: readonly WattsAtMfu[],
): MfuCurve | undefined {
  const usable = rows.filter(({ mfu, figure }) => mfu > 0 && figure.metric.endsWith("_w"));
  if (usable.length < fewestRows) return undefined;
  const { constants } = robustFit({
    rows: usable.map(({ figure, mfu }) => ({
      observed: figure.measured,
      cluster: figure.run.architecture,
      mfu,
    })),
    predict: ({ maxW, kneeMfu, exponent }, { mfu }) =>
      idleContextHeldW + (maxW - idleContextHeldW) * Math.min(1, (mfu / kneeMfu) ** exponent),
    start: { maxW: 0.8 * tdpW, kneeMfu: 0.2, exponent: 0.4 },
    min: { maxW: 1.1 * idleContextHeldW, kneeMfu: 1e-4, exponent: 0.02 },
    max: { maxW: tdpW, kneeMfu: 1, exponent: 3 },
  });
  const digits = (value: number) => Number(value.toPrecision(4));
  return {
    idle_w: idleContextHeldW,
    max_w: digits(constants.maxW),
    knee_mfu: digits(constants.kneeMfu),
    exponent: digits(constants.exponent),
  };
}
