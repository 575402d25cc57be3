import { z } from "zod";
import { gbPerS, notNegative, outageS, unset, withinReason } from "./keys.ts";

const outage = z.strictObject({
  replica: z.int().min(0).describe("Its number, from 0 on; pools in their order"),
  from_s: notNegative.max(1e12).describe("Seconds after the start"),
  for_s: outageS.describe("Seconds until it is back, or loads its weights"),
});

/** Replicas that go down and come back. */
export const failuresSchema = unset(
  z.strictObject({
    outages: unset(z.array(outage).min(1)).describe("When which replica is down"),
    mtbf_s: unset(withinReason).describe(
      "In place of outages: mean seconds, exponential, until a replica that is up fails; of each",
    ),
    mttr_s: unset(outageS).describe("Mean seconds, exponential, until it is repaired"),
    load_gb_per_s: unset(gbPerS).describe(
      "10^9 bytes a second at which a repaired replica loads its weights; null: the times above hold it",
    ),
    down_power_w: unset(notNegative).describe(
      "Watts of each GPU of a replica that is down; null: those of the GPU without a context",
    ),
  }),
).describe(
  "Replicas fail: the step in flight and all KV caches are lost, and requests begin anew elsewhere; null: never",
);
