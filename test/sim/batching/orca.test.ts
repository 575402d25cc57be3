import { expect, test } from "vitest";
import type { BatchLimits } from "../../../sim/batching/chunkedPrefill.ts";
import { orca } from "../../../sim/batching/orca.ts";
import type { RequestSpec } from "../../../sim/ports.ts";
import type { SchedulingPolicyName } from "../../../sim/queue/schedulingPolicies.ts";
import { schedulingPolicies } from "../../../sim/queue/schedulingPolicies.ts";
import type { ReplicaConfig } from "../../../sim/replicaConfig.ts";
import { replica, request, world } from "../../support/world.ts";
import { oneSecondSteps, outcomeOf } from "../outcome.ts";
import { type Boundary, watched } from "./watched.ts";

/** Steps of 1 s, blocks of one token; what the policy did at each second, and what came of it. */
function scheduled(
  specs: readonly RequestSpec[],
  limits: Partial<BatchLimits> = {},
  overrides: Partial<ReplicaConfig> = {},
) {
  const boundaries: Boundary[] = [];
  const batcher = watched(orca({ maxSeqs: 8, maxBatchedTokens: 64, ...limits }), boundaries);
  const config = replica({ stepModel: oneSecondSteps, blockSize: 1, batcher, ...overrides });
  return { boundaries, ...outcomeOf(world(specs, { replicas: [config] })) };
}

test("a whole prompt joins the step of those who decode, who do not wait for it", () => {
  const { boundaries, records, totals } = scheduled([request(0, 4, 4), request(0.5, 40, 2)]);
  expect(boundaries).toEqual([
    { atS: 0, decodes: 0, prefills: { 0: 4 }, preempted: [] },
    { atS: 1, decodes: 1, prefills: { 1: 40 }, preempted: [] },
    { atS: 2, decodes: 2, prefills: {}, preempted: [] },
    { atS: 3, decodes: 1, prefills: {}, preempted: [] },
  ]);
  expect(records.map(({ ttftS }) => ttftS)).toEqual([1, 1.5]);
  expect(totals.latency.itlS).toMatchObject({ count: 4, mean: 1 });
});

test("prompts of a step share a budget of their own, and nobody overtakes one that it has no room for", () => {
  const { records } = scheduled([request(0, 4, 4), request(0, 8, 1), request(0, 1, 1)], {
    maxBatchedTokens: 8,
  });
  expect(records.map(({ queueS }) => queueS)).toEqual([0, 1, 2]);
});

test("nobody is admitted in a step that preempted", () => {
  // At 2 s the cache is full; 3 blocks of the second would take the third prompt.
  const specs = [request(0, 4, 4), request(0, 3, 4), request(1.5, 1, 1)];
  const { boundaries, totals } = scheduled(specs, {}, { kvBlocks: 10, maxModelLen: 10 });
  expect(totals.preemptions).toBe(1);
  const [preempting] = boundaries.filter(({ preempted }) => preempted.length > 0);
  expect(preempting).toMatchObject({ atS: 2, decodes: 1, prefills: {} });
});

test.each<[SchedulingPolicyName, readonly number[]]>([
  ["fcfs", [0, 1, 2]],
  ["shortest_input", [2, 0, 1]],
])("by %s those who wait are admitted in this order", (name, places) => {
  const specs = [request(0, 9, 1), request(0, 2, 1), request(0, 5, 1)];
  const { records } = scheduled(specs, { maxSeqs: 1 }, { policy: schedulingPolicies[name] });
  expect(records.map(({ queueS }) => queueS)).toEqual(places);
});
