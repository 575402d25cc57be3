import type { Problem } from "../errors.ts";
import { UserError } from "../errors.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";
import type { ScenarioFile } from "./schema.ts";
import type { KeyPath } from "./yamlFile.ts";

interface Unwired {
  readonly path: KeyPath;
  readonly isAsked: (scenario: ScenarioFile) => boolean;
}

/** Keys that are read but that nothing stands behind yet. */
const unwired: readonly Unwired[] = [
  { path: ["engine", "speculative"], isAsked: ({ engine }) => engine.speculative !== null },
  {
    path: ["engine", "sampling"],
    isAsked: ({ engine }) => engine.sampling.strategy !== "greedy" || engine.sampling.n > 1,
  },
  { path: ["workload", "sessions"], isAsked: ({ workload }) => workload.sessions !== null },
];

/** What the file asks for that would have to be ignored: refused instead. */
export function refuseUnwired({ scenario, places }: LoadedScenario): void {
  const problems = unwired
    .filter(({ isAsked }) => isAsked(scenario))
    .map(({ path }): Problem => ({ ...blame(path, places), message: "is not modelled yet" }));
  if (problems.length > 0) throw new UserError(problems);
}
