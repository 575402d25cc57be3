import type { RandomSource } from "../sim/random.ts";
import type { Seconds } from "../sim/units.ts";
import { type LengthPairs, withEach } from "./lengths/lengthPairs.ts";
import { expectPositive } from "./parameterError.ts";

export interface Cancellations {
  /** Of the requests, those whose client may cancel: above 0, at most 1. */
  readonly shareRatio: number;
  /** Draws how long one of these waits from its request's arrival, unless it is answered before. */
  readonly afterS: () => Seconds;
}

/** Requests some of whose clients close the connection before they have their answer. */
export function withCancellations(
  pairs: LengthPairs,
  { shareRatio, afterS }: Cancellations,
  random: RandomSource,
): LengthPairs {
  expectPositive("shareRatio", shareRatio);
  return withEach(pairs, (body) =>
    random() < shareRatio ? { ...body, cancelAfterS: afterS() } : body,
  );
}
