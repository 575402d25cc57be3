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

/** When its client gives up, if it still waits then. */
function patienceS({ classes, timeoutS }: SimulationConfig, { className }: RequestRecord): number {
  const own = classes?.find(({ name }) => name === className)?.timeoutS;
  return own ?? timeoutS ?? Number.POSITIVE_INFINITY;
}

const impatient = smallWorld.filter(
  ({ timeoutS, classes }) =>
    timeoutS !== undefined || classes?.some((own) => own.timeoutS !== undefined) === true,
);

test("who gives up leaves no earlier than its patience ends, and no later than the next boundary", () => {
  fc.assert(
    fc.property(impatient, (small) => {
      const config = configOf(small);
      const { ended, boundariesS } = watchedRun(small);
      for (const record of ended) {
        const givesUpS = Math.max(record.arrivalS + patienceS(config, record));
        const { endS, status, replica = 0 } = record;
        // Until a request is through the front end, nobody can call it back.
        const dueS = Math.max(givesUpS, record.arrivalS + small.frontEndS);
        if (status === "timedOut") expect(endS).toBeGreaterThanOrEqual(dueS);
        if (status === "rejected" || small.scheduler === "static") continue;
        const atS = boundariesS[replica]?.find((timeS) => timeS >= dueS);
        if (atS !== undefined) expect(endS).toBeLessThanOrEqual(atS);
      }
    }),
    { numRuns: 300 },
  );
});

test("who is given up has no E2E time and is not good, and who is patient never times out", () => {
  fc.assert(
    fc.property(smallWorld, (small) => {
      const config = configOf(small);
      const { ended } = watchedRun(small);
      for (const record of ended) {
        if (record.status !== "timedOut") continue;
        expect(record.e2eS).toBeUndefined();
        expect(patienceS(config, record)).toBeLessThan(Number.POSITIVE_INFINITY);
      }
    }),
  );
});
