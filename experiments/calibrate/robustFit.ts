import type { FitProblem, FitRow, Named } from "./fitProblem.ts";
import { refuseUnfit } from "./fitProblem.ts";
import type { Slope, World } from "./fitWorld.ts";
import { boundSide, fitWorld, lossAt, slopeAt } from "./fitWorld.ts";
import { solved } from "./linearSystem.ts";
import { standardErrors } from "./standardErrors.ts";

export interface Fit<Constants extends Named> {
  readonly constants: Constants;
  /** By name; missing where a bound holds the constant or the rows leave it open. */
  readonly standardErrors: ReadonlyMap<string, number>;
  /** Whether the gradient or the step vanished in every constant that no bound holds. */
  readonly converged: boolean;
  readonly iterations: number;
  readonly atBound: readonly string[];
  /** Mean of the loss over the rows. */
  readonly loss: number;
}

/** A step that would move every logarithm by less counts as none. */
const stepTolerance = 1e-8;
const firstDamping = 1e-3;
const dampingMax = 1e10;

/**
 * Nonlinear least squares on ln(predicted / observed), robust and deterministic. The loss is
 * Huber's: half the square of a residual up to `huberDelta`, linear beyond, so that a row that is
 * wrong tenfold pulls no harder than one that is wrong by `huberDelta`. Constants move in their
 * logarithm between their bounds, by Levenberg-Marquardt steps on iteratively reweighted rows; the
 * Jacobian is by central differences. The loss only falls, and nothing is drawn.
 * @throws Error where a row, a bound or a start is out of range, or rows are fewer than constants.
 */
export function robustFit<Constants extends Named, Row extends FitRow>(
  problem: FitProblem<Constants, Row>,
): Fit<Constants> {
  refuseUnfit(problem);
  const world = fitWorld(problem);
  let at: Standing = {
    logs: world.startLogs,
    loss: lossAt(world, world.startLogs),
    damping: firstDamping,
  };
  let iterations = 0;
  let state: Step["state"] = "moved";
  while (state === "moved" && iterations < (problem.maxIterations ?? 200)) {
    const step = descended(world, at);
    ({ state } = step);
    at = step.at;
    iterations++;
  }
  const constants = world.constantsAt(at.logs);
  return {
    constants,
    standardErrors: standardErrors(world, at.logs, constants),
    converged: state === "settled",
    iterations,
    atBound: world.names.filter(
      (_, index) =>
        boundSide(world, at.logs, index) !== 0 && world.low[index] !== world.high[index],
    ),
    loss: at.loss / problem.rows.length,
  };
}

interface Standing {
  readonly logs: readonly number[];
  readonly loss: number;
  readonly damping: number;
}

interface Step {
  readonly at: Standing;
  /** Settled at a minimum, or stuck where no step lowers the loss although one should. */
  readonly state: "moved" | "settled" | "stuck";
}

/** Moves by the first step, more and more damped, that lowers the loss. */
function descended(world: World, at: Standing): Step {
  const slope = slopeAt(world, at.logs);
  if (slope.flat) return { at, state: "settled" };
  for (let { damping } = at; damping <= dampingMax; damping *= 10) {
    const logs = dampedStep(slope, at.logs, damping).map((log, index) =>
      Math.min(Math.max(log, world.low[index] ?? log), world.high[index] ?? log),
    );
    const longest = Math.max(...logs.map((log, index) => Math.abs(log - (at.logs[index] ?? 0))));
    if (longest < stepTolerance) return { at, state: damping === at.damping ? "settled" : "stuck" };
    const loss = lossAt(world, logs);
    if (loss < at.loss) return { at: { logs, loss, damping: damping / 10 }, state: "moved" };
  }
  return { at, state: "stuck" };
}

function dampedStep(
  { free, curvature, gradient }: Slope,
  logs: readonly number[],
  damping: number,
) {
  const matrix = free.map((row) =>
    free.map((column) => (curvature[row]?.[column] ?? 0) * (row === column ? 1 + damping : 1)),
  );
  const step = solved(matrix, [free.map((index) => gradient[index] ?? 0)])?.[0];
  return logs.map((log, index) => log - (step?.[free.indexOf(index)] ?? 0));
}
