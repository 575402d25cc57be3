import { z } from "zod";
import { pause } from "./keys.ts";

export const cancellations = z.strictObject({
  share: z.number().positive().max(1).describe("Of the requests, whose client may cancel"),
  after_s: pause.describe(
    "From a request's arrival until its client cancels, if it still waits then: seconds, or " +
      "{mean, std} (exponential without std, else lognormal)",
  ),
});
