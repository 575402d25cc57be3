/** In a series that people expect of a knob. */
const steps = [1, 2, 5] as const;

/** The seconds in which a run that nobody steers is played. */
const playedS = 30;
/** From real time on, to as fast as it goes. */
const slowest = 1;
const fastest = 100_000;

export function openingSpeed(expectedS: number): number {
  return Math.max(0.01, expectedS / playedS);
}

export function faster(speed: number): number {
  const next = knob().find((value) => value > speed * 1.001);
  return next ?? Number.POSITIVE_INFINITY;
}

export function slower(speed: number): number {
  return knob().findLast((value) => value < speed * 0.999) ?? Math.min(speed, slowest);
}

function knob(): number[] {
  const decades = [1, 10, 100, 1000, 10_000];
  return [...decades.flatMap((decade) => steps.map((step) => step * decade)), fastest];
}
