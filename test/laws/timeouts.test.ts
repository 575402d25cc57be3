import fc from "fast-check";
import { expect, test } from "vitest";
import type { Batcher } from "../../sim/batching/batcher.ts";
import type { RequestRecord } from "../../sim/request.ts";
import { Simulation } from "../../sim/simulation.ts";
import type { SimulationConfig } from "../../sim/simulationConfig.ts";
import { configOf, type SmallWorld, smallWorld } from "../support/smallWorlds.ts";

interface Ended extends RequestRecord {
  readonly endS: number;
}

/** When requests ended, and when each replica was at a step boundary. */
function watchedRun(small: SmallWorld): { ended: Ended[]; boundariesS: number[][] } {
  const config = configOf(small);
  const boundariesS = config.replicas.map((): number[] => []);
  const replicas = config.replicas.map((replica, id) => ({
    ...replica,
    batcher: noting(replica.batcher, (atS) => boundariesS[id]?.push(atS)),
  }));
  const ended: Ended[] = [];
  const onRequestEnd = (record: RequestRecord) => ended.push({ ...record, endS: simulation.nowS });
  const simulation = new Simulation({ ...config, replicas, onRequestEnd, macroSteps: false });
  simulation.run();
  return { ended, boundariesS };
}

function noting(batcher: Batcher, note: (atS: number) => void): Batcher {
  return {
    ...batcher,
    form: (replica) => {
      note(replica.nowS);
      batcher.form(replica);
    },
  };
}

/** When its client is gone, if it still waits then, and how that ends it. */
function patienceOf(
  small: SmallWorld,
  { classes, timeoutS }: SimulationConfig,
  { className, id }: RequestRecord,
) {
  const own = classes?.find(({ name }) => name === className)?.timeoutS;
  const timeout = own ?? timeoutS ?? Number.POSITIVE_INFINITY;
  const { cancelAfterS = Number.POSITIVE_INFINITY } = small.requests[id] ?? {};
  return {
    afterS: Math.min(timeout, cancelAfterS),
    end: cancelAfterS < timeout ? "cancelled" : "timedOut",
  };
}

const isGone = ({ status }: RequestRecord) => status === "timedOut" || status === "cancelled";

const impatient = smallWorld.filter(
  ({ timeoutS, classes, requests }) =>
    timeoutS !== undefined ||
    requests.some(({ cancelAfterS }) => cancelAfterS !== undefined) ||
    classes?.some((own) => own.timeoutS !== undefined) === true,
);

test("who gives up leaves no earlier than its patience ends, and no later than the next boundary", () => {
  fc.assert(
    fc.property(impatient, (small) => {
      const config = configOf(small);
      const { ended, boundariesS } = watchedRun(small);
      for (const record of ended) {
        const givesUpS = record.arrivalS + patienceOf(small, config, record).afterS;
        const { endS, status, replica = 0 } = record;
        // Until a request is through the front end, nobody can call it back.
        const dueS = Math.max(givesUpS, record.arrivalS + small.frontEndS);
        if (isGone(record)) expect(endS).toBeGreaterThanOrEqual(dueS);
        if (status === "rejected" || small.scheduler === "static") continue;
        const atS = boundariesS[replica]?.find((timeS) => timeS >= dueS);
        if (atS !== undefined) expect(endS).toBeLessThanOrEqual(atS);
      }
    }),
    { numRuns: 300 },
  );
});

test("who is given up has no E2E time and is not good, and who is patient is never gone", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const config = configOf(small);
      const { ended } = watchedRun(small);
      for (const record of ended) {
        if (!isGone(record)) continue;
        const { afterS, end } = patienceOf(small, config, record);
        expect(record.e2eS).toBeUndefined();
        expect(afterS).toBeLessThan(Number.POSITIVE_INFINITY);
        expect(record.status).toBe(end);
      }
    }),
  );
});
