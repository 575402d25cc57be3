import { z } from "zod";
import type { ServiceLevels } from "../../sim/metrics/recorder.ts";
import { positive, seconds, unset } from "./keys.ts";

export const serviceLevels = z.strictObject({
  ttft_ms: unset(positive).describe("Time to first token, at most"),
  tpot_ms: unset(positive).describe("Time per output token after the first, at most"),
  e2e_ms: unset(positive).describe("Time from arrival to the last token, at most"),
});

export function serviceLevelsSpec(levels: z.output<typeof serviceLevels>): ServiceLevels {
  return {
    ttftS: seconds(levels.ttft_ms),
    tpotS: seconds(levels.tpot_ms),
    e2eS: seconds(levels.e2e_ms),
  };
}
