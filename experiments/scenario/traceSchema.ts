import { z } from "zod";
import type { ColumnNames } from "../../workloads/importers/columnNames.ts";
import { traceFormats } from "../../workloads/importers/detect.ts";
import { count, known, notNegative, unset, withinReason } from "./keys.ts";

const name = z.string().min(1);
const columns = z
  .strictObject({
    arrival_s: name.optional().describe("Seconds from any moment"),
    arrival_ms: name.optional().describe("Milliseconds from any moment"),
    arrival_ns: name.optional().describe("Nanoseconds from any moment"),
    timestamp: name.optional().describe("A time like 2023-11-16 18:17:03.97, or seconds"),
    input_tokens: name.optional().describe("Tokens of the prompt"),
    output_tokens: name.optional().describe("Tokens of the answer; 0: a failed request"),
    tenant: name.optional().describe("Who pays"),
    class: name.optional().describe("One of workload.classes"),
  })
  .superRefine((names, context) => {
    const times = (["arrival_s", "arrival_ms", "arrival_ns", "timestamp"] as const).filter(
      (kind) => names[kind] !== undefined,
    );
    const [first, second] = times;
    if (second === undefined) return;
    const message = `${first} says already when requests come; give one of the two`;
    context.addIssue({ code: "custom", path: [second], message });
  });

export const traceSchema = z
  .strictObject({
    path: z.string().min(1).describe("Relative to this file; gzip is read as it is"),
    format: z
      .enum(["auto", ...traceFormats, "parquet", "servegen"])
      .default("auto")
      .describe(
        "auto: by what the file begins with; parquet: a table in such a file, which auto finds, " +
          "too; servegen is a folder of chunk files",
      ),
    columns: unset(columns).describe(
      "What a table, or the keys of JSON objects, call these; those left out have these names. " +
        "a.b is the key b of what stands under a",
    ),
    block_tokens: unset(count.max(1e6)).describe(
      "Tokens that one of hash_ids stands for; null: 512 (mooncake), 16 (vllm)",
    ),
    origin_s: unset(z.number().min(-1e12).max(1e12)).describe(
      "The time in the file, in seconds, at which the run begins (of dates: since the midnight before " +
        "the first); null: that of its first request. " +
        "0: what tokenwatt wrote is replayed with the digest of the run that it is of",
    ),
    rate_scale: withinReason.default(1).describe("2: the same requests in half the time"),
    from_s: notNegative
      .max(1e12)
      .default(0)
      .describe("Leave out what the trace has before; before rate_scale"),
    to_s: unset(withinReason).describe("Likewise from then on; null: to its end"),
    sample: z
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe("Take each request with this chance, drawn by the seed"),
    shuffle_lengths: z
      .boolean()
      .default(false)
      .describe("Draw which request comes when: the times stay, bursts lose their own lengths"),
    cap_to_context: z
      .boolean()
      .default(false)
      .describe("Cut prompts so that they fit max_model_len with their output"),
    limit: unset(count).describe("Take only the first rows of what is left"),
  })
  .superRefine(({ from_s, to_s }, context) => {
    if (to_s === null || from_s < to_s) return;
    const message = `to_s ${to_s} is not after from_s ${from_s}`;
    context.addIssue({ code: "custom", path: ["to_s"], message });
  })
  .superRefine(({ origin_s, from_s, to_s, sample, format }, context) => {
    if (origin_s === null) return;
    const parts = { from_s: from_s > 0, to_s: to_s !== null, sample: sample < 1 };
    const [part] = Object.entries(parts).find(([, isGiven]) => isGiven) ?? [];
    const message =
      format === "servegen"
        ? "requests of a servegen folder are drawn, and begin with the first"
        : `is of a whole trace; what ${part} chooses begins with its first request`;
    if (part === undefined && format !== "servegen") return;
    context.addIssue({ code: "custom", path: ["origin_s"], message });
  })
  .superRefine(({ format, columns }, context) => {
    if (columns === null || ["auto", "csv", "jsonl", "parquet"].includes(format)) return;
    const message = `a file of format ${format} has names of its own; columns go with csv, jsonl and parquet`;
    context.addIssue({ code: "custom", path: ["columns"], message });
  });

export type TraceKeys = z.output<typeof traceSchema>;

/** The importer's words for `columns`. */
function columnNames(columns: TraceKeys["columns"]): ColumnNames | undefined {
  if (columns === null) return undefined;
  return {
    arrivalS: columns.arrival_s,
    arrivalMs: columns.arrival_ms,
    arrivalNs: columns.arrival_ns,
    timestamp: columns.timestamp,
    inputTokens: columns.input_tokens,
    outputTokens: columns.output_tokens,
    tenant: columns.tenant,
    className: columns.class,
  };
}

/** What of the keys says which requests of the file are replayed, and how. */
export function chosenOf(keys: TraceKeys) {
  return {
    rateScale: keys.rate_scale,
    fromS: keys.from_s,
    toS: keys.to_s ?? Number.POSITIVE_INFINITY,
    sampleRatio: keys.sample,
    shufflesLengths: keys.shuffle_lengths,
    capsToContext: keys.cap_to_context,
    limit: known(keys.limit),
  };
}

export function traceJsonSchema(): z.core.JSONSchema.JSONSchema {
  return z.toJSONSchema(traceSchema, { io: "input" });
}

/** What of the keys says how to read the file. */
export function readingOf(keys: TraceKeys) {
  const { path, format, columns, block_tokens, origin_s, from_s, to_s } = keys;
  const originS = known(origin_s);
  return {
    path,
    format,
    columns: columnNames(columns),
    blockTokens: known(block_tokens),
    originS,
    span: { fromS: from_s, toS: to_s ?? Number.POSITIVE_INFINITY, originS },
  };
}
