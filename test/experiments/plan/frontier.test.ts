import fc from "fast-check";
import { expect, test } from "vitest";
import { dominates, gains, isOnFront } from "../../../experiments/plan/frontier.ts";

const small = fc.integer({ min: 1, max: 4 });
const burdens = fc.record({ perOutputTokenJ: small, e2eMs: small, gpus: small });

test("whatever is not on the front is dominated by something that is", () => {
  fc.assert(
    fc.property(fc.array(burdens, { minLength: 1, maxLength: 30 }), (all) => {
      const front = all.filter((one) => isOnFront(one, all));
      expect(front).not.toEqual([]);
      for (const one of all) {
        const isBeaten = front.some((other) => dominates(other, one));
        expect(isBeaten).toBe(!isOnFront(one, all));
      }
    }),
  );
});

test("who dominates another is worse in nothing, and better in something", () => {
  fc.assert(
    fc.property(burdens, burdens, (one, other) => {
      const isDominating = gains(other, one).length === 0 && gains(one, other).length > 0;
      expect(dominates(one, other)).toBe(isDominating);
    }),
  );
});
