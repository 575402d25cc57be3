import type { WatchCommand } from "../experiments/watch/protocol.ts";
import { type Choice, fleetOrders, screenNames } from "./screen.ts";

/** A key as ink names it. */
export interface Key {
  readonly input: string;
  readonly name?: "up" | "down" | "pageUp" | "pageDown" | "tab" | "shiftTab" | "ctrlC" | undefined;
}

export const opening: Choice = { screen: "overview", help: false, row: 0, order: "id" };

/** What a key asks of the run; undefined where it asks nothing. */
export function commandOf({ input }: Key): WatchCommand | undefined {
  const commands: Readonly<Record<string, WatchCommand>> = {
    " ": "pause",
    ".": "event",
    ",": "restart",
    "+": "faster",
    "=": "faster",
    "-": "slower",
    f: "end",
  };
  return commands[input];
}

export function isQuit({ input, name }: Key): boolean {
  return name === "ctrlC" || input === "q";
}

/** What is looked at after a key. */
export function chosen(choice: Choice, { input, name }: Key, replicas: number): Choice {
  const number = screenNames[Number(input) - 1];
  if (input !== "" && number !== undefined) return { ...choice, screen: number, help: false };
  if (input === "?") return { ...choice, help: !choice.help };
  if (input === "o") return { ...choice, order: following(fleetOrders, choice.order, 1), row: 0 };
  switch (name) {
    case "tab":
      return { ...choice, help: false, screen: following(screenNames, choice.screen, 1) };
    case "shiftTab":
      return { ...choice, help: false, screen: following(screenNames, choice.screen, -1) };
    case "up":
      return moved(choice, -1, replicas);
    case "down":
      return moved(choice, 1, replicas);
    case "pageUp":
      return moved(choice, -20, replicas);
    case "pageDown":
      return moved(choice, 20, replicas);
    default:
      return choice;
  }
}

function moved(choice: Choice, by: number, replicas: number): Choice {
  return { ...choice, row: Math.max(0, Math.min(replicas - 1, choice.row + by)) };
}

function following<Name>(names: readonly Name[], name: Name, by: number): Name {
  const place = (names.indexOf(name) + by + names.length) % names.length;
  return names[place] ?? name;
}
