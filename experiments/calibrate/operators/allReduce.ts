import { allReduces, allReduceTimeS } from "../../../models/collectives.ts";
import type { GpuSpec } from "../../../models/gpu.ts";
import type { Bytes, Seconds } from "../../../sim/units.ts";
import type { HeldOutFit } from "./heldOut.ts";
import { heldOutFit } from "./heldOut.ts";

/** One all-reduce of a message over a group of 2, 4 or 8. */
export interface AllReduceTiming {
  readonly gpu: GpuSpec;
  readonly gpus: number;
  readonly messageBytes: Bytes;
  readonly durationS: Seconds;
}

export type AllReduceFit = HeldOutFit<{
  startUpS: number;
  growthPerGpuRatio: number;
  linkRatio2: number;
  linkRatio4: number;
  linkRatio8: number;
}>;

/** The constants of `models/collectives.ts`; messages of one size are a cluster. */
export function fitAllReduce(timings: readonly AllReduceTiming[]): AllReduceFit {
  const rows = timings.map((timing) => ({
    ...timing,
    cluster: `${timing.messageBytes} bytes`,
    observed: timing.durationS,
  }));
  return heldOutFit({
    rows,
    predict: ({ startUpS, growthPerGpuRatio, ...links }, { gpu, gpus, messageBytes }) => {
      const linkEfficiencies = [
        { gpus: 2, ratio: links.linkRatio2 },
        { gpus: 4, ratio: links.linkRatio4 },
        { gpus: 8, ratio: links.linkRatio8 },
      ];
      const group = { gpu, gpus, count: 1, bytesPerToken: messageBytes, factor: 1 };
      return allReduceTimeS(
        allReduces({ startUpS, growthPerGpuRatio, linkEfficiencies }, group),
        1,
      );
    },
    start: {
      startUpS: 5e-6,
      growthPerGpuRatio: 0.1,
      linkRatio2: 0.5,
      linkRatio4: 0.5,
      linkRatio8: 0.5,
    },
    min: {
      startUpS: 1e-7,
      growthPerGpuRatio: 1e-3,
      linkRatio2: 1e-3,
      linkRatio4: 1e-3,
      linkRatio8: 1e-3,
    },
    max: { startUpS: 1e-3, growthPerGpuRatio: 10, linkRatio2: 1, linkRatio4: 1, linkRatio8: 1 },
  });
}
