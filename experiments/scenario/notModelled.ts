import type { Problem } from "../errors.ts";
import { blame, type Places } from "./problems.ts";
import { memberOf } from "./schemaTree.ts";
import type { KeyPath } from "./yamlFile.ts";

interface Refusal {
  readonly path: KeyPath;
  readonly refuses: (value: unknown) => boolean;
  readonly what: string;
  readonly instead: string;
}

const above1 = (value: unknown): boolean => typeof value === "number" && value > 1;

/** Keys of the scenario language whose meaning is fixed but which no model stands behind yet. */
const refusals: readonly Refusal[] = [
  {
    path: ["cluster", "data_parallel_size"],
    refuses: above1,
    what: "attention data parallelism",
    instead: "only 1 is accepted; replicas are independent engines",
  },
];

/** What the file asks for that would have to be ignored: refused instead. */
export function notModelled(value: unknown, places: Places): Problem[] {
  return refusals
    .filter(({ path, refuses }) => refuses(path.reduce(memberOf, value)))
    .map(({ path, what, instead }) => ({
      ...blame(path, places),
      message: `${what} is not modelled yet; ${instead}`,
    }));
}
