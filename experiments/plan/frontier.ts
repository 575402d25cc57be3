/** What a deployment is judged by when nobody says what matters most; the less the better. */
export interface Burdens {
  readonly perOutputTokenJ: number;
  /** Whole answers, at the percentile of the slo. */
  readonly e2eMs: number;
  /** Or GPUs for each request per second, where rates differ. */
  readonly gpus: number;
}

/** Whether one is nowhere worse and somewhere better. */
export function dominates(one: Burdens, other: Burdens): boolean {
  return beats(listed(one), listed(other));
}

/** The same of figures in one order, of each of which less is better. */
export function beats(one: readonly number[], other: readonly number[]): boolean {
  const gains = other.map((figure, place) => figure - (one[place] ?? figure));
  return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0);
}

function listed({ perOutputTokenJ, e2eMs, gpus }: Burdens): readonly number[] {
  return [perOutputTokenJ, e2eMs, gpus];
}

/** Whether nothing dominates it. */
export function isOnFront(one: Burdens, all: readonly Burdens[]): boolean {
  return !all.some((other) => dominates(other, one));
}

/** In what `one` is better than `other`, in words. */
export function gains(one: Burdens, other: Burdens, isPerRate = false): string[] {
  return [
    ...(one.perOutputTokenJ < other.perOutputTokenJ ? ["fewer joules"] : []),
    ...(one.e2eMs < other.e2eMs ? ["quicker"] : []),
    ...(one.gpus < other.gpus ? [isPerRate ? "fewer GPUs per req/s" : "fewer GPUs"] : []),
  ];
}
