import { broken } from "../assert.ts";
import type { Router } from "../ports.ts";
import type { RandomSource } from "../random.ts";
import { loadSeqs } from "./loadTree.ts";

/** Of two replicas that are drawn, each pair as likely, the less loaded; of equals, the first drawn. */
export function powerOfTwo(source: RandomSource): Router {
  return (_request, replicas) => {
    const count = replicas.length;
    const first = Math.floor(source() * count);
    if (count === 1) return first;
    // Any but the first: those from it on move up by one.
    const other = Math.floor(source() * (count - 1));
    const second = other < first ? other : other + 1;
    const [one, two] = [replicas[first], replicas[second]];
    if (one === undefined || two === undefined) broken(`drew ${first}, ${second} of ${count}`);
    return loadSeqs(two) < loadSeqs(one) ? second : first;
  };
}
