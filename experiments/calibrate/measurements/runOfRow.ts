import { basename, dirname, resolve } from "node:path";
import { architectureOf } from "../../../models/architecture.ts";
import { type Problem, UserError } from "../../errors.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import { stepConfigOf } from "../../scenario/hardware.ts";
import { isPath } from "../../scenario/isPath.ts";
import { engineLimits } from "../../scenario/limits.ts";
import { loadObject } from "../../scenario/load.ts";
import { scenarioSpec } from "../../scenario/spec.ts";
import type { CalibratedGpu } from "./calibratedGpu.ts";
import { assumedOf, columnOf, measurementsOf, scenarioOf } from "./measurementScenario.ts";
import type { MeasurementRow } from "./measurementSchema.ts";
import type { TextRow } from "./measurementTable.ts";
import { doubtfulFigures } from "./plausibility.ts";
import { placed } from "./readRow.ts";
import { floorsOf } from "./roofline.ts";
import type { RowProblem } from "./rowRules.ts";

export interface ReadRow {
  readonly text: TextRow;
  readonly row: MeasurementRow;
}

interface Origin {
  readonly gpu: CalibratedGpu;
  readonly path: string;
}

export interface ReadRun {
  readonly run: MeasuredRun | undefined;
  readonly problems: readonly Problem[];
  readonly doubts: readonly Problem[];
}

/** The run of a row, where the simulator can deploy it; models are relative to the file's folder. */
export function runOfRow({ text, row }: ReadRow, { gpu, path }: Origin): ReadRun {
  const llm = isPath(row.model) ? resolve(dirname(path), row.model) : row.model;
  const scenario = scenarioOf(row, { llm, gpu: gpu.name });
  try {
    const loaded = loadObject(scenario, ".");
    const spec = scenarioSpec(loaded.scenario);
    const config = stepConfigOf(loaded, spec);
    const limits = engineLimits(loaded, spec, config);
    const tooLong = tooLongFor(row, limits.maxModelLen);
    if (tooLong !== undefined) {
      return { run: undefined, problems: [placed(tooLong, text)], doubts: [] };
    }
    const kvTokens = limits.kvBlocks * loaded.scenario.engine.block_size;
    const floors = floorsOf(row, config, { seqs: limits.maxSeqs, kvTokens });
    const weights = config.precision.weights;
    const precision = weights === "none" ? "bf16" : weights;
    const deployment = ["own", gpu.spec.id, row.stack, basename(row.model), precision];
    const run: MeasuredRun = {
      id: [...deployment, `tp${row.tp}`, `line${text.line}`].join("/"),
      suite: "own",
      architecture: architectureOf(config.llm),
      isMoe: config.llm.moe !== undefined,
      precision,
      scenario,
      measured: measurementsOf(row),
      source: `${basename(path)}, line ${text.line}`,
      kind: "measured",
      assumed: assumedOf(row),
    };
    const doubts = doubtfulFigures(row, floors).map((doubt) => placed(doubt, text));
    return { run, problems: [], doubts };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { run: undefined, problems: error.problems.map((one) => inRow(one, text)), doubts: [] };
  }
}

function tooLongFor(row: MeasurementRow, maxModelLen: number): RowProblem | undefined {
  const tokens = row.input_tokens + row.output_tokens;
  if (tokens <= maxModelLen) return undefined;
  const message = `with output_tokens ${tokens}; the context holds ${maxModelLen} at most`;
  return { column: "input_tokens", message };
}

/** A problem of the row's scenario, as one of its column. */
function inRow(problem: Problem, text: TextRow): Problem {
  const column = columnOf(problem.key);
  return { ...problem, place: problem.place ?? text.placeOf(column), key: column ?? problem.key };
}
