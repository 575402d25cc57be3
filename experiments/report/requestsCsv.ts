import type { RequestRecord } from "../../sim/request.ts";

export const requestsHeader =
  "request_id,arrival_s,input_tokens,output_tokens,replica,queue_ms,ttft_ms,tpot_ms,e2e_ms," +
  "preemptions,cached_tokens,energy_j,status\n";

/** One row of the per-request table; a cell is empty where the figure does not apply. */
export function requestRow(request: RequestRecord): string {
  const { id, arrivalS, promptTokens, outputTokens, replica, preemptions, cachedTokens } = request;
  const { queueS, ttftS, tpotS, e2eS, energyJ, status } = request;
  const latencies = `${ms(queueS)},${ms(ttftS)},${ms(tpotS)},${ms(e2eS)}`;
  return `${id},${arrivalS},${promptTokens},${outputTokens},${replica ?? ""},${latencies},${preemptions},${cachedTokens},${energyJ},${status}\n`;
}

function ms(seconds: number | undefined): string {
  return seconds === undefined ? "" : String(seconds * 1000);
}
