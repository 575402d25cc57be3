import { at } from "../../workloads/at.ts";
import { type LabelColumn, labelOf } from "../../workloads/importers/labelColumn.ts";
import type { SharedColumns } from "../../workloads/importers/sharedColumns.ts";
import type { TraceColumns } from "../../workloads/importers/traceColumns.ts";

/** A trace as a file that is read again to the same requests, a line at a time. */
export type TraceText = (trace: TraceColumns) => Generator<string>;

/** As Vidur has it, with class and tenant where there are any; seconds in full. */
export function* csvText(trace: TraceColumns): Generator<string> {
  const { arrivalS, promptTokens, outputTokens, classes, tenants } = trace;
  const time = arrivalS === undefined ? [] : ["arrived_at"];
  const names = [classes && "class", tenants && "tenant"].filter((name) => name !== undefined);
  yield `${[...time, "num_prefill_tokens", "num_decode_tokens", ...names].join(",")}\n`;
  for (let row = 0; row < promptTokens.length; row++) {
    let line = arrivalS === undefined ? "" : `${at(arrivalS, row)},`;
    line += `${at(promptTokens, row)},${at(outputTokens, row)}`;
    if (classes !== undefined) line += `,${labelOf(classes, row) ?? ""}`;
    if (tenants !== undefined) line += `,${labelOf(tenants, row) ?? ""}`;
    yield `${line}\n`;
  }
}

/** As Mooncake has it: milliseconds, and hash_ids where the trace has blocks as long as Mooncake's. */
export function* jsonlText(trace: TraceColumns): Generator<string> {
  const { arrivalS, promptTokens, outputTokens, shared, classes, tenants } = trace;
  const named = (column: LabelColumn | undefined, row: number) =>
    column === undefined ? undefined : labelOf(column, row);
  for (let row = 0; row < promptTokens.length; row++) {
    const line = {
      timestamp: arrivalS === undefined ? undefined : milliseconds(at(arrivalS, row)),
      input_length: at(promptTokens, row),
      output_length: at(outputTokens, row),
      hash_ids: hasHashIds(shared) ? hashIdsAt(shared, row) : undefined,
      class: named(classes, row),
      tenant: named(tenants, row),
    };
    yield `${JSON.stringify(line)}\n`;
  }
}

export const mooncakeBlockTokens = 512;

function hasHashIds(shared: SharedColumns | undefined): shared is SharedColumns {
  return shared?.blockTokens === mooncakeBlockTokens;
}

function hashIdsAt({ textIds, starts, ends }: SharedColumns, row: number): number[] {
  return Array.from(textIds.subarray(at(starts, row), at(ends, row)));
}

/** A whole number where it is the same time; else the nearest, at most a rounding error away. */
function milliseconds(timeS: number): number {
  const whole = Math.round(timeS * 1000);
  return whole / 1000 === timeS ? whole : timeS * 1000;
}
