import { z } from "zod";
import { datasetIds } from "../../workloads/datasets.ts";
import { arrivalsSchema } from "./arrivalSchema.ts";
import { cancellations } from "./cancellationSchema.ts";
import { classes } from "./classSchema.ts";
import { count, positive, unset, withinReason } from "./keys.ts";
import { sessions, sharedPrefix } from "./sharingSchema.ts";
import { traceSchema } from "./traceSchema.ts";

const tokens = count.describe("Tokens");
const mean = positive.describe("Mean, in tokens");

const lengths = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("fixed"), tokens }),
    z.strictObject({ kind: z.literal("uniform"), min: tokens, max: tokens }),
    z.strictObject({
      kind: z.literal("lognormal"),
      mean,
      p99: positive.optional().describe("99th percentile; this or std"),
      std: positive.optional().describe("Standard deviation; this or p99"),
    }),
    z.strictObject({ kind: z.literal("exponential"), mean }),
    z.strictObject({
      kind: z.literal("pareto"),
      alpha: z.number().gt(1).describe("Tail index; the smaller, the heavier"),
      mean,
    }),
    z.strictObject({
      kind: z.literal("empirical"),
      path: z.string().min(1).optional().describe("A trace file; this or dataset"),
      dataset: z.string().min(1).optional().describe("A built-in data set; this or path"),
    }),
  ])
  .superRefine((law, context) => {
    const complaint = lengthProblem(law);
    if (complaint !== undefined) context.addIssue({ code: "custom", ...complaint });
  });

interface LengthLaw {
  readonly kind: string;
  readonly min?: number;
  readonly max?: number;
  readonly p99?: number | undefined;
  readonly std?: number | undefined;
  readonly path?: string | undefined;
  readonly dataset?: string | undefined;
}

function lengthProblem(law: LengthLaw): { path: string[]; message: string } | undefined {
  const { kind, min = 0, max = 0 } = law;
  if (kind === "uniform" && min > max) {
    return { path: ["min"], message: `min ${min} is above max ${max}` };
  }
  if (kind === "lognormal" && (law.p99 === undefined) === (law.std === undefined)) {
    return { path: [], message: "lognormal takes the mean and one of p99 and std" };
  }
  if (kind === "empirical" && (law.path === undefined) === (law.dataset === undefined)) {
    return { path: [], message: "empirical takes one of path and dataset" };
  }
  return undefined;
}

/** Who asks what, when: a trace, a data set, or arrivals x lengths. */
export const workloadSchema = z.strictObject({
  trace: unset(traceSchema).describe("Replay a trace file"),
  dataset: unset(z.string().min(1)).meta({
    description:
      "A built-in data set (tokenwatt list workloads); its own arrivals unless `arrivals` is given",
    examples: [...datasetIds()],
  }),
  arrivals: unset(arrivalsSchema),
  lengths: unset(
    z.strictObject({
      input: lengths.describe("Prompt lengths"),
      output: lengths.describe("Output lengths"),
    }),
  ).describe(
    "How long prompts and outputs are; goes with `arrivals`. Drawn apart, but where both are " +
      "empirical of one source: then together, as they are there",
  ),
  shared_prefix: unset(sharedPrefix).describe(
    "Each request, or conversation, begins with one of a few system prompts",
  ),
  sessions: unset(sessions).describe(
    "Conversations, of the users of a closed_loop or begun as arrivals say: each turn repeats all " +
      "that was said before it, and num_requests counts turns",
  ),
  classes: unset(classes).describe(
    "Kinds of requests, drawn by their shares or named by a trace's column `class`",
  ),
  timeout_s: unset(withinReason).describe(
    "From arrival until the client gives up, answered or not; null: it waits for ever",
  ),
  cancellations: unset(cancellations).describe(
    "Clients that close the connection before they have their answer",
  ),
  max_concurrency: unset(count.max(1e6)).describe(
    "Requests in flight over all replicas, at most: the others wait at the client, and their " +
      "latency counts from when they are sent (vLLM bench's --max-concurrency); null: no limit",
  ),
  num_requests: unset(count.max(1e12)).describe(
    "Issued in total; null: 1000, a trace: all, or by duration_s",
  ),
  duration_s: unset(withinReason).describe("End the run at this simulated time"),
});

export type WorkloadFile = z.output<typeof workloadSchema>;
export type LengthsFile = z.output<typeof lengths>;
