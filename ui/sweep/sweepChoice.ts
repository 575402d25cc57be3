import type { SweepView, Tradeoff } from "../../experiments/watch/sweep/view.ts";
import type { Key } from "../choose.ts";

/** What the user of a sweep's screen looks at. */
export interface SweepChoice {
  readonly help: boolean;
  /** The place among the tradeoffs. */
  readonly latency: number;
  /** A point of the front by its index; where it is none any more, the first. */
  readonly point: number | undefined;
}

/** What the screen of a sweep is drawn from. */
export interface SweepScene {
  readonly view: SweepView;
  readonly choice: SweepChoice;
  /** In place of the keys, until the next one is pressed. */
  readonly said?: string | undefined;
}

export const openingSweep: SweepChoice = { help: false, latency: 0, point: undefined };

export function tradeoffOf(view: SweepView, { latency }: SweepChoice): Tradeoff | undefined {
  return view.tradeoffs[latency];
}

/** The place of the chosen point on the front. */
export function rowOf(front: Tradeoff["front"], { point }: SweepChoice): number {
  return Math.max(
    0,
    front.findIndex(({ index }) => index === point),
  );
}

/** What is looked at after a key. */
export function chosenOfSweep(
  choice: SweepChoice,
  { input, name }: Key,
  view: SweepView,
): SweepChoice {
  if (input === "?") return { ...choice, help: !choice.help };
  if (input === "x") return { ...choice, latency: (choice.latency + 1) % view.tradeoffs.length };
  const steps: Partial<Record<NonNullable<Key["name"]>, number>> = {
    up: -1,
    down: 1,
    pageUp: -10,
    pageDown: 10,
  };
  const by = name === undefined ? undefined : steps[name];
  const front = tradeoffOf(view, choice)?.front ?? [];
  if (by === undefined || front.length === 0) return choice;
  const row = Math.max(0, Math.min(front.length - 1, rowOf(front, choice) + by));
  return { ...choice, point: front[row]?.index };
}
