import type { TypicalRequest } from "../../sim/marginalRequest.ts";
import type { ServiceLevels } from "../../sim/metrics/recorder.ts";
import type { Snapshot } from "../../sim/snapshot.ts";
import type { Problem } from "../errors.ts";
import type { ScenarioOptions } from "../scenario/check.ts";
import type { BatchView } from "./batchBook.ts";
import type { History } from "./history.ts";
import type { Knob } from "./knobs.ts";
import type { Steered } from "./steering.ts";
import type { Tally } from "./tally.ts";

/** What the thread of a watched run is started with. */
export interface WatchWork {
  readonly path: string;
  readonly options: ScenarioOptions;
  /** What is otherwise from a moment of the run on. */
  readonly changes: string | undefined;
}

/** What stays the same while a run is watched. */
export interface Watched {
  readonly name: string;
  readonly llm: string;
  readonly gpu: string;
  readonly gpus: number;
  readonly idleW: number;
  /** Of all GPUs together; undefined where none was set. */
  readonly capW: number | undefined;
  /** At the start; a replica is as the first one is, which is so of all that can join or leave. */
  readonly fleet: {
    readonly replicas: number;
    readonly replicaGpus: number;
    readonly replicaIdleW: number;
    readonly standbyGpus: number;
    readonly standbyIdleW: number;
  };
  readonly serviceLevels: ServiceLevels;
  readonly site: { readonly pue: number; readonly gPerKwh: number; readonly pricePerKwh: number };
  /** How many requests will come; undefined where only time ends them. */
  readonly requests: number | undefined;
  /** Seconds that the whole run takes, as a short run ahead found. */
  readonly expectedS: number;
}

/** How what is watched is played. */
export interface Playing {
  /** Simulated seconds for each second; Infinity: as fast as it goes. */
  readonly speed: number;
  readonly paused: boolean;
  /** What came of the last knob that was turned, and how many were. */
  readonly told: { readonly count: number; readonly text: string };
}

/** A run at one moment. */
export interface RunView {
  readonly snapshot: Omit<Snapshot, "batch">;
  /** Of the replica that is looked at; undefined where none is. */
  readonly batch: BatchView | undefined;
  /** Of the whole run so far; GPUs that stand by are in it. */
  readonly idleJ: number;
  readonly history: History;
  readonly ttftS: Tally;
  readonly tpotS: Tally;
  readonly e2eS: Tally;
  /** The mean request that has completed; undefined before. */
  readonly typical: TypicalRequest | undefined;
  /** How it was changed while it went on; undefined where nobody can. */
  readonly steered: Steered | undefined;
  /** Undefined until the run has ended. */
  readonly digest: string | undefined;
}

/** A watched run at one moment. */
export type WatchView = RunView & Playing;

/** What keys ask of the run. */
export type WatchCommand = "pause" | "event" | "restart" | "faster" | "slower" | "end";

export type ToWorker =
  | { readonly kind: "command"; readonly command: WatchCommand }
  | { readonly kind: "turn"; readonly knob: Knob }
  /** The requests of this replica are to be shown from now on; undefined: of none. */
  | { readonly kind: "look"; readonly replica: number | undefined }
  /** The last view was drawn: the next may come. */
  | { readonly kind: "drawn" };

/** `Head` stays the same while views come. */
export type FromWorker<Head, View> =
  | { readonly kind: "ready"; readonly head: Head }
  | { readonly kind: "view"; readonly view: View }
  | { readonly kind: "wrong"; readonly problems: readonly Problem[] }
  | { readonly kind: "failed"; readonly message: string };
