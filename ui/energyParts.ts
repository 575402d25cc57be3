import type { WatchView } from "../experiments/watch/protocol.ts";
import type { Part } from "./bars.ts";

/** Where the joules went. Those of requests that still run are booked when they end. */
export function energyParts({ snapshot, idleJ }: WatchView): readonly Part[] {
  const { prefillJ, decodeJ, wastedJ, stepsJ } = snapshot;
  const runningJ = Math.max(0, stepsJ - prefillJ - decodeJ - wastedJ);
  return [
    { name: "prefill", value: prefillJ, glyph: "█", tone: "prefill" },
    { name: "decode", value: decodeJ, glyph: "▓", tone: "decode" },
    { name: "running", value: runningJ, glyph: "▚", tone: "plain" },
    { name: "wasted", value: wastedJ, glyph: "▒", tone: "wasted" },
    { name: "idle", value: idleJ, glyph: "░", tone: "idle" },
  ];
}

export function totalJ({ snapshot, idleJ }: WatchView): number {
  return snapshot.stepsJ + idleJ;
}
