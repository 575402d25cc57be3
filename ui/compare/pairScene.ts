import type { PairPlayed, WatchedPair } from "../../experiments/watch/compare/pairProtocol.ts";
import type { RunView, Watched } from "../../experiments/watch/protocol.ts";
import type { Key } from "../choose.ts";
import type { Shown } from "../Screens.ts";

export const pairScreens = ["overview", "differences"] as const;

/** What the user of two runs looks at. */
export interface PairChoice {
  readonly screen: (typeof pairScreens)[number];
  readonly help: boolean;
  /** Lines of the differences above the screen; where it has grown since, fewer. */
  readonly scroll: number;
}

/** What the screens of two runs are drawn from. */
export interface PairScene extends Shown<PairPlayed, PairChoice> {
  readonly watched: WatchedPair;
}

/** One of the two. */
export interface Side {
  readonly letter: "A" | "B";
  readonly name: string;
  readonly watched: Watched;
  readonly view: RunView;
}

export const openingPair: PairChoice = { screen: "overview", help: false, scroll: 0 };

export function sidesOf({ watched, view }: PairScene): readonly [a: Side, b: Side] {
  const [nameA, nameB] = watched.names;
  return [
    { letter: "A", name: nameA, watched: watched.a, view: view.a },
    { letter: "B", name: nameB, watched: watched.b, view: view.b },
  ];
}

const scrolledBy: Partial<Record<NonNullable<Key["name"]>, number>> = {
  up: -1,
  down: 1,
  pageUp: -10,
  pageDown: 10,
};

/** What is looked at after a key; so many lines of the differences can be above the screen. */
export function chosenOfPair(choice: PairChoice, { input, name }: Key, hidden: number): PairChoice {
  const number = pairScreens[Number(input) - 1];
  if (input !== "" && number !== undefined) return { ...choice, screen: number, help: false };
  if (input === "?") return { ...choice, help: !choice.help };
  if (name === "tab" || name === "shiftTab") {
    const other = choice.screen === "overview" ? "differences" : "overview";
    return { ...choice, screen: other, help: false };
  }
  const by = name === undefined ? undefined : scrolledBy[name];
  if (by === undefined || choice.screen === "overview") return choice;
  return { ...choice, scroll: Math.max(0, Math.min(hidden, Math.min(hidden, choice.scroll) + by)) };
}
