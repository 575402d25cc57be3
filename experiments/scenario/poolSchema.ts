import { z } from "zod";
import { count, gbPerS, notNegative, outageS, positive, unset } from "./keys.ts";

/** Replicas that are alike; what a pool leaves open is as the cluster says. */
const pool = z.strictObject({
  name: z.string().min(1).describe("Names it in the result"),
  replicas: count.max(100_000).default(1).describe("Engines of this pool"),
  gpu: unset(z.string().min(1)).describe("null: cluster.gpu"),
  llm: unset(z.string().min(1)).describe("null: that of the scenario"),
  role: unset(z.enum(["prefill", "decode"])).describe(
    "prefill: hands requests over after their first token; decode: takes them over; null: both",
  ),
  tensor_parallel_size: unset(count).describe("null: cluster.tensor_parallel_size"),
  pipeline_parallel_size: unset(count).describe("null: cluster.pipeline_parallel_size"),
  power_cap_w: unset(positive).describe("Watts that each GPU may draw; null: cluster.power_cap_w"),
  clock_mhz: unset(positive).describe("Locked SM clock; null: cluster.clock_mhz"),
});

/** GPUs, networks or settings side by side behind one router. */
export const poolsSchema = unset(z.array(pool).min(1).max(1000)).describe(
  "Replicas of several kinds in place of cluster.replicas alike: {name, role, replicas, gpu, llm, " +
    "tensor_parallel_size, pipeline_parallel_size, power_cap_w, clock_mhz}; null: all alike",
);

/** Two network adapters of 25 W each at 50 GB/s, 400 Gbit/s: assumed. */
const adaptersJPerGb = 1;

/** Between pools with roles. */
export const kvLinkSchema = unset(
  z.strictObject({
    bandwidth_gb_per_s: gbPerS.describe("10^9 bytes a second, of each link"),
    energy_j_per_gb: notNegative
      .max(1e6)
      .default(adaptersJPerGb)
      .describe("Joules of the link and its ends; the default is assumed: two adapters of 25 W"),
    degraded: unset(
      z
        .array(
          z.strictObject({
            from_s: notNegative.max(1e12).describe("Seconds after the start"),
            for_s: outageS.describe("Seconds"),
            bandwidth_ratio: z
              .number()
              .min(0)
              .max(1)
              .describe("Of the bandwidth that is left; 0: none"),
          }),
        )
        .min(1),
    ).describe("When the links are slower, or down; one after the other"),
    shared_by: z
      .enum(["prefill_replica", "fleet"])
      .default("prefill_replica")
      .describe("prefill_replica: each has a link of its own; fleet: all share one"),
  }),
).describe("How KV caches get from prefill to decode pools; null where no pool has a role");
