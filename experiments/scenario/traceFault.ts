import { TraceError } from "../../workloads/importers/traceError.ts";
import { UserError } from "../errors.ts";
import { suggestion } from "../suggestion.ts";

/** What is wrong with a trace, as a problem of its file. */
export function located<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    const { missing } = error;
    const nearest = missing === undefined ? "" : suggestion(missing.name, missing.among);
    throw new UserError({ place: { file: path }, message: `${error.message}${nearest}` });
  }
}
