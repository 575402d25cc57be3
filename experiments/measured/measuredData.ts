import { join } from "node:path";
import type { MeasuredTable } from "./measuredRun.ts";
import { kvCapacityRuns } from "./readers/kvCapacity.ts";
import { paperRuns } from "./readers/paperFigures.ts";
import { partialLoadRuns } from "./readers/partialLoad.ts";
import { servingRuns } from "./readers/serving.ts";
import { splitwiseRuns } from "./readers/splitwise.ts";
import { staticBatchRuns } from "./readers/staticBatch.ts";
import { steadyStateRuns } from "./readers/steadyState.ts";
import { steadyStateA100Runs } from "./readers/steadyStateA100.ts";
import { joined } from "./readers/table.ts";
import { transformersRuns } from "./readers/transformers.ts";

/** Every row of a folder of measurements, laid out as the one that calibrations are fitted on. */
export function measuredData(folder: string): MeasuredTable {
  const file = (...names: readonly string[]) => join(folder, ...names);
  return joined([
    servingRuns(file("latency", "serving_ttft_tpot_calibration.csv")),
    staticBatchRuns({
      latencies: file("latency", "static_batch_2024_calibration.csv"),
      power: file("energy", "static_batch_power.csv"),
    }),
    splitwiseRuns(file("latency", "splitwise_2023_calibration.csv")),
    steadyStateRuns({
      table: file("energy", "steady_state_h100_b200_calibration.csv"),
      lengths: file("energy", "steady_state_output_lengths.json"),
    }),
    steadyStateA100Runs(file("energy", "steady_state_a100_40gb.csv")),
    partialLoadRuns({
      table: file("energy", "partial_load.csv"),
      requests: file("energy", "partial_load_requests.json"),
      occupancy: file("energy", "partial_load_concurrency.csv"),
    }),
    transformersRuns(file("latency", "hf_transformers_a100.csv.gz")),
    kvCapacityRuns(file("latency", "kv_capacity_logs.csv")),
    paperRuns(file("paper", "targets.csv")),
  ]);
}
