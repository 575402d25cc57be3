import type { MeasuredRun, Suite } from "../../measured/measuredRun.ts";

/** The runs that one fit of time looks at: those of these suites, under one stack on one GPU. */
export interface LatencyGroup {
  readonly gpu: string;
  readonly stack: string;
  readonly suites: readonly Suite[];
}

/**
 * What is fitted to what. Static batches of 2024 speak for H100 no more, where engines have become a
 * third faster since; on A100 there is nothing newer, and the joules that its power curve is fitted to
 * are as old.
 */
export const latencyGroups: readonly LatencyGroup[] = [
  { gpu: "H100-SXM", stack: "vllm", suites: ["serving", "steady_state"] },
  { gpu: "H100-SXM", stack: "trtllm", suites: ["serving"] },
  { gpu: "H200-SXM", stack: "vllm", suites: ["serving"] },
  { gpu: "H200-SXM", stack: "trtllm", suites: ["serving"] },
  { gpu: "H200-SXM", stack: "sglang", suites: ["serving"] },
  { gpu: "B200-SXM", stack: "vllm", suites: ["serving", "steady_state"] },
  { gpu: "B200-SXM", stack: "trtllm", suites: ["serving"] },
  { gpu: "B200-SXM", stack: "sglang", suites: ["serving"] },
  { gpu: "A100-SXM-40GB", stack: "trtllm", suites: ["static_batch"] },
  { gpu: "A100-SXM-40GB", stack: "hf-eager", suites: ["transformers"] },
];

/** More runs of one network in one suite than these tell the fit nothing new. */
const runsOfOneNetwork = 12;

/** Evenly apart in the order of their ids, as the golden ratio falls, which is in step with no grid. */
export function latencyRuns(runs: readonly MeasuredRun[], group: LatencyGroup): MeasuredRun[] {
  return thinned(
    runs.filter((run) => {
      const { cluster, engine } = run.scenario;
      return (
        cluster.gpu === group.gpu &&
        engine.stack === group.stack &&
        group.suites.includes(suiteBesideRanks(run)) &&
        !hasOldBlockExperts(run)
      );
    }),
  ).filter((run) => !isOfRanks(run));
}

/** How ranks meet is assumed, and no constant should make up for that. */
export function isOfRanks({ scenario }: MeasuredRun): boolean {
  return (scenario.cluster.data_parallel_size ?? 1) > 1;
}

/** Runs of ranks keep their places among the others: which of these are chosen is as if all were alike. */
function suiteBesideRanks({ suite }: MeasuredRun): Suite {
  return suite === "serving_ranks" ? "serving" : suite;
}

/** vLLM 0.11 multiplied experts in block-scaled FP8 at a fraction of what later versions reach. */
function hasOldBlockExperts({ isMoe, precision, suite }: MeasuredRun): boolean {
  return isMoe && precision === "fp8" && suite === "steady_state";
}

/** The runs that one power curve looks at. */
export interface PowerGroup {
  readonly gpu: string;
  readonly suites: readonly Suite[];
}

/**
 * Static batches on H100 are left out: most of them draw 448 to 455 W from 16 sequences to 64, which a
 * limit below the card's own explains, and nothing that they did does.
 */
export const powerGroups: readonly PowerGroup[] = [
  { gpu: "H100-SXM", suites: ["steady_state", "partial_load"] },
  { gpu: "B200-SXM", suites: ["steady_state"] },
];

/** Of most rows only the joules were measured, so that time and power are fitted at once. */
export const jointGroup: LatencyGroup = {
  gpu: "A100-SXM-40GB",
  stack: "vllm",
  suites: ["static_batch", "static_batch_power", "steady_state_a100"],
};

/**
 * Watts of batches count under whatever stack they were metered. Runs over stages are left out: how those
 * meet is assumed, and no constant here should make up for that.
 */
export function jointRuns(runs: readonly MeasuredRun[]): MeasuredRun[] {
  const { gpu, stack, suites } = jointGroup;
  return thinned(
    runs.filter(
      ({ scenario, suite }) =>
        scenario.cluster.gpu === gpu &&
        (scenario.cluster.pipeline_parallel_size ?? 1) === 1 &&
        suites.includes(suite) &&
        (scenario.engine.stack === stack || suite === "static_batch_power"),
    ),
  );
}

/** Of networks with experts or without; those in FP8 draw what no roofline tells of. */
export function powerRuns(
  runs: readonly MeasuredRun[],
  { gpu, suites }: PowerGroup,
  network: "dense" | "moe",
): MeasuredRun[] {
  return thinned(
    runs.filter(
      (run) =>
        run.scenario.cluster.gpu === gpu &&
        suites.includes(run.suite) &&
        run.isMoe === (network === "moe") &&
        !(run.isMoe && run.precision === "fp8"),
    ),
  );
}

/**
 * GPUs of which only joules are published, without the time that they took: arXiv 2504.17674 under
 * vLLM. Their time is transferred, and one scale of their power curve is fitted.
 */
export const scaleGpus: readonly string[] = ["A100-PCIe-80GB", "RTX-6000-Ada", "RTX-A6000"];

export function scaleRuns(runs: readonly MeasuredRun[], gpu: string): MeasuredRun[] {
  return runs.filter(
    ({ suite, scenario, paper }) =>
      suite === "paper" &&
      scenario.cluster.gpu === gpu &&
      scenario.engine.stack === "vllm" &&
      paper?.figure.startsWith("5") === true,
  );
}

export function thinned(runs: readonly MeasuredRun[]): MeasuredRun[] {
  const groups = new Map<string, MeasuredRun[]>();
  const idOf = (run: MeasuredRun) => run.id.replace(run.suite, suiteBesideRanks(run));
  for (const run of runs.toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1))) {
    const key = [run.architecture, run.precision, suiteBesideRanks(run)].join("|");
    const group = groups.get(key) ?? [];
    group.push(run);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap((group) => {
    const share = runsOfOneNetwork / group.length;
    return share >= 1 ? group : group.filter((_, index) => (index * goldenRatio) % 1 < share);
  });
}

const goldenRatio = (Math.sqrt(5) - 1) / 2;
