import { chunkedPrefill } from "./chunkedPrefill.ts";
import { staticBatch } from "./staticBatch.ts";

/** Schedulers by the name that a scenario gives them. */
export const batchers = {
  chunked_prefill: chunkedPrefill,
  static: staticBatch,
} as const;

export type BatcherName = keyof typeof batchers;
