import { z } from "zod";
import { positive, unset, withinReason } from "./keys.ts";
import { serviceLevels } from "./serviceLevels.ts";

const requestClass = z.strictObject({
  name: z.string().min(1).describe("As reports, and a trace's column `class`, call it"),
  share: unset(positive.max(1e12)).describe(
    "How many requests are of it, beside the shares of the others; null: 1",
  ),
  priority: z
    .int()
    .min(-1e9)
    .max(1e9)
    .default(0)
    .describe("The lower, the earlier it is served, with engine.scheduling_policy priority"),
  tenant: unset(z.string().min(1)).describe("Who pays, where a trace does not say it"),
  slo: unset(serviceLevels).describe("In place of the scenario's whole slo"),
  timeout_s: unset(withinReason).describe("In place of workload.timeout_s"),
});

/** Kinds of requests; each name once. */
export const classes = z
  .array(requestClass)
  .min(1)
  .superRefine((all, context) => {
    for (const [index, { name }] of all.entries()) {
      const first = all.findIndex((other) => other.name === name);
      if (first === index) continue;
      const message = `"${name}" is the name of two classes`;
      context.addIssue({ code: "custom", path: [index, "name"], message });
    }
  });

export type ClassFile = z.output<typeof requestClass>;
