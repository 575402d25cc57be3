import type { ErrorClass, Quantity } from "../../../models/uncertainty.ts";
import { figureResidual } from "../../measured/figureInterval.ts";
import type { MeasuredRun } from "../../measured/measuredRun.ts";
import { isQueueing } from "../../measured/queueing.ts";

/** How far one measured figure is from what was predicted without it. */
export interface HeldOutResidual {
  readonly quantity: Quantity;
  readonly isMoe: boolean;
  readonly class: ErrorClass;
  /** An architecture or a GPU: residuals of one group err together. */
  readonly group: string;
  /** ln(measured / predicted) */
  readonly logRatio: number;
}

interface HeldOut {
  /** Predicted without this run: one for each of `run.measured`, null where there is none. */
  readonly values: readonly (number | null)[];
  readonly classOf: (quantity: Quantity) => ErrorClass;
  readonly group: string;
}

/**
 * The residuals of one run. Rows whose hosts held the GPUs up tell of those hosts, and are left out
 * as they are of every promise; so is TTFT that is queueing, as it is of every fit.
 */
export function residualsOfRun(
  run: MeasuredRun,
  { values, classOf, group }: HeldOut,
): HeldOutResidual[] {
  const { suite, isMoe, measured } = run;
  if (suite === "steady_state_host_bound") return [];
  return measured.flatMap(({ metric, value }, index) => {
    const predicted = values[index] ?? null;
    if (predicted === null) return [];
    if (metric === "ttft_ms" && isQueueing(run, value)) return [];
    const residual = figureResidual(metric, { measured: value, predicted });
    if (residual === undefined) return [];
    return [{ ...residual, isMoe, class: classOf(residual.quantity), group }];
  });
}

/** A network on a GPU under a stack, which errs alike at every load. */
export function deploymentName({ architecture, scenario }: MeasuredRun): string {
  return `${architecture} on ${scenario.cluster.gpu} under ${scenario.engine.stack}`;
}
