import type { Router } from "../ports.ts";
import type { RandomSource } from "../random.ts";

/** A replica drawn uniformly, blind to load. */
export function random(source: RandomSource): Router {
  return (_request, replicas) => Math.floor(source() * replicas.length);
}
