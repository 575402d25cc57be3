import { assert } from "../assert.ts";
import type { Request } from "../request.ts";
import type { RequestList } from "../requestList.ts";
import type { SchedulingPolicy } from "./schedulingPolicies.ts";

/** Who gives way where the KV cache is full: the first by the policy, else the one admitted last. */
export function firstToYield(running: RequestList, policy: SchedulingPolicy | undefined): Request {
  let victim = running.last;
  assert(victim !== undefined, "nobody is left to preempt");
  if (policy?.yieldsBefore === undefined) return victim;
  for (const request of running) if (policy.yieldsBefore(request, victim)) victim = request;
  return victim;
}
