import type { Knob } from "../experiments/watch/knobs.ts";
import type { WatchCommand } from "../experiments/watch/protocol.ts";
import type { ReplicaSnapshot } from "../sim/snapshot.ts";
import { type Choice, fleetOrders, type ScreenName, screenNames } from "./screen.ts";
import { ordered } from "./screens/fleet.ts";

/** A key as ink names it. */
export interface Key {
  readonly input: string;
  readonly name?: KeyName | undefined;
}

type Arrow = "up" | "down" | "left" | "right" | "pageUp" | "pageDown";
type KeyName = Arrow | "tab" | "shiftTab" | "ctrlC";

export const opening: Choice = {
  screen: "overview",
  help: false,
  row: 0,
  order: "id",
  replica: 0,
  scroll: 0,
};

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

/** The knob that a key turns; undefined where it turns none. */
export function knobOf({ input }: Key): Knob | undefined {
  const turns: Readonly<Record<string, Knob>> = {
    c: "capDown",
    C: "capUp",
    r: "rateDown",
    R: "rateUp",
    x: "fewer",
    a: "more",
    p: "prefixCaching",
  };
  return turns[input];
}

export function isQuit({ input, name }: Key): boolean {
  return name === "ctrlC" || input === "q";
}

/** The replica whose requests are on the screen. */
export function lookedAt({ screen, help, replica }: Choice): number | undefined {
  return screen === "batch" && !help ? replica : undefined;
}

/** What is looked at after a key. */
export function chosen(
  choice: Choice,
  { input, name }: Key,
  replicas: readonly ReplicaSnapshot[],
): Choice {
  const number = screenNames[Number(input) - 1];
  if (input !== "" && number !== undefined) return shown(choice, number, replicas);
  if (input === "?") return { ...choice, help: !choice.help };
  if (input === "o") return { ...choice, order: following(fleetOrders, choice.order, 1), row: 0 };
  if (name === undefined || name === "ctrlC") return choice;
  if (name === "tab") return shown(choice, following(screenNames, choice.screen, 1), replicas);
  if (name === "shiftTab") {
    return shown(choice, following(screenNames, choice.screen, -1), replicas);
  }
  return choice.screen === "batch"
    ? otherBatch(choice, name, replicas)
    : { ...choice, row: moved(choice.row, rowsOf[name], replicas.length) };
}

/** Whoever comes to a batch from elsewhere sees that of the replica that they pointed at. */
function shown(choice: Choice, screen: ScreenName, replicas: readonly ReplicaSnapshot[]): Choice {
  const opened = { ...choice, screen, help: false };
  if (screen !== "batch" || choice.screen === "batch") return opened;
  const row = Math.min(choice.row, replicas.length - 1);
  const replica = ordered(replicas, choice.order)[row]?.id ?? 0;
  return { ...opened, replica, scroll: replica === choice.replica ? choice.scroll : 0 };
}

const rowsOf: Readonly<Record<Arrow, number>> = {
  up: -1,
  down: 1,
  left: -1,
  right: 1,
  pageUp: -20,
  pageDown: 20,
};
/** Of a batch: less than the least page, so that nobody is passed over. */
const scrolledRows = 5;

/** The neighbour by id, to which the fleet's pointer follows; pages scroll through the requests. */
function otherBatch(choice: Choice, name: Arrow, replicas: readonly ReplicaSnapshot[]): Choice {
  if (name === "pageUp" || name === "pageDown") {
    const by = name === "pageUp" ? -scrolledRows : scrolledRows;
    const { runningSeqs = 0 } = replicas.find(({ id }) => id === choice.replica) ?? {};
    return { ...choice, scroll: moved(choice.scroll, by, Math.max(1, runningSeqs)) };
  }
  // Replicas join and leave: the neighbour is by place, and known by its number.
  const place = replicas.findIndex(({ id }) => id === choice.replica);
  const replica = replicas[moved(place, rowsOf[name], replicas.length)]?.id ?? 0;
  const row = ordered(replicas, choice.order).findIndex(({ id }) => id === replica);
  return { ...choice, replica, row: Math.max(0, row), scroll: 0 };
}

function moved(place: number, by: number, places: number): number {
  return Math.max(0, Math.min(places - 1, place + by));
}

function following<Name>(names: readonly Name[], name: Name, by: number): Name {
  const place = (names.indexOf(name) + by + names.length) % names.length;
  return names[place] ?? name;
}
