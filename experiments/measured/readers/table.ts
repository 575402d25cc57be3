import { architectureOf } from "../../../models/architecture.ts";
import type { LlmSpec } from "../../../models/llm.ts";
import type {
  MeasuredRun,
  MeasuredScenario,
  MeasuredTable,
  SkippedRow,
  Suite,
} from "../measuredRun.ts";
import { gpuNamed, llmNamed } from "../names.ts";

/** Reads each row into a run, or into the reason why no scenario stands for it. */
export function tableOf<Row>(
  rows: readonly Row[],
  reader: {
    readonly suite: Suite;
    readonly rowName: (row: Row) => string;
    readonly read: (row: Row) => MeasuredRun | string;
  },
): MeasuredTable {
  const runs: MeasuredRun[] = [];
  const skipped: SkippedRow[] = [];
  const timesSeen = new Map<string, number>();
  for (const row of rows) {
    const run = reader.read(row);
    if (typeof run === "string") {
      skipped.push({ suite: reader.suite, row: reader.rowName(row), reason: run });
      continue;
    }
    const times = (timesSeen.get(run.id) ?? 0) + 1;
    timesSeen.set(run.id, times);
    runs.push(times === 1 ? run : { ...run, id: `${run.id}#${times}` });
  }
  return { runs, skipped };
}

export function joined(tables: readonly MeasuredTable[]): MeasuredTable {
  return {
    runs: tables.flatMap(({ runs }) => runs),
    skipped: tables.flatMap(({ skipped }) => skipped),
  };
}

/** What a table's names stand for in the catalogue. */
export interface Deployment {
  readonly llm: LlmSpec;
  readonly gpu: string;
  readonly stack: string;
}

/** The catalogue's entries behind a row's names, or which of them it lacks. */
export function deploymentOf(names: {
  readonly llm: string;
  readonly gpu: string;
  readonly framework: string;
  readonly stacks: Readonly<Record<string, string>>;
}): Deployment | string {
  const gpu = gpuNamed(names.gpu);
  if (gpu === undefined) return `the catalogue has no GPU "${names.gpu}"`;
  const stack = names.stacks[names.framework];
  if (stack === undefined) return `no stack stands for "${names.framework}"`;
  const llm = llmNamed(names.llm);
  if (llm === undefined) return `the catalogue has no LLM "${names.llm}"`;
  return { llm, gpu, stack };
}

interface RunParts
  extends Omit<MeasuredRun, "id" | "architecture" | "isMoe" | "precision" | "scenario"> {
  /** The last parts of the id: what sets the row apart on its GPU, stack and LLM. */
  readonly idParts: readonly (string | number)[];
  readonly cluster?: Omit<MeasuredScenario["cluster"], "gpu">;
  readonly engine?: Omit<MeasuredScenario["engine"], "stack">;
  readonly workload: MeasuredScenario["workload"];
}

/** A run on a deployment; the weights are in the checkpoint's format unless `engine` says another. */
export function runOn({ llm, gpu, stack }: Deployment, parts: RunParts): MeasuredRun {
  const { idParts, cluster = {}, engine = {}, workload, ...rest } = parts;
  const weights = engine.quantization ?? llm.checkpoint.quantization;
  const precision = weights === "none" ? "bf16" : weights;
  const gpus = cluster.tensor_parallel_size ?? 1;
  const name = llm.id.slice(llm.id.lastIndexOf("/") + 1);
  return {
    id: [rest.suite, gpu, stack, name, precision, `tp${gpus}`, ...idParts].join("/"),
    ...rest,
    architecture: architectureOf(llm),
    isMoe: llm.moe !== undefined,
    precision,
    scenario: {
      llm: llm.id,
      cluster: { gpu, ...cluster },
      engine: { stack, ...engine },
      workload,
    },
  };
}
