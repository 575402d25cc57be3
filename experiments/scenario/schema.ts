import { z } from "zod";
import { siteDefaults } from "../../models/facility.ts";
import { gpuIds } from "../../models/gpuCatalogue.ts";
import { llmIds } from "../../models/llmCatalogue.ts";
import type { RouterName } from "../../sim/routing/routers.ts";
import { engineSchema } from "./engineSchema.ts";
import { failuresSchema } from "./failureSchema.ts";
import { count, notNegative, positive, unset } from "./keys.ts";
import { kvLinkSchema, poolsSchema } from "./poolSchema.ts";
import { serviceLevels } from "./serviceLevels.ts";
import { workloadSchema } from "./workloadSchema.ts";

const cluster = z.strictObject({
  gpu: z.string().min(1).meta({
    description: "Catalogue id (tokenwatt list gpus), or a path to a GPU file",
    examples: gpuIds(),
  }),
  replicas: count.max(100_000).default(1).describe("Engines behind the router"),
  tensor_parallel_size: count.default(1).describe("GPUs that share each layer of one replica"),
  pipeline_parallel_size: count
    .max(64)
    .default(1)
    .describe(
      "Stages of one replica, each with its part of the layers on tensor_parallel_size GPUs",
    ),
  data_parallel_size: count
    .max(1024)
    .default(1)
    .describe(
      "Ranks of one replica, each with a queue, a KV cache and limits of its own; of a network with " +
        "experts, which they share, all step together",
    ),
  enable_expert_parallel: z
    .boolean()
    .default(false)
    .describe(
      "Spread whole experts over the GPUs of a replica, those of all ranks; else each GPU has a part of every one",
    ),
  routing_skew: z
    .number()
    .min(0)
    .max(10)
    .default(0)
    .describe(
      "How unevenly routers choose experts: standard deviation over mean of how often each of a layer is " +
        "chosen. With enable_expert_parallel all GPUs wait for the busiest; 0: all experts as often",
    ),
  standby_gpus: z
    .int()
    .min(0)
    .max(100_000)
    .default(0)
    .describe(
      "GPUs of the node that are powered but hold no CUDA context: their joules are booked as " +
        "idle, and they count in every gpu_* figure",
    ),
  power_cap_w: unset(positive).describe("Watts that each GPU may draw; null: its own limit"),
  clock_mhz: unset(positive).describe("SM clock at which each GPU is locked; null: not locked"),
  calibration: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("Calibration file whose constants win over the catalogue's; null: the catalogue's"),
  router: z
    .enum([
      "least_loaded",
      "round_robin",
      "random",
      "power_of_two",
      "prefix_aware",
      "session",
    ] satisfies RouterName[])
    .default("least_loaded")
    .describe("Which replica takes a request (tokenwatt list routers)"),
  load_signal_age_s: unset(positive).describe(
    "Routers that look at loads ask for them when a request comes and what they know is so many " +
      "seconds old; null: they always know",
  ),
  pools: poolsSchema,
  kv_link: kvLinkSchema,
  failures: failuresSchema,
});

const host = z
  .union([z.enum(["auto", "none"]), z.strictObject({ idle_w: notNegative, active_w: notNegative })])
  .default("auto")
  .describe(
    "CPUs, memory and fans. auto: the catalogue's, unknown where it has none; none: not counted; " +
      "{idle_w, active_w}: watts for each GPU, idle and with a step in flight",
  );

const site = z.strictObject({
  pue: z
    .number()
    .min(1)
    .default(siteDefaults.pue.value)
    .describe("Facility joules per joule of IT equipment"),
  carbon_g_per_kwh: notNegative
    .default(siteDefaults.carbonGPerKwh.value)
    .describe("Grams of CO2-equivalent per kWh"),
  price_per_kwh: notNegative
    .default(siteDefaults.pricePerKwh.value)
    .describe("Money per kWh, in `currency`"),
  gpu_price_per_hour: unset(notNegative).describe(
    "Money per GPU and hour; null: unknown, and cost.total with it; 0: energy alone",
  ),
  currency: z.string().min(1).default("USD").describe("Name of the money"),
  host,
});

/** Where a scenario names none. */
export const defaultSeed = "42";

/** A scenario file: snake_case, every default filled in. */
export const scenarioSchema = z.strictObject({
  name: unset(z.string().min(1)).describe("Shown in reports; null: the file's name"),
  seed: z
    .union([z.string().min(1), z.number()])
    .default(defaultSeed)
    .describe("Fixes every random draw; string or number"),
  llm: z.string().min(1).meta({
    description: "Hugging Face id (tokenwatt list llms), or a path to a config.json or its folder",
    examples: llmIds(),
  }),
  cluster,
  engine: engineSchema.prefault({}).describe("vLLM's own argument names; kebab-case is accepted"),
  workload: workloadSchema,
  slo: serviceLevels.prefault({}).describe("Limits that a request must meet to count in goodput"),
  site: site.prefault({}).describe("From joules to facility, carbon and money"),
});

export type ScenarioFile = z.output<typeof scenarioSchema>;
export type SchedulerName = NonNullable<ScenarioFile["engine"]["scheduler"]>;
/** As it may be written: what has a default may be left out. */
export type ScenarioInput = z.input<typeof scenarioSchema>;

/** JSON Schema of a scenario file, for editors and for finding the nearest key. */
export function scenarioJsonSchema() {
  return z.toJSONSchema(scenarioSchema, { io: "input" });
}
