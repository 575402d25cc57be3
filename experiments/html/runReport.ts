import type { Format } from "../formats/format.ts";
import { enginesIn } from "../report/engines.ts";
import { ReplicaBooks } from "./replicaBooks.ts";
import { runPage } from "./runPage.ts";
import { seriesColumns } from "./seriesColumns.ts";
import { ValueBins } from "./valueBins.ts";

/** A page of a run, with what its result has not: time, single requests, single replicas. */
export const runReport: Format = (file) => {
  const latencies = {
    ttft_ms: new ValueBins(),
    tpot_ms: new ValueBins(),
    e2e_ms: new ValueBins(),
  };
  const books = new ReplicaBooks();
  return {
    add(request) {
      const { ttftS, tpotS, e2eS } = request;
      books.addRequest(request);
      // Percentiles of the result are those of completed requests.
      if (request.status !== "completed") return;
      if (ttftS !== undefined) latencies.ttft_ms.add(ttftS * 1000);
      if (tpotS !== undefined) latencies.tpot_ms.add(tpotS * 1000);
      if (e2eS !== undefined) latencies.e2e_ms.add(e2eS * 1000);
    },
    addRun: (run) => books.addRun(run),
    finish(run) {
      const { totals, result } = run;
      const engines = enginesIn(totals, result.scenario.cluster);
      const replicas = books.rows(engines, totals.durationS);
      file.write(runPage(result, { series: seriesColumns(run), latencies, replicas }));
    },
  };
};
