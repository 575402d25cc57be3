import type { TraceColumns } from "../workloads/importers/traceColumns.ts";
import type { TimedRequest } from "../workloads/streamedTrace.ts";
import type { StreamedTrace } from "./scenario/longTrace.ts";

/** A trace that is not kept, a part at a time: each has the columns of a trace, times from the first of all. */
export function* tracePieces(
  trace: StreamedTrace,
  requestsPerPiece = 65_536,
): Generator<TraceColumns> {
  const requests = trace.open();
  for (let left = trace.requests; left > 0; left -= requestsPerPiece) {
    yield piece(requests, Math.min(left, requestsPerPiece));
  }
}

function piece(requests: { next(): TimedRequest }, count: number): TraceColumns {
  const arrivalS = new Float64Array(count);
  const promptTokens = new Uint32Array(count);
  const outputTokens = new Uint32Array(count);
  for (let row = 0; row < count; row++) {
    const request = requests.next();
    arrivalS[row] = request.arrivalS;
    promptTokens[row] = request.promptTokens;
    outputTokens[row] = request.outputTokens;
  }
  return { arrivalS, promptTokens, outputTokens, outOfOrderRows: 0, droppedRows: 0 };
}
