import type { TracedClasses } from "../../workloads/replay.ts";
import { UserError } from "../errors.ts";
import { suggestion } from "../suggestion.ts";
import type { LoadedScenario } from "./load.ts";
import { blame } from "./problems.ts";

/**
 * The scenario's classes by the names that the replayed trace gives its requests; undefined where
 * one of the two has none.
 * @throws UserError at the first row of a class that the scenario does not know.
 */
export function tracedClasses({
  scenario,
  traces,
  places,
}: LoadedScenario): TracedClasses | undefined {
  const { classes, trace } = scenario.workload;
  const traced = traces.replay?.classes;
  if (classes === null || trace === null || traced === undefined) return undefined;
  const drawn = classes.findIndex(({ share }) => share !== null);
  if (drawn >= 0) {
    const message = "the trace says of which class each request is; leave the share out";
    throw new UserError({ ...blame(["workload", "classes", drawn, "share"], places), message });
  }
  const names = classes.map(({ name }) => name);
  const ids = traced.names.map((name, code) => {
    const id = names.indexOf(name);
    if (id >= 0) return id;
    const place = { file: trace.path, line: traced.firstRows[code] };
    const message = `workload.classes has no class "${name}"${suggestion(name, names)}`;
    throw new UserError({ place, message, hint: `it has: ${names.join(", ")}` });
  });
  return { ids, tenants: classes.map(({ tenant }) => tenant ?? undefined) };
}
