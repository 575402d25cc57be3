import type { RequestEnd, RequestRecord } from "../../sim/request.ts";
import { csvCell } from "../csvCell.ts";

export const requestsHeader =
  "request_id,arrival_s,input_tokens,output_tokens,replica,queue_ms,ttft_ms,tpot_ms,e2e_ms," +
  "preemptions,cached_tokens,energy_j,status,class,tenant\n";

const statusWords: Readonly<Record<RequestEnd, string>> = {
  completed: "completed",
  rejected: "rejected",
  unfinished: "unfinished",
  timedOut: "timed_out",
  cancelled: "cancelled",
};

/** One row of the per-request table; a cell is empty where the figure does not apply. */
export function requestRow(request: RequestRecord): string {
  const { id, arrivalS, promptTokens, outputTokens, replica, preemptions, cachedTokens } = request;
  const { queueS, ttftS, tpotS, e2eS, energyJ, status, className, tenant } = request;
  const cells = [
    ...[id, arrivalS, promptTokens, outputTokens, replica ?? ""],
    ...[queueS, ttftS, tpotS, e2eS].map(milliseconds),
    ...[preemptions, cachedTokens, energyJ, statusWords[status]],
    ...[className, tenant].map(csvCell),
  ];
  return `${cells.join(",")}\n`;
}

function milliseconds(seconds: number | undefined): string {
  return seconds === undefined ? "" : String(seconds * 1000);
}
