import { expect, test } from "vitest";
import { resultCell, resultColumns } from "../../../experiments/sweep/columns.ts";
import { simulated, smallScenario } from "../smallScenario.ts";

/** Not figures, or told by the manifest, or of as many parts as the workload has. */
const left =
  /^(schema|tokenwatt_version|scenario|kv_transfer|failures\.replicas|pools|classes|tenants|calibration\.sources)\b/;

function scalarsOf(value: unknown, path = ""): string[] {
  if (path !== "" && left.test(path)) return [];
  if (Array.isArray(value)) {
    return path === "warnings" ? [path] : [`${path}.low`, `${path}.high`];
  }
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, member]) =>
    scalarsOf(member, path === "" ? key : `${path}.${key}`),
  );
}

test("every scalar of a result is a column, and every column is one", async () => {
  const arrivals = { kind: "closed_loop", concurrency: 4 } as const;
  const workload = { ...smallScenario.workload, arrivals };
  const site = { gpu_price_per_hour: 2 };
  const slo = { ttft_ms: 500 };
  const failures = { outages: [{ replica: 0, from_s: 1, for_s: 1 }] };
  const cluster = { ...smallScenario.cluster, failures };
  const result = await simulated({ ...smallScenario, cluster, workload, site, slo });
  const names = resultColumns.map(({ name }) => name);
  expect(scalarsOf(result).sort()).toEqual([...names].sort());
  const unknown = names.filter((name) => resultCell(result, name) === null);
  expect(unknown).toEqual([]);
});
