import { z } from "zod";
import { scenarioJsonSchema } from "../scenario/schema.ts";
import { memberOf } from "../scenario/schemaTree.ts";

const block = z.record(z.string(), z.unknown());
const values = z.array(z.unknown()).min(1);

/** A sweep file; what its paths and values may be is checked with the scenario that they go into. */
export const sweepSchema = z.strictObject({
  base: block.describe("A scenario; what every point shares"),
  grid: z
    .record(z.string(), values)
    .optional()
    .describe("path.to.key: [values]; every combination is a point, the last path varies fastest"),
  zip: z
    .record(z.string(), values)
    .optional()
    .describe("path.to.key: [values]; lists of one length, whose values go together"),
  replications: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(1)
    .describe("Runs of each point, with the seeds seed/1, seed/2, …; 1: the seed itself"),
});

export type SweepInput = z.output<typeof sweepSchema>;

/** JSON Schema of a sweep file: any key of the base may come from the grid. */
export function sweepJsonSchema(): z.core.JSONSchema.JSONSchema {
  const schema = z.toJSONSchema(sweepSchema, { io: "input" });
  return { ...schema, properties: { ...schema.properties, base: withoutRequired() } };
}

/** Of a scenario of which other parts of the file may give any key. */
export function withoutRequired(): z.core.JSONSchema.JSONSchema {
  const { $schema: _, ...base } = optional(scenarioJsonSchema());
  return base;
}

/** At the top and in the blocks below it, which is where the grid reaches. */
function optional(schema: z.core.JSONSchema.JSONSchema): z.core.JSONSchema.JSONSchema {
  const { required: _, ...rest } = schema;
  if (memberOf(schema, "properties") === undefined) return rest;
  const inner = Object.entries(schema.properties ?? {}).map(([key, node]) => [
    key,
    typeof node === "object" ? optional(node) : node,
  ]);
  return { ...rest, properties: Object.fromEntries(inner) };
}
