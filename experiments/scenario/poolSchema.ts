import { z } from "zod";
import { count, positive, unset } from "./keys.ts";

/** Replicas that are alike; what a pool leaves open is as the cluster says. */
const pool = z.strictObject({
  name: z.string().min(1).describe("Names it in the result"),
  replicas: count.max(100_000).default(1).describe("Engines of this pool"),
  gpu: unset(z.string().min(1)).describe("null: cluster.gpu"),
  llm: unset(z.string().min(1)).describe("null: that of the scenario"),
  tensor_parallel_size: unset(count).describe("null: cluster.tensor_parallel_size"),
  power_cap_w: unset(positive).describe("Watts that each GPU may draw; null: cluster.power_cap_w"),
  clock_mhz: unset(positive).describe("Locked SM clock; null: cluster.clock_mhz"),
});

/** GPUs, networks or settings side by side behind one router. */
export const poolsSchema = unset(z.array(pool).min(1).max(1000)).describe(
  "Replicas of several kinds in place of cluster.replicas alike: {name, replicas, gpu, llm, " +
    "tensor_parallel_size, power_cap_w, clock_mhz}; null: all alike",
);
