import type { Router } from "../ports.ts";
import type { RandomSource } from "../random.ts";
import { leastLoaded } from "./leastLoaded.ts";
import { powerOfTwo } from "./powerOfTwo.ts";
import { prefixAware } from "./prefixAware.ts";
import { random } from "./random.ts";
import { roundRobin } from "./roundRobin.ts";
import { session } from "./session.ts";

/** Routers by the name that a scenario gives them. */
export const routers = {
  round_robin: roundRobin,
  least_loaded: leastLoaded,
  random,
  power_of_two: powerOfTwo,
  prefix_aware: prefixAware,
  session,
} as const satisfies Record<string, (source: RandomSource) => Router>;

export type RouterName = keyof typeof routers;
