import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import { Simulation } from "../../sim/simulation.ts";
import { replay } from "../../workloads/replay.ts";
import { reusablePrefixRatio } from "../../workloads/reusablePrefix.ts";
import { replica, stepModel, world } from "../support/world.ts";
import { noTraces, trace } from "./traces.ts";

/** A prompt of 126,195 tokens takes less. */
const apartS = 10;

test.skipIf(noTraces)(
  "an engine that forgets nothing, asked one by one, reuses what Mooncake's conversations have in common (skipped where the traces are not at hand)",
  () => {
    const columns = trace("mooncake_conversation_trace.jsonl.gz");
    let atS = 0;
    const quick = { prefillTokenS: 1e-6, prefillPairS: 1e-13 };
    const config = replica({
      stepModel: stepModel(quick),
      cachesPrefixes: true,
      batcher: chunkedPrefill({ maxSeqs: 1, maxBatchedTokens: 131_072 }),
      // All prompts and answers together.
      kvBlocks: 12_000_000,
      maxModelLen: 131_072,
    });
    const { tokens, requests } = new Simulation(
      world([], {
        source: replay(columns, { arrivals: { nextS: () => (atS += apartS) } }),
        replicas: [config],
      }),
    ).run();
    expect(requests.completed).toBe(columns.promptTokens.length);
    const hitRatio = tokens.cachedPrompt / tokens.scheduledPrompt;
    expect(Math.abs(hitRatio - (reusablePrefixRatio(columns) ?? 0))).toBeLessThan(0.01);
    expect(tokens.computedPrompt).toBe(tokens.input - tokens.cachedPrompt);
  },
);
