import type { Router } from "../ports.ts";

/** Each replica in turn, whatever its load. */
export function roundRobin(): Router {
  let turn = 0;
  return (_request, replicas) => turn++ % replicas.length;
}
