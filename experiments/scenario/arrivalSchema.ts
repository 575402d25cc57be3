import { z } from "zod";
import { count, notNegative, pause, withinReason } from "./keys.ts";

const ratePerS = withinReason.describe("Requests per second, on average");
const burstiness = z
  .number()
  .min(1e-3)
  .max(1e6)
  .default(1)
  .describe("As vLLM's bench: gaps vary by 1 / sqrt(burstiness); 1: Poisson");
const hourWeights = z.array(notNegative.max(1e12)).length(24);

/** When requests come. */
export const arrivalsSchema = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("poisson"), rate_rps: ratePerS }),
    z.strictObject({
      kind: z.literal("gamma"),
      rate_rps: ratePerS,
      burstiness,
      rescale: z
        .boolean()
        .default(false)
        .describe(
          "Stretch all times so that the last of num_requests comes at num_requests / rate",
        ),
    }),
    z.strictObject({
      kind: z.literal("hyper_exponential"),
      rate_rps: ratePerS,
      cv: z.number().min(1).max(1e3).describe("Coefficient of variation of the gaps; 1: Poisson"),
    }),
    z.strictObject({ kind: z.literal("constant"), rate_rps: ratePerS }),
    z.strictObject({ kind: z.literal("all_at_once") }),
    z.strictObject({
      kind: z.literal("closed_loop"),
      concurrency: count.max(1e7).describe("Users, over all replicas; each waits for its answer"),
      think_time_s: pause
        .default(0)
        .describe("From an answer to the user's next request, in seconds or {mean, std}"),
    }),
    z.strictObject({
      kind: z.literal("on_off"),
      requests_per_burst: z.number().min(1).max(1e9).describe("Mean; their number is geometric"),
      burst_rate_rps: withinReason.describe("Requests per second within a burst"),
      pause_mean_s: withinReason.describe("From the last of a burst to the first of the next"),
      pause_min_s: notNegative.max(1e12).default(0).describe("What every pause has at least"),
    }),
    z.strictObject({
      kind: z.literal("diurnal"),
      rate_rps: withinReason.describe("Requests per second, on average over the day"),
      profile: z
        .union([z.literal("burstgpt"), hourWeights])
        .default("burstgpt")
        .describe("How busy each hour is beside the others, from midnight: burstgpt or 24 numbers"),
      start_hour: z.int().min(0).max(23).default(0).describe("The hour at which the run begins"),
      day_s: withinReason
        .min(1)
        .default(86_400)
        .describe("How long a day lasts; 3600: a day in an hour"),
      burstiness,
    }),
    z.strictObject({
      kind: z.literal("ramp"),
      start_rps: notNegative.max(1e12).describe("Requests per second at the start"),
      end_rps: withinReason.describe("Requests per second at the end, and from then on"),
      over_s: withinReason.describe("How long the rate moves"),
      strategy: z.enum(["linear", "exponential"]).default("linear"),
      burstiness,
    }),
    z.strictObject({
      kind: z.literal("stages"),
      stages: z
        .array(
          z.strictObject({
            rate_rps: notNegative.max(1e12).describe("Requests per second; 0: a pause"),
            duration_s: withinReason.describe("How long the stage lasts"),
          }),
        )
        .min(1)
        .describe("One after the other; after the last none comes any more"),
      burstiness,
    }),
  ])
  .superRefine((arrivals, context) => {
    const complaint = problemOf(arrivals);
    if (complaint !== undefined) context.addIssue({ code: "custom", ...complaint });
  })
  .describe("When requests come");

/** What the schema of each key alone can't say; the type would refer to itself. */
interface Arrivals {
  readonly kind: string;
  readonly pause_mean_s?: number;
  readonly pause_min_s?: number;
  readonly profile?: string | readonly number[];
  readonly start_rps?: number;
  readonly strategy?: string;
  readonly stages?: readonly { readonly rate_rps: number }[];
}

function problemOf(arrivals: Arrivals): { path: string[]; message: string } | undefined {
  const { pause_mean_s: mean = 1, pause_min_s: min = 0, profile, strategy } = arrivals;
  if (mean <= min) {
    return {
      path: ["pause_mean_s"],
      message: `pause_mean_s ${mean} is not above pause_min_s ${min}`,
    };
  }
  if (typeof profile === "object" && Math.max(...profile) === 0) {
    return { path: ["profile"], message: "no hour has any requests; expected a number above 0" };
  }
  if (arrivals.stages?.every(({ rate_rps }) => rate_rps === 0) === true) {
    return { path: ["stages"], message: "no stage has any requests; expected a rate above 0" };
  }
  if (strategy === "exponential" && arrivals.start_rps === 0) {
    const message = "a rate of 0 never grows exponentially; start above 0, or use linear";
    return { path: ["start_rps"], message };
  }
  return undefined;
}

export type ArrivalsFile = z.output<typeof arrivalsSchema>;
