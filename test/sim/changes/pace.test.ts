import fc from "fast-check";
import { expect, test } from "vitest";
import { Pace } from "../../../sim/changes/pace.ts";
import { request } from "../../support/world.ts";

const factor = fc.constantFrom(0.25, 0.5, 1, 2, 3, 8);
const stretch = fc.record({ lastsS: fc.double({ min: 0.1, max: 20, noNaN: true }), factor });

/** When so much of the source's time has passed, stretch after stretch; the last one goes on for ever. */
function plainS(sourceS: number, stretches: readonly { lastsS: number; factor: number }[]): number {
  let [leftS, runS, pace] = [sourceS, 0, 1];
  for (const { lastsS, factor: next } of stretches) {
    if (leftS <= lastsS * pace) break;
    leftS -= lastsS * pace;
    runS += lastsS;
    pace = next;
  }
  return runS + leftS / pace;
}

test("after any changes of the rate a request comes when the source's time has passed at each rate in turn", () => {
  fc.assert(
    fc.property(
      fc.array(stretch, { minLength: 1, maxLength: 5 }),
      fc.nat(1000),
      (stretches, at) => {
        const pace = new Pace();
        let nowS = 0;
        for (const { lastsS, factor } of stretches) {
          nowS += lastsS;
          pace.change(factor, nowS);
        }
        const endS = stretches.reduce((sum, { lastsS }) => sum + 8 * lastsS, 0);
        const sourceS = (at / 1000) * endS;
        expect(pace.timed(request(sourceS, 1, 1)).arrivalS).toBeCloseTo(
          plainS(sourceS, stretches),
          6,
        );
      },
    ),
    { numRuns: 300 },
  );
});
