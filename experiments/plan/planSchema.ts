import { z } from "zod";
import { count, notNegative, positive, unset } from "../scenario/keys.ts";
import { serviceLevels } from "../scenario/serviceLevels.ts";
import { withoutRequired } from "../sweep/sweepSchema.ts";

const values = z.array(z.unknown()).min(1);

const objectives = ["energy", "carbon", "cost", "gpus"] as const;
export type Objective = (typeof objectives)[number];

export const percentiles = ["p50", "p90", "p95", "p99"] as const;

const promise = serviceLevels.extend({
  percentile: z
    .enum(percentiles)
    .default("p99")
    .describe("Which percentile of the requests must be within each limit"),
});

export type Promised = z.output<typeof promise>;

const price = z
  .union([
    notNegative,
    z.strictObject({
      capex: notNegative.describe("Money for a GPU, with its share of the node"),
      lifetime_years: positive.describe("Until it is written off; it is paid for all that time"),
    }),
  ])
  .describe("Money per GPU and hour, or {capex, lifetime_years}");

/** A plan file: a scenario, what may be chosen in it, what it must keep and what it shall save. */
export const planSchema = z.strictObject({
  base: z.record(z.string(), z.unknown()).describe("A scenario; what all choices share"),
  choices: z
    .record(z.string(), values)
    .optional()
    .describe("path.to.key: [values]; every combination is a choice, the last path varies fastest"),
  zip: z
    .record(z.string(), values)
    .optional()
    .describe("path.to.key: [values]; lists of one length, whose values are chosen together"),
  slo: promise.optional().describe("What the deployment must keep; left out: base's slo, at P99"),
  objective: z.enum(objectives).default("energy").describe("What the best has least of"),
  find: z
    .enum(["replicas", "rate", "none"])
    .nullable()
    .default(null)
    .describe(
      "replicas: the fewest that keep the slo; rate: the highest at which it is kept; none: each " +
        "choice as it is. null: replicas, or none where cluster.replicas is chosen or there is no slo",
    ),
  max_replicas: unset(count.max(4096)).describe("The most replicas that are tried; null: 64"),
  power_budget_w: unset(positive).describe(
    "What GPUs and hosts of the rack may draw over a second, cooling apart; null: no limit",
  ),
  gpu_price_per_hour: z
    .record(z.string(), price)
    .default({})
    .describe("By cluster.gpu, in place of site.gpu_price_per_hour"),
});

export type PlanInput = z.output<typeof planSchema>;

/** JSON Schema of a plan file: any key of the base may come from the choices. */
export function planJsonSchema(): z.core.JSONSchema.JSONSchema {
  const schema = z.toJSONSchema(planSchema, { io: "input" });
  return { ...schema, properties: { ...schema.properties, base: withoutRequired() } };
}
