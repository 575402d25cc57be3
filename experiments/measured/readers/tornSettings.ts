import type { MeasuredRun } from "../measuredRun.ts";

/** One setting measured twice comes out within this factor where all that counts is recorded. */
const repeatableRatio = 1.25;

/**
 * Whether most settings that were measured twice on a run's deployment differ by more than chance:
 * then something that counts is not recorded, such as whether drafts of several tokens were verified.
 */
export function tornSettings(runs: readonly MeasuredRun[]): (run: MeasuredRun) => boolean {
  const settings = [...groupedBy(runs, ({ id }) => id).values()];
  const repeats = settings.filter((group) => group.length > 1);
  const torn = new Set<string>();
  for (const [deployment, groups] of groupedBy(repeats, ([run]) => run && nameOf(run))) {
    const differing = groups.filter((group) => spreadRatio(group.map(tpotMs)) > repeatableRatio);
    if (deployment !== undefined && 2 * differing.length > groups.length) torn.add(deployment);
  }
  return (run) => torn.has(nameOf(run));
}

function nameOf({ scenario, precision }: MeasuredRun): string {
  return [scenario.llm, scenario.cluster.gpu, scenario.engine.stack, precision].join("|");
}

function tpotMs({ measured }: MeasuredRun): number {
  return measured.find(({ metric }) => metric === "tpot_ms")?.value ?? Number.NaN;
}

function spreadRatio(values: readonly number[]): number {
  return Math.max(...values) / Math.min(...values);
}

function groupedBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key) {
  const groups = new Map<Key, Item[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
