import type { GpuSpec } from "../../../models/gpu.ts";
import { si } from "../../report/quantity.ts";
import type { MeasurementRow } from "./measurementSchema.ts";
import type { Floors } from "./roofline.ts";
import type { RowProblem } from "./rowRules.ts";

/** Meters and boards exceed a limit by this much for a moment. */
const powerTolerance = 1.05;

/** Watts that the card cannot have drawn. */
export function impossiblePower(row: MeasurementRow, gpu: GpuSpec): RowProblem[] {
  const { power_w: powerW, power_cap_w: capW } = row;
  if (powerW === undefined) return [];
  const mostW = capW ?? gpu.tdpW;
  const limit = capW === undefined ? `TDP of ${gpu.id}` : "power_cap_w of the row";
  if (powerW > powerTolerance * mostW) {
    const message = `${powerW} W are above ${mostW} W, the ${limit}; is it the sum of all GPUs?`;
    return [{ column: "power_w", message, hint: "power_w is the mean of one GPU" }];
  }
  if (powerW < gpu.idleNoContextW) {
    const idle = `${gpu.idleNoContextW} W, what ${gpu.id} draws with nothing loaded`;
    return [{ column: "power_w", message: `${powerW} W are below ${idle}; is it in kW?` }];
  }
  return [];
}

/** Figures that are so far from what they can be that another unit is likely. */
export function doubtfulFigures(row: MeasurementRow, floors: Floors): RowProblem[] {
  const { ttft_ms: ttftMs, tpot_ms: tpotMs, e2e_ms: e2eMs, batch_latency_s: batchS } = row;
  const doubts = [
    tooFast({ column: "ttft_ms", figure: ttftMs, floorS: floors.ttftS, work: "the prefill takes" }),
    tooFast({
      column: "tpot_ms",
      figure: tpotMs,
      floorS: floors.tpotS,
      work: "reading weights and KV cache takes",
    }),
    tooFast({
      column: "e2e_ms",
      figure: e2eMs,
      floorS: floors.e2eS,
      work: "prefill and reading weights and KV cache take",
    }),
    doubtfulRate(row.output_tokens_per_s, floors.outputTokensPerS),
    doubtfulBatch(batchS, floors.batchS),
    doubtfulEnergy(row),
  ];
  return doubts.filter((doubt) => doubt !== undefined);
}

/** Faster kernels than ours and cached prefixes explain less than this share of the floor. */
const leastFloorRatio = 0.5;

interface Doubted {
  readonly column: "ttft_ms" | "tpot_ms" | "e2e_ms";
  readonly figure: number | undefined;
  readonly floorS: number;
  readonly work: string;
}

function tooFast({ column, figure, floorS, work }: Doubted): RowProblem | undefined {
  const least = leastFloorRatio * floorS;
  if (figure === undefined || figure / 1000 >= least) return undefined;
  const question = figure >= least ? "is it in seconds?" : "is it of this model on this GPU?";
  const message = `${figure} ms is far below the ${si(floorS, "s")} that ${work}; ${question}`;
  return { column, message };
}

function doubtfulRate(
  ratePerS: number | undefined,
  mostPerS: number | undefined,
): RowProblem | undefined {
  if (ratePerS === undefined || mostPerS === undefined) return undefined;
  if (ratePerS * leastFloorRatio <= mostPerS) return undefined;
  const most = `${si(mostPerS, "/s")} that reading weights and KV cache allows`;
  const message = `${ratePerS} /s is far above the ${most}; does it count prompts?`;
  return { column: "output_tokens_per_s", message };
}

/** Launch-bound runs of small networks take tens of times the floor. */
const mostFloorRatio = 200;

function doubtfulBatch(batchS: number | undefined, floorS: number): RowProblem | undefined {
  if (batchS === undefined) return undefined;
  const column = "batch_latency_s";
  const floor = `${si(floorS, "s")} that prefill and reading weights and KV cache take`;
  if (batchS > mostFloorRatio * floorS) {
    const message = `${batchS} s is far above the ${floor}; is it in milliseconds?`;
    return { column, message };
  }
  if (batchS >= leastFloorRatio * floorS) return undefined;
  return { column, message: `${batchS} s is far below the ${floor}; did answers end early?` };
}

const energyTolerance = 0.1;

/** Joules per token are watts over tokens per second, where a row has all three. */
function doubtfulEnergy(row: MeasurementRow): RowProblem | undefined {
  const { power_w: powerW, output_tokens_per_s: rate, energy_per_output_token_j: tokenJ } = row;
  if (powerW === undefined || rate === undefined || tokenJ === undefined) return undefined;
  const expectedJ = (powerW * row.tp) / rate;
  if (Math.abs(tokenJ / expectedJ - 1) <= energyTolerance) return undefined;
  const message =
    `${tokenJ} J is not power_w x tp / output_tokens_per_s, ${si(expectedJ, "J")}; ` +
    "are these of one run, and power_w of one GPU?";
  return { column: "energy_per_output_token_j", message };
}
