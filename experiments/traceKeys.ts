import { UserError } from "./errors.ts";
import { type Places, problemsOf } from "./scenario/problems.ts";
import { type TraceKeys, traceJsonSchema, traceSchema } from "./scenario/traceSchema.ts";

/** The keys of `workload.trace` from a command line, where no file says them. */
export function traceKeys(keys: unknown): TraceKeys {
  const checked = traceSchema.safeParse(keys);
  if (checked.success) return checked.data;
  const context = { schema: traceJsonSchema(), value: keys, places: nowhere };
  throw new UserError(problemsOf(checked.error.issues, context));
}

const nowhere: Places = { placeOfKey: () => undefined, placeOfValue: () => undefined };
