import { fnv1a } from "../../fnv1a.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";

/**
 * Which of `count` parts each run is held out with: repeats of the same settings together, wherever in
 * the file they stand. Settings go round the parts in the order of a hash, so that neighbours part.
 * undefined where there are fewer settings than parts.
 */
export function partsBySettings(
  runs: readonly MeasuredRun[],
  count: number,
): ReadonlyMap<MeasuredRun, number> | undefined {
  const settingsOf = ({ scenario }: MeasuredRun) => JSON.stringify(scenario);
  const settings = [...new Set(runs.map(settingsOf))].map((text) => ({ text, hash: fnv1a(text) }));
  if (settings.length < count) return undefined;
  settings.sort((a, b) => a.hash - b.hash || (a.text < b.text ? -1 : 1));
  const parts = new Map(settings.map(({ text }, rank) => [text, rank % count]));
  return new Map(runs.map((run) => [run, parts.get(settingsOf(run)) ?? 0]));
}
