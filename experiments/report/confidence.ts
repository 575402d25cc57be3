import type { Basis, Support } from "../../models/evidence.ts";
import type { Interval } from "../../models/uncertainty.ts";
import { range } from "./quantity.ts";
import type { Result } from "./result.ts";

/** " (330-470)", in the unit that the predicted value is shown in; nothing where none is known. */
export function inBrackets(interval: Interval | null, predicted: number | null): string {
  return interval === null || predicted === null ? "" : ` (${range(interval, predicted)})`;
}

/** What the figures rest on, and what the ranges in brackets mean. */
export function confidence({ calibration, energy, power, latency }: Result): string {
  const time = fitText(calibration.latency_support) ?? timeTexts[calibration.latency];
  const watts = fitText(calibration.power_support) ?? wattsTexts[calibration.power];
  const basis = time === watts ? `time and power ${time}` : `time ${time}, power ${watts}`;
  const intervals = [energy.interval_80, power.interval_80, latency.interval_80].flatMap((of) =>
    Object.values(of),
  );
  return intervals.some((interval) => interval !== null) ? `(80 % range); ${basis}` : basis;
}

function fitText(support: Support): string | undefined {
  switch (support) {
    case "interpolated":
      return "fitted to this network";
    case "new_architecture":
      return "fitted to others";
    case "operators_only":
      return undefined;
  }
}

/** Where no run on this GPU and stack was fitted. */
const timeTexts: Readonly<Record<Basis, string>> = {
  measured: "from kernels",
  fitted: "from kernels",
  transferred: "from kernels",
  datasheet: "from the data sheet",
};

const wattsTexts: Readonly<Record<Basis, string>> = {
  measured: "fitted on this GPU",
  fitted: "fitted on this GPU",
  transferred: "from a similar GPU",
  datasheet: "from the data sheet",
};
