import { basename } from "node:path";
import { requestNotes, scenarioDifferences } from "../../compare/comparison.ts";
import { compose } from "../../scenario/compose.ts";
import type { LoadedScenario } from "../../scenario/load.ts";
import { watchedOf } from "../watched.ts";
import type { WatchedPair } from "./pairProtocol.ts";

/** A scenario and its file. */
interface Read {
  readonly file: string;
  readonly loaded: LoadedScenario;
}

/** What stays the same while both run, for `expectedS` at most. */
export function watchedPair(a: Read, b: Read, expectedS: number): WatchedPair {
  const [ofA, ofB] = [resolved(a), resolved(b)];
  const scenario = scenarioDifferences(ofA, ofB);
  return {
    names: ofA.name === ofB.name ? [basename(a.file), basename(b.file)] : [ofA.name, ofB.name],
    a: watchedOf(a.loaded, expectedS),
    b: watchedOf(b.loaded, expectedS),
    scenario,
    requests: requestNotes(ofA, ofB, scenario),
  };
}

/** As it runs: every default filled in. */
function resolved({ loaded }: Read) {
  return compose(loaded).deployment.scenario;
}
