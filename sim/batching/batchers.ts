import { chunkedPrefill } from "./chunkedPrefill.ts";
import { continuous } from "./continuous.ts";
import { orca } from "./orca.ts";
import { staticBatch } from "./staticBatch.ts";

/** Schedulers by the name that a scenario gives them. */
export const batchers = {
  chunked_prefill: chunkedPrefill,
  continuous,
  orca,
  static: staticBatch,
} as const;

export type BatcherName = keyof typeof batchers;
