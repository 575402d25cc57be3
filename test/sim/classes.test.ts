import { expect, test } from "vitest";
import { chunkedPrefill } from "../../sim/batching/chunkedPrefill.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import { schedulingPolicies } from "../../sim/queue/schedulingPolicies.ts";
import type { RequestClass, SimulationConfig } from "../../sim/simulationConfig.ts";
import { replica, request, world } from "../support/world.ts";
import { oneSecondSteps, outcomeOf } from "./outcome.ts";

/** Steps of 1 s that draw 300 W, one sequence at a time, the urgent first. */
const slow = replica({
  stepModel: oneSecondSteps,
  batcher: chunkedPrefill({ maxSeqs: 1, maxBatchedTokens: 4096 }),
  policy: schedulingPolicies.priority,
});

const chat: RequestClass = { name: "chat", priority: 0, serviceLevels: { ttftS: 2 }, timeoutS: 9 };
const batch: RequestClass = { name: "batch", priority: 5 };

/** Requests of 4 tokens that emit 2. */
const of = (classId: number | undefined, tenant?: string): RequestSpec => ({
  ...request(0, 4, 2),
  classId,
  tenant,
});

function served(specs: readonly RequestSpec[], run: Partial<SimulationConfig> = {}) {
  return outcomeOf(world(specs, { replicas: [slow], classes: [chat, batch], ...run }));
}

test("the lower its class's priority, the earlier a request is served; of none is as of 0", () => {
  const { records } = served([of(1), of(0), of(undefined), of(1), of(0)]);
  expect(records.map(({ queueS }) => queueS)).toEqual([6, 0, 2, 8, 4]);
});

test("each is held to the service levels of its class, else to the run's", () => {
  // First tokens of chat at 1, 3 and 5 s, of batch at 7 and 9 s.
  const specs = [of(0), of(0), of(0), of(1), of(1)];
  const { totals } = served(specs, { serviceLevels: { e2eS: 8 } });
  expect(totals.classes.map(({ name, requests }) => [name, requests.good])).toEqual([
    ["chat", 1],
    ["batch", 1],
  ]);
  expect(totals.requests.good).toBe(2);
});

test("a class waits as long as it says, else as long as the run says", () => {
  const specs = [of(0), of(0), of(0), of(0), of(0), of(1)];
  const { records } = served(specs, { timeoutS: 10.5 });
  // The fifth has its first token at 9 s, when it gives up; the sixth would have had two at 11 s.
  expect(records.map(({ status }) => status)).toEqual([
    ...["completed", "completed", "completed", "completed"],
    ...["timedOut", "timedOut"],
  ]);
  expect(records.map(({ outputTokens }) => outputTokens)).toEqual([2, 2, 2, 2, 1, 2]);
});

test("classes tell of their own requests, tokens, joules and latencies, empty ones of none", () => {
  const [first, second] = served([of(1), of(1)]).totals.classes;
  expect(first).toMatchObject({ name: "chat", outputTokens: 0, energyJ: 0 });
  expect(first?.latency.ttftS).toBeUndefined();
  expect(second).toMatchObject({ name: "batch", outputTokens: 4, energyJ: 1200 });
  expect(second?.requests).toMatchObject({ completed: 2, rejected: 0, timedOut: 0, good: 0 });
  expect(second?.latency.ttftS).toMatchObject({ count: 2, mean: 2 });
});

test("tenants pay for the joules of their requests, in the order in which they came", () => {
  const { totals } = served([of(0, "ada"), of(0, "bob"), of(0, "ada"), of(0)]);
  expect(totals.tenants.map(({ name, energyJ }) => [name, energyJ])).toEqual([
    ["ada", 1200],
    ["bob", 600],
  ]);
  expect(totals.energy.requestsJ).toBe(2400);
});

test("a class that is not there is our own mistake", () => {
  expect(() => served([of(2)])).toThrow("request class 2 of 2");
});
