import { z } from "zod";
import { count, notNegative, positive, withinReason } from "../scenario/keys.ts";
import type { Places } from "../scenario/problems.ts";

/** Of each change the one key that is otherwise from then on. */
const changeSchema = z
  .strictObject({
    at_s: notNegative.max(1e12).describe("Simulated seconds"),
    power_cap_w: z.exactOptional(positive.nullable()).describe("Per GPU; null: none"),
    rate_factor: z.exactOptional(withinReason).describe("Times the scenario's rate of arrivals"),
    replicas: z.exactOptional(count.max(100_000)).describe("How many take requests"),
    enable_prefix_caching: z.exactOptional(z.boolean()),
  })
  .superRefine((change, context) => {
    const [first, second] = changedKeys.filter((key) => change[key] !== undefined);
    if (first === undefined) {
      const message = `changes nothing: give one of ${changedKeys.join(", ")}`;
      context.addIssue({ code: "custom", path: [], message });
    } else if (second !== undefined) {
      const message = `${first} changes already; give ${second} a change of its own`;
      context.addIssue({ code: "custom", path: [second], message });
    }
  });

export const changesSchema = z.strictObject({ changes: z.array(changeSchema).min(1) });

export const changedKeys = [
  "power_cap_w",
  "rate_factor",
  "replicas",
  "enable_prefix_caching",
] as const;

export type ScenarioChange = z.output<typeof changeSchema>;

export interface ScenarioChanges {
  readonly list: readonly ScenarioChange[];
  readonly places: Places;
}

/** As "at 12.5 s power_cap_w 400". */
export function changeText(change: ScenarioChange): string {
  const key = changedKeys.find((name) => change[name] !== undefined);
  return `at ${change.at_s} s ${key} ${key === undefined ? "" : change[key]}`;
}
