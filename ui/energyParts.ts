import type { RunView } from "../experiments/watch/protocol.ts";
import type { Part } from "./bars.ts";

/** Where the joules went. Those of requests that still run are booked when they end. */
export function energyParts({ snapshot, idleJ }: RunView): readonly Part[] {
  const { prefillJ, decodeJ, wastedJ, transferJ, stepsJ } = snapshot;
  const runningJ = Math.max(0, stepsJ - prefillJ - decodeJ - wastedJ - transferJ);
  const transfer: Part = { name: "transfer", value: transferJ, glyph: "╱", tone: "bold" };
  return [
    { name: "prefill", value: prefillJ, glyph: "█", tone: "prefill" },
    { name: "decode", value: decodeJ, glyph: "▓", tone: "decode" },
    { name: "running", value: runningJ, glyph: "▚", tone: "plain" },
    ...(transferJ > 0 ? [transfer] : []),
    { name: "wasted", value: wastedJ, glyph: "▒", tone: "wasted" },
    { name: "idle", value: idleJ, glyph: "░", tone: "idle" },
  ];
}

/** Why joules were wasted, those kinds that there are. */
export function wasteKinds({ snapshot: { waste } }: RunView): readonly [string, number][] {
  const kinds: [string, number][] = [
    ["padding, finished slots", waste.paddingJ],
    ["computed again", waste.recomputedJ],
    ["rejected drafts", waste.draftsJ],
    ["lost by failures", waste.lostJ],
  ];
  return kinds.filter(([, joules]) => joules > 0);
}

export function totalJ({ snapshot, idleJ }: RunView): number {
  return snapshot.stepsJ + idleJ;
}
