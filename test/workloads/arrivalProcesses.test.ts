import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import type { ArrivalProcess } from "../../workloads/arrivals/arrivalProcess.ts";
import { type ArrivalSpec, arrivalProcess } from "../../workloads/arrivals/arrivalProcesses.ts";
import { gapsOf } from "./statistics.ts";

const stream = (seed = "1") => randomStreams(seed)("workload/arrivals");
const times = (arrivals: ArrivalProcess, count: number) =>
  Array.from({ length: count }, () => arrivals.nextS());

const rate = fc.double({ min: 1e-3, max: 1e4, noNaN: true });
const ratePerS = fc.record({ ratePerS: rate });
const profile = fc.record({
  gammaShape: fc.double({ min: 0.01, max: 100, noNaN: true }),
  binS: fc.double({ min: 0.1, max: 1000, noNaN: true }),
  ratesPerS: fc.tuple(rate, fc.constant(0), rate),
});
const bursts = fc.record({
  requestsPerBurst: fc.double({ min: 1, max: 50, noNaN: true }),
  gapsS: fc.constant({ ratios: [0, 0.5, 1], values: [0, 0.1, 2] }),
  pauseMinS: fc.double({ min: 0, max: 10, noNaN: true }),
  pauseMeanS: fc.double({ min: 11, max: 100, noNaN: true }),
});
const burstiness = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const gammas = fc.record({ ratePerS: rate, burstiness });
const hyper = fc.record({
  ratePerS: rate,
  cv: fc.oneof(fc.constant(1), fc.double({ min: 1, max: 1000, noNaN: true })),
});
const days = fc.record({
  ratePerS: rate,
  burstiness,
  startHour: fc.integer({ min: 0, max: 23 }),
  dayS: fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
});
const ramps = fc.record({
  startPerS: rate,
  endPerS: rate,
  overS: fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
  strategy: fc.constantFrom("linear", "exponential"),
  burstiness,
});
const spec: fc.Arbitrary<ArrivalSpec> = fc.oneof(
  ratePerS.map((parameters) => ({ kind: "poisson", ...parameters }) as const),
  ratePerS.map((parameters) => ({ kind: "constant", ...parameters }) as const),
  fc.constant({ kind: "allAtOnce" } as const),
  gammas.map((parameters) => ({ kind: "gamma", ...parameters }) as const),
  hyper.map((parameters) => ({ kind: "hyperExponential", ...parameters }) as const),
  days.map((parameters) => ({ kind: "diurnal", ...parameters }) as const),
  ramps.map((parameters) => ({ kind: "ramp", ...parameters }) as const),
  profile.map((parameters) => ({ kind: "renewal", ...parameters }) as const),
  bursts.map((parameters) => ({ kind: "onOff", ...parameters }) as const),
);

describe("every arrival process", () => {
  test("never goes back in time, and repeats itself from the same seed", () => {
    fc.assert(
      fc.property(spec, fc.string({ minLength: 1 }), (parameters, seed) => {
        const arrivals = times(arrivalProcess(parameters, stream(seed)), 200);
        expect(arrivals.every(Number.isFinite)).toBe(true);
        expect(arrivals[0]).toBeGreaterThanOrEqual(0);
        expect(gapsOf(arrivals).every((gap) => gap >= 0)).toBe(true);
        expect(times(arrivalProcess(parameters, stream(seed)), 200)).toEqual(arrivals);
      }),
    );
  });

  test("never goes back in time on a ramp whose bursts are closer than its times are told", () => {
    const steep = { startPerS: 0.001, endPerS: 4531.5, overS: 0.003, burstiness: 0.0123 };
    for (let seed = 0; seed < 2000; seed++) {
      const process = arrivalProcess(
        { kind: "ramp", strategy: "linear", ...steep },
        stream(String(seed)),
      );
      expect(gapsOf(times(process, 200)).every((gap) => gap >= 0)).toBe(true);
    }
  });

  test.each<[ArrivalSpec, string]>([
    [{ kind: "poisson", ratePerS: 0 }, "ratePerS: expected a number above 0, found 0"],
    [{ kind: "constant", ratePerS: Number.NaN }, "ratePerS: expected a number above 0, found NaN"],
    [{ kind: "poisson", ratePerS: Infinity }, "found Infinity"],
    [{ kind: "renewal", gammaShape: 1, binS: 60, ratesPerS: [0, 0] }, "highest of ratesPerS"],
    [{ kind: "renewal", gammaShape: 1, binS: 60, ratesPerS: [] }, "highest of ratesPerS"],
    [{ kind: "renewal", gammaShape: 1, binS: 60, ratesPerS: [1, -1] }, "found -1"],
    [
      { kind: "gamma", ratePerS: 1, burstiness: 0 },
      "burstiness: expected a number above 0, found 0",
    ],
    [{ kind: "hyperExponential", ratePerS: 1, cv: 0.5 }, "cv: expected a number of 1 or more"],
    [{ kind: "renewal", gammaShape: 0, binS: 60, ratesPerS: [1] }, "gammaShape"],
  ])("a parameter out of range is named: %o", (parameters, message) => {
    expect(() => arrivalProcess(parameters, stream())).toThrow(message);
  });
});
