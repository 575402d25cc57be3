import { TraceError } from "../../workloads/importers/traceError.ts";
import { UserError } from "../errors.ts";
import { suggestion } from "../suggestion.ts";

/**
 * What is wrong with a trace, as a problem of its file. `headerLines` of what was read as lines the
 * file does not have: its rows count without them.
 */
export function located<Value>(path: string, read: () => Value, headerLines: 0 | 1 = 0): Value {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    const { missing, row } = error;
    const nearest = missing === undefined ? "" : suggestion(missing.name, missing.among);
    const where = row > headerLines ? `row ${row - headerLines}` : "columns";
    const message = error.message.replace(/^row \d+/, where);
    throw new UserError({ place: { file: path }, message: `${message}${nearest}` });
  }
}
