import fc from "fast-check";
import type { BatcherName } from "../../sim/batching/batchers.ts";
import type { SchedulingPolicyName } from "../../sim/queue/schedulingPolicies.ts";

export interface SmallRequest {
  readonly gapS: number;
  /** Beside the text and the conversation that it begins with. */
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** The shared text that its prompt begins with, by its place in textTokens. */
  readonly text?: number | undefined;
  /** It goes on with all that was said before in this conversation. */
  readonly conversation?: number | undefined;
  readonly classId?: number | undefined;
  readonly tenant?: string | undefined;
  readonly cancelAfterS?: number | undefined;
}

interface SmallClass {
  readonly priority: number;
  readonly timeoutS: number | undefined;
  readonly ttftS: number | undefined;
}

/** Everything that decides a random small world, as plain data, so that a failure can be read. */
export interface SmallWorld {
  readonly requests: readonly SmallRequest[];
  readonly replicas: number;
  readonly scheduler: BatcherName;
  readonly policy: SchedulingPolicyName;
  readonly maxSeqs: number;
  readonly maxBatchedTokens: number;
  readonly kvBlocks: number;
  readonly blockSize: number;
  readonly watermarkBlocks: number;
  readonly swaps: boolean;
  readonly cachesPrefixes: boolean;
  readonly textTokens: readonly number[];
  /** 0: no speculation. */
  readonly draftTokens: number;
  /** Emitted tokens go round from 1 to all, or are drawn. */
  readonly acceptance: "even" | "drawn";
  readonly sequences: { readonly decoded: number; readonly returned: number } | undefined;
  readonly classes: readonly SmallClass[] | undefined;
  readonly timeoutS: number | undefined;
  readonly maxWaiting: number | undefined;
  readonly windowTokens: number;
  readonly kinkS: number;
  readonly contextTokenS: number;
  readonly frontEndS: number;
  readonly horizonS: number | undefined;
  readonly leastLoaded: boolean;
}

const seldom = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });

const gapS = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2, noNaN: true }));
const classId = fc.constantFrom(undefined, 0, 1);
const tenant = fc.constantFrom(undefined, "ada", "bob");
const cancelAfterS = seldom(fc.double({ min: 0.01, max: 2, noNaN: true }));

const ofItsOwn: fc.Arbitrary<SmallRequest> = fc.record({
  gapS,
  promptTokens: fc.integer({ min: 1, max: 150 }),
  outputTokens: fc.integer({ min: 1, max: 120 }),
  text: fc.constantFrom(undefined, 0, 1),
  classId,
  tenant,
  cancelAfterS,
});

const turn: fc.Arbitrary<SmallRequest> = fc.record({
  gapS,
  promptTokens: fc.integer({ min: 1, max: 25 }),
  outputTokens: fc.integer({ min: 1, max: 40 }),
  conversation: fc.constantFrom(0, 1),
  classId,
  tenant,
  cancelAfterS,
});

const smallClass: fc.Arbitrary<SmallClass> = fc.record({
  priority: fc.integer({ min: 0, max: 2 }),
  timeoutS: seldom(fc.double({ min: 0.02, max: 2, noNaN: true })),
  ttftS: fc.option(fc.constant(0.5), { nil: undefined }),
});

/** Half of the worlds are plain in this respect. */
const rarely = fc.constantFrom(false, false, true);

export const smallWorldParts = {
  requests: fc.array(fc.oneof({ weight: 2, arbitrary: ofItsOwn }, { weight: 1, arbitrary: turn }), {
    minLength: 1,
    maxLength: 25,
  }),
  replicas: fc.integer({ min: 1, max: 3 }),
  scheduler: fc.constantFrom<BatcherName>(
    "chunked_prefill",
    "chunked_prefill",
    "continuous",
    "continuous",
    "orca",
    "static",
  ),
  policy: fc.constantFrom<SchedulingPolicyName>("fcfs", "fcfs", "priority", "shortest_input"),
  maxSeqs: fc.integer({ min: 1, max: 8 }),
  maxBatchedTokens: fc.integer({ min: 8, max: 300 }),
  kvBlocks: fc.integer({ min: 20, max: 80 }),
  blockSize: fc.constantFrom(1, 4, 16),
  watermarkBlocks: fc.constantFrom(0, 0, 1, 2),
  swaps: fc.boolean(),
  cachesPrefixes: rarely,
  textTokens: fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 60 })),
  draftTokens: fc.constantFrom(0, 0, 0, 1, 3),
  acceptance: fc.constantFrom("even" as const, "drawn" as const),
  sequences: seldom(
    fc
      .record({ decoded: fc.integer({ min: 1, max: 3 }), returned: fc.integer({ min: 1, max: 3 }) })
      .filter(({ decoded, returned }) => returned <= decoded),
  ),
  classes: fc.option(fc.tuple(smallClass, smallClass), { nil: undefined }),
  timeoutS: seldom(fc.double({ min: 0.02, max: 2, noNaN: true })),
  maxWaiting: seldom(fc.integer({ min: 1, max: 4 })),
  windowTokens: fc.constantFrom(Number.POSITIVE_INFINITY, 40, 7),
  kinkS: fc.constantFrom(Number.POSITIVE_INFINITY, 0.0108),
  contextTokenS: fc.constantFrom(0, 1e-6, 1e-4),
  frontEndS: fc.constantFrom(0, 0.015),
  horizonS: fc.oneof(fc.constant(undefined), fc.double({ min: 0.1, max: 8, noNaN: true })),
  leastLoaded: fc.boolean(),
};

/** The same world without what its scheduler cannot do, as scenarios refuse it. */
export function possible(world: SmallWorld): SmallWorld {
  const { scheduler, maxSeqs } = world;
  const isStatic = scheduler === "static";
  const swaps = world.swaps && scheduler === "continuous";
  return {
    ...world,
    swaps,
    watermarkBlocks: isStatic ? 0 : world.watermarkBlocks,
    cachesPrefixes: world.cachesPrefixes && !isStatic,
    draftTokens: isStatic ? 0 : world.draftTokens,
    sequences: isStatic || swaps ? world.sequences : undefined,
    // A queue shorter than a static batch never fills it.
    maxWaiting: isStatic && world.maxWaiting !== undefined ? maxSeqs : world.maxWaiting,
  };
}
