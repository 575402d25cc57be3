import { Document, isMap, isSeq } from "yaml";
import type { MeasuredRun, Suite } from "../../../experiments/measured/measuredRun.ts";
import type { PublishedEntry } from "../../../experiments/measured/publishedEntry.ts";

/**
 * How many rows of each group ship: suite, GPU, stack, architecture and precision, of the paper also
 * the figure and what it plots. They stand evenly apart in the order of their ids, so that tensor
 * parallelism, lengths and loads are covered.
 */
const rowsOfGroup: Readonly<Record<Suite, number>> = {
  serving: 4,
  serving_unrecorded: 2,
  serving_ranks: 3,
  static_batch: 2,
  static_batch_power: 2,
  single_batch_2023: 3,
  steady_state: 3,
  steady_state_host_bound: 1,
  steady_state_a100: 1,
  partial_load: Number.POSITIVE_INFINITY,
  partial_load_occupancy: 2,
  transformers: 1,
  kv_capacity: Number.POSITIVE_INFINITY,
  paper: 3,
  own: 0,
};

export function chosenRuns(runs: readonly MeasuredRun[]): MeasuredRun[] {
  const groups = new Map<string, MeasuredRun[]>();
  for (const run of runs.flatMap(shippable))
    groups.set(groupOf(run), [...(groups.get(groupOf(run)) ?? []), run]);
  return [...groups.values()].flatMap((group) => {
    const ordered = group.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const wanted = Math.min(ordered.length, ...ordered.slice(0, 1).map(rowsOf));
    const every = ordered.length / wanted;
    return ordered.filter((_, rank) => Math.floor(rank / every) !== Math.floor((rank - 1) / every));
  });
}

/**
 * Lists of requests are the property of who recorded them: laws with their mean and spread stand in
 * their place, and a window of such a list has none.
 */
function shippable(run: MeasuredRun): MeasuredRun[] {
  const { recorded, ...rest } = run;
  if (recorded?.inputTokens === undefined) return [run];
  if (run.kind === "estimated") return [];
  const assumed = [...(run.assumed ?? []), "lognormal lengths of the same mean and spread"];
  return [{ ...rest, assumed }];
}

/** Of figure 5, whose batch curves are promised, every point ships. */
function rowsOf({ suite, paper }: MeasuredRun): number {
  return paper?.figure.startsWith("5") === true ? Number.POSITIVE_INFINITY : rowsOfGroup[suite];
}

function groupOf({ suite, scenario, architecture, precision, paper }: MeasuredRun): string {
  const { gpu } = scenario.cluster;
  const figure = paper === undefined ? "" : `${paper.figure} ${paper.metric}`;
  return [suite, gpu, scenario.engine.stack, architecture, precision, figure].join("|");
}

/** The shipped table: one line a row; what rows share is written once. */
export function publishedYaml(runs: readonly MeasuredRun[]): string {
  const document = new Document(runs.map(entryOf));
  if (isSeq(document.contents)) {
    for (const item of document.contents.items) if (isMap(item)) item.flow = true;
  }
  return `${head}${document.toString({ lineWidth: 0, flowCollectionPadding: false })}`;
}

const head = `# Published figures that the simulator is held to, each with its source. Facts only: the
# measurements belong to those who made them. Written by test/experiments/measured/published.test.ts
# (vitest run -u) from the calibration data: of every suite, GPU, stack, architecture and precision
# a few rows, evenly apart in the order of their ids; rows that can't be simulated are left out.
`;

function entryOf(run: MeasuredRun): PublishedEntry {
  const { id, suite, scenario, rates, recorded, measured, source, kind, assumed, paper } = run;
  const figures = measured.map(
    ({ metric, value }) => [metric, Number(value.toPrecision(5))] as const,
  );
  return {
    id,
    suite,
    scenario,
    ...(rates === undefined ? {} : { rates }),
    ...(recorded === undefined ? {} : { recorded: { output_tokens: recorded.outputTokens } }),
    measured: Object.fromEntries(figures),
    ...(assumed === undefined || assumed.length === 0 ? {} : { assumed }),
    source,
    kind,
    ...(paper === undefined ? {} : { paper }),
  };
}
