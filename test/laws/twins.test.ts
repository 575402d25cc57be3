import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RequestRecord } from "../../sim/request.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import type { RunTotals } from "../../sim/totals.ts";
import { configOf, type SmallWorld, smallWorld } from "../support/smallWorlds.ts";

interface Outcome {
  readonly records: readonly RequestRecord[];
  readonly totals: RunTotals;
}

function outcome(world: SmallWorld, change: Partial<SimulationConfig>): Outcome {
  const records: RequestRecord[] = [];
  const onRequestEnd = (record: RequestRecord) => records.push(record);
  const totals = new Simulation({ ...configOf(world), onRequestEnd, ...change }).run();
  // Of ends on two replicas at once, the last digit of sums decides which comes first.
  const byReplica = records.toSorted((a, b) => (a.replica ?? -1) - (b.replica ?? -1));
  return { records: byReplica, totals };
}

const near = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(
    tolerance * Math.max(1, Math.abs(expected)),
  );

describe("macro-steps equal single steps", () => {
  test("in completions, order on each replica, preemptions, tokens; times to 1e-9, joules to 1e-5", () => {
    fc.assert(
      fc.property(smallWorld, (world) => {
        const macro = outcome(world, {});
        const single = outcome(world, { macroSteps: false });
        expect(
          macro.records.map(({ id, status, outputTokens }) => [id, status, outputTokens]),
        ).toEqual(single.records.map(({ id, status, outputTokens }) => [id, status, outputTokens]));
        expect(macro.totals.preemptions).toBe(single.totals.preemptions);
        expect(macro.totals.tokens).toEqual(single.totals.tokens);
        expect(macro.totals.steps).toBe(single.totals.steps);
        near(macro.totals.energy.gpuJ, single.totals.energy.gpuJ, 1e-5);
        for (const [i, record] of macro.records.entries()) {
          const twin = single.records[i];
          near(record.e2eS ?? 0, twin?.e2eS ?? 0, 1e-9);
          near(record.ttftS ?? 0, twin?.ttftS ?? 0, 1e-9);
          near(record.energyJ, twin?.energyJ ?? 0, 1e-5);
        }
        const itl = macro.totals.latency.itlS;
        const twinItl = single.totals.latency.itlS;
        expect(itl?.count).toBe(twinItl?.count);
        for (const key of ["mean", "p50", "p99"] as const)
          near(itl?.[key] ?? 0, twinItl?.[key] ?? 0, 1e-9);
        near(macro.totals.kvPeakRatio, single.totals.kvPeakRatio, 1e-9);
      }),
      { numRuns: 500 },
    );
  });
});

test("a run advanced in slices equals a run in one go, to the digest", () => {
  fc.assert(
    fc.property(
      smallWorld,
      fc.array(fc.double({ min: 0, max: 20, noNaN: true })),
      (world, stops) => {
        const whole = outcome(world, {});
        const sliced = new Simulation(configOf(world));
        for (const untilS of [...stops].sort((a, b) => a - b)) {
          sliced.advance(untilS);
          sliced.snapshot();
        }
        expect(sliced.run()).toEqual(whole.totals);
      },
    ),
    { numRuns: 100 },
  );
});
