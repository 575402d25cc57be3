import type { Watched, WatchView } from "../experiments/watch/protocol.ts";
import type { Line } from "./line.ts";

/** What a screen is drawn from. */
export interface Scene {
  readonly watched: Watched;
  readonly view: WatchView;
  readonly choice: Choice;
  /** In place of the keys, until the next one is pressed. */
  readonly said?: string | undefined;
}

/** What the user looks at. */
export interface Choice {
  readonly screen: ScreenName;
  readonly help: boolean;
  /** The replica that is pointed at, by its place in the list. */
  readonly row: number;
  readonly order: FleetOrder;
  /** Whose batch is looked at, and so many of its rows are above the screen. */
  readonly replica: number;
  readonly scroll: number;
}

export const screenNames = ["overview", "fleet", "batch", "latency", "ledger"] as const;
export type ScreenName = (typeof screenNames)[number];

export const fleetOrders = ["id", "power", "batch", "waiting", "KV use", "MFU", "MBU"] as const;
export type FleetOrder = (typeof fleetOrders)[number];

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Fills `size` and no more. */
export type Screen = (scene: Scene, size: Size) => readonly Line[];
