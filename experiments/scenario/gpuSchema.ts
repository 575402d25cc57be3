import { z } from "zod";
import { computeTypes, type GpuEntry } from "../../models/gpu.ts";
import { notNegative, positive } from "./keys.ts";

const kinds = ["measured", "fitted", "transferred", "datasheet", "assumed"] as const;

function sourced(value: z.ZodNumber, description: string) {
  const number = z.strictObject({
    value,
    kind: z.enum(kinds).describe("How the number is known"),
    source: z.string().min(1).describe("Where it stands, for others to check"),
  });
  return number.describe(description);
}

const peak = sourced(positive, "TFLOP/s, dense").nullable();

/** The key that `tokenwatt show gpu` adds to those of the file. */
export const shownBesides = "calibration_first_wins";

/** A GPU file, the catalogue's or a user's own; `gpuFromEntry` checks what goes beyond types. */
export const gpuSchema = z.strictObject({
  id: z.string().min(1).describe("Name; where the catalogue calibrates it, its constants are used"),
  name: z.string().min(1),
  vendor: z.string().min(1),
  architecture: z
    .string()
    .min(1)
    .describe("Calibration of a GPU that has none of its own: ampere, hopper, …"),
  memory_nominal_gb: sourced(positive, "The marketing number"),
  memory_usable_gib: sourced(positive, "GiB that the runtime reports"),
  memory_bandwidth_gb_per_s: sourced(positive, "GB/s"),
  peak_dense_tflop_per_s: z
    .record(z.enum(computeTypes), peak)
    .describe("Dense peaks; null where there are no such cores, or the rate is unknown"),
  sm_clock_max_mhz: z.exactOptional(
    sourced(positive, "MHz; cluster.clock_mhz needs it").nullable(),
  ),
  tdp_w: sourced(positive, "W"),
  idle_no_context_w: sourced(notNegative, "W, powered, no CUDA context"),
  idle_context_held_w: sourced(notNegative, "W, weights resident, no kernel running"),
  interconnect: z.strictObject({
    kind: z.enum(["nvlink", "infinity_fabric", "pcie"]),
    one_way_gb_per_s: sourced(positive, "GB/s in one direction"),
  }),
  host_link_one_way_gb_per_s: sourced(positive, "GB/s to the host in one direction"),
  notes: z.exactOptional(z.string()),
}) satisfies z.ZodType<GpuEntry>;

export function gpuJsonSchema() {
  return z.toJSONSchema(gpuSchema, { io: "input" });
}
