import type { RandomSource } from "../sim/random.ts";
import { at } from "./at.ts";
import { type LengthPairs, type RequestBody, withEach } from "./lengths/lengthPairs.ts";
import { expectPositive } from "./parameterError.ts";
import { firstAbove } from "./quantileTable.ts";

/** One class of requests, by its place in the run's list of them. */
export interface RequestKind {
  /** How many of the requests are of it, beside the shares of the others. */
  readonly shareRatio: number;
  readonly tenant: string | undefined;
}

/** Of what class a request is, and who pays for it. */
export type KindOfRequest = Pick<RequestBody, "classId" | "tenant">;

/** Draws classes in proportion to their shares. */
export function kindDraw(kinds: readonly RequestKind[], random: RandomSource): () => KindOfRequest {
  let sum = 0;
  const cumulative = Float64Array.from(kinds, ({ shareRatio }) => {
    expectPositive("shareRatio", shareRatio);
    sum += shareRatio;
    return sum;
  });
  return () => {
    const classId = firstAbove(cumulative, random() * at(cumulative, cumulative.length - 1));
    return { classId, tenant: kinds[classId]?.tenant };
  };
}

/** Each request of a class that is drawn for it; a tenant of its own stays. */
export function withKinds(pairs: LengthPairs, draw: () => KindOfRequest): LengthPairs {
  return withEach(pairs, (body) => {
    const { classId, tenant } = draw();
    return { ...body, classId, tenant: body.tenant ?? tenant };
  });
}
