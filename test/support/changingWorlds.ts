import fc from "fast-check";
import type { Change, TimedChange } from "../../sim/changes/change.ts";
import type { RequestRecord } from "../../sim/request.ts";
import type { RunRecord } from "../../sim/runRecord.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { specsOf } from "./smallPrompts.ts";
import { configOf, type SmallWorld, smallWorld } from "./smallWorlds.ts";
import { listed, stepModel } from "./world.ts";

/** A change as plain data, so that a failure can be read. */
export type SmallChange =
  | { readonly kind: "stepModel"; readonly stepS: number; readonly lowW: number }
  | Exclude<Change, { kind: "stepModel" }>;

interface SmallTimedChange {
  readonly gapS: number;
  readonly change: SmallChange;
}

const mostReplicas = 4;

const smallChange: fc.Arbitrary<SmallChange> = fc.oneof(
  fc.record({
    kind: fc.constant("stepModel" as const),
    stepS: fc.constantFrom(0.008, 0.01, 0.015),
    lowW: fc.constantFrom(150, 300),
  }),
  fc.record({
    kind: fc.constant("rate" as const),
    factor: fc.constantFrom(0.3, 0.5, 1, 2, 10),
  }),
  fc.record({
    kind: fc.constant("replicas" as const),
    replicas: fc.integer({ min: 1, max: mostReplicas }),
  }),
  fc.record({ kind: fc.constant("prefixCaching" as const), isOn: fc.boolean() }),
);

const smallTimedChange: fc.Arbitrary<SmallTimedChange> = fc.record({
  gapS: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 2, noNaN: true })),
  change: smallChange,
});

/** Any small world, in which anything may change now and then. */
export const changingWorld = fc.record({
  small: smallWorld,
  changes: fc.array(smallTimedChange, { maxLength: 8 }),
});

export type ChangingWorld = typeof changingWorld extends fc.Arbitrary<infer Value> ? Value : never;

/** Each price once: the same one changes nothing. */
export function changer(small: SmallWorld): (change: SmallChange) => Change {
  const models = new Map<string, ReturnType<typeof stepModel>>();
  return (change) => {
    if (change.kind !== "stepModel") return change;
    const { stepS, lowW } = change;
    const name = `${stepS} ${lowW}`;
    const model = models.get(name) ?? stepModel({ ...small, stepS, lowW });
    models.set(name, model);
    return { kind: "stepModel", stepModel: model };
  };
}

/** Without what scenarios refuse: a static batch that isn't full waits for those who come later. */
export function timedOf({ small, changes }: ChangingWorld): TimedChange[] {
  const change = changer(small);
  let atS = 0;
  return changes.flatMap(({ gapS, change: asked }) => {
    atS += gapS;
    const isOfStatic = asked.kind !== "replicas" && asked.kind !== "prefixCaching";
    return small.scheduler !== "static" || isOfStatic ? [{ atS, change: change(asked) }] : [];
  });
}

/** Replicas beyond those of the small world are off at first; requests end before the horizon, as scenarios' do. */
export function changingConfig(
  { small }: Pick<ChangingWorld, "small">,
  timed: readonly TimedChange[] | undefined,
): SimulationConfig {
  const config = configOf(small);
  const specs = specsOf(small);
  const { horizonS = Number.POSITIVE_INFINITY } = config;
  const [replica] = config.replicas;
  if (timed === undefined || replica === undefined) {
    return { ...config, source: listed(specs.filter(({ arrivalS }) => arrivalS < horizonS)) };
  }
  return {
    ...config,
    source: listed(specs),
    replicas: Array.from({ length: mostReplicas }, () => replica),
    changes: { timed, replicas: small.replicas },
  };
}

export function changing(config: SimulationConfig) {
  const records: (RequestRecord & { endS: number })[] = [];
  const runs: RunRecord[] = [];
  const simulation = new Simulation({
    ...config,
    onRequestEnd: (record) => records.push({ ...record, endS: simulation.nowS }),
    onRun: (run) => runs.push(run),
  });
  return { simulation, records, runs };
}

export function changed(config: SimulationConfig) {
  const { simulation, ...seen } = changing(config);
  return { totals: simulation.run(), ...seen };
}
