import { calibrationFor } from "../../../models/calibrationCatalogue.ts";
import type { GpuSpec } from "../../../models/gpu.ts";
import type { Activity } from "../../../models/power.ts";
import { powerCurve, uncappedPowerW } from "../../../models/power.ts";
import { stackById } from "../../../models/stackCatalogue.ts";
import { assert } from "../../../sim/assert.ts";
import type { Seconds, Watts } from "../../../sim/units.ts";
import type { HeldOutFit } from "./heldOut.ts";
import { heldOutFit, median } from "./heldOut.ts";

/** What a GPU drew while one kernel ran in a loop. */
export interface KernelWatts {
  readonly family: string;
  readonly mfu: number;
  readonly mbu: number;
  readonly durationS: Seconds;
  readonly powerW: Watts;
}

/** Kernels of one family that keep the GPU about as busy. */
export interface PowerCell {
  readonly cell: string;
  readonly rows: number;
  readonly activity: Activity;
  readonly powerW: Watts;
}

/** Shares of TDP: see `models/power.ts`. */
export type KernelPowerFit = HeldOutFit<{
  busyTdpRatio: number;
  computeTdpRatio: number;
  memoryTdpRatio: number;
}>;

/** Of shorter ones the gaps between two launches are no longer small. */
const durationMinS = 20e-6;
/** Fewer say little: of two equal kernels one may read 192 W and the other 412 W. */
const cellRowsMin = 10;
const binsOfMfu = 10;
/** Of its root, in which the curve is linear. */
const binsOfRootMbu = 10;

/**
 * The three shares of the curve; idle and the cap are the catalogue's. Each cell has one vote: the
 * grid of a table says how often it asked, not what a GPU will do.
 */
export function fitKernelPower(gpu: GpuSpec, rows: readonly KernelWatts[]): KernelPowerFit {
  const capTdpRatio = catalogueCap(gpu);
  return heldOutFit({
    rows: powerCells(rows).map(({ cell, activity, powerW }) => ({
      activity,
      cluster: cell,
      observed: powerW,
    })),
    predict: (constants, { activity }) => {
      const curve = powerCurve(gpu, { ...constants, computeExponent: 1, capTdpRatio });
      return Math.min(curve.capW, uncappedPowerW(curve, activity));
    },
    start: { busyTdpRatio: 0.3, computeTdpRatio: 0.8, memoryTdpRatio: 0.2 },
    min: { busyTdpRatio: 0.02, computeTdpRatio: 0.02, memoryTdpRatio: 0.02 },
    max: { busyTdpRatio: 1, computeTdpRatio: 3, memoryTdpRatio: 2 },
  });
}

/**
 * The median watts of each cell, where a kernel counts by its duration: a meter that averages over
 * a second still reads what ran before a loop of short kernels. Kernels that beat the roofline, fed
 * from a cache, and cells of few kernels are left out.
 */
export function powerCells(rows: readonly KernelWatts[]): PowerCell[] {
  const cells = new Map<string, KernelWatts[]>();
  for (const row of rows) {
    const { family, mfu, mbu, durationS } = row;
    if (durationS < durationMinS || mfu > 1 || mbu > 1) continue;
    const bins = [Math.floor(mfu * binsOfMfu), Math.floor(Math.sqrt(mbu) * binsOfRootMbu)];
    const cell = `${family}, MFU bin ${bins[0]}, MBU bin ${bins[1]}`;
    const members = cells.get(cell);
    if (members === undefined) cells.set(cell, [row]);
    else members.push(row);
  }
  return [...cells]
    .filter(([, members]) => members.length >= cellRowsMin)
    .map(([cell, members]) => ({
      cell,
      rows: members.length,
      activity: {
        dutyRatio: 1,
        mfu: median(members.map(({ mfu }) => mfu)),
        mbu: median(members.map(({ mbu }) => mbu)),
      },
      powerW: medianByDurationW(members),
    }));
}

/** The watts below which half of the seconds lie. */
function medianByDurationW(rows: readonly KernelWatts[]): Watts {
  const ascending = rows.toSorted((a, b) => a.powerW - b.powerW);
  const halfS = ascending.reduce((sum, { durationS }) => sum + durationS, 0) / 2;
  let passedS = 0;
  const middle = ascending.find(({ durationS }) => {
    passedS += durationS;
    return passedS >= halfS;
  });
  assert(middle !== undefined, "a cell has no rows");
  return middle.powerW;
}

function catalogueCap(gpu: GpuSpec): number {
  const stack = stackById("ideal");
  assert(stack !== undefined, "the catalogue lacks the ideal stack");
  return calibrationFor(gpu, stack).power.capTdpRatio;
}
