import type { RequestSource, RequestSpec } from "../sim/ports.ts";
import { floatColumn, wholeColumn } from "./importers/growingColumn.ts";
import { labelBuilder } from "./importers/labelColumn.ts";
import type { TraceColumns } from "./importers/traceColumns.ts";

interface Drawn {
  readonly columns: TraceColumns;
  /** Requests that begin with a text of others, which the columns do not hold. */
  readonly sharingRequests: number;
}

/**
 * All requests of a source that does not wait for answers, as the columns of a trace: at the very times
 * at which they come, so that a replay has the digest of the run. Undefined where there are none.
 */
export function drawnColumns(
  source: RequestSource,
  classNames: readonly string[] = [],
): Drawn | undefined {
  const arrivalS = floatColumn();
  const promptTokens = wholeColumn();
  const outputTokens = wholeColumn();
  const classes = labelBuilder(0);
  const tenants = labelBuilder(0);
  let sharingRequests = 0;
  let hasTenants = false;
  const first = source.next();
  for (let spec: RequestSpec | undefined = first; spec !== undefined; spec = source.next()) {
    arrivalS.push(spec.arrivalS);
    promptTokens.push(spec.promptTokens);
    outputTokens.push(spec.outputTokens);
    classes.add(classNames[spec.classId ?? -1], arrivalS.rows);
    tenants.add(spec.tenant, arrivalS.rows);
    hasTenants ||= spec.tenant !== undefined;
    if (spec.shared !== undefined && spec.shared.length > 0) sharingRequests++;
  }
  if (first === undefined) return undefined;
  const asTheyCame = (codes: Uint32Array) => codes;
  const columns: TraceColumns = {
    arrivalS: arrivalS.values(),
    promptTokens: promptTokens.values(),
    outputTokens: outputTokens.values(),
    classes: classNames.length === 0 ? undefined : classes.column(asTheyCame),
    tenants: hasTenants ? tenants.column(asTheyCame) : undefined,
    outOfOrderRows: 0,
    droppedRows: 0,
  };
  return { columns, sharingRequests };
}
