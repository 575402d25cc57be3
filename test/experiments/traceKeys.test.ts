import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compose } from "../../experiments/scenario/compose.ts";
import { loadObject } from "../../experiments/scenario/load.ts";
import { composeWorkload } from "../../experiments/scenario/workload.ts";
import { workloadSpec } from "../../experiments/scenario/workloadSpec.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
import { smallScenario } from "./smallScenario.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenwatt-trace-"));
afterAll(() => rmSync(folder, { recursive: true }));

const loaded = (trace: Readonly<Record<string, unknown>>) =>
  loadObject({ ...smallScenario, workload: { trace } }, folder);

test("the columns of a trace, and the tokens of its blocks, are the user's to say", () => {
  writeFileSync(join(folder, "log.csv"), "At,Prompt,Answer\n1,5,2\n3,7,4\n");
  const columns = { arrival_s: "At", input_tokens: "Prompt", output_tokens: "Answer" };
  const { replay } = loaded({ path: "log.csv", columns }).traces;
  expect(replay).toMatchObject({
    arrivalS: Float64Array.of(0, 2),
    promptTokens: Uint32Array.of(5, 7),
  });
  const row = { timestamp: 0, input_length: 40, output_length: 2, hash_ids: [1, 2, 3] };
  writeFileSync(join(folder, "hashed.jsonl"), JSON.stringify(row));
  const { shared } = loaded({ path: "hashed.jsonl", block_tokens: 16 }).traces.replay ?? {};
  expect(shared?.blockTokens).toBe(16);
});

test.each([
  [
    { columns: { arrival_s: "a", timestamp: "b" } },
    "workload.trace.columns.timestamp: arrival_s says already when requests come; give one",
  ],
  [
    { format: "azure", columns: { input_tokens: "a" } },
    "workload.trace.columns: a file of format azure has names of its own; columns go with csv, jsonl and",
  ],
  [{ columns: { prompt: "a" } }, "workload.trace.columns.prompt: unknown key"],
  [{ format: "brustgpt" }, 'got "brustgpt"; did you mean burstgpt?'],
  [{ block_tokens: 0 }, "workload.trace.block_tokens"],
])("%j is refused", (keys, message) => {
  writeFileSync(join(folder, "log.csv"), "input_tokens,output_tokens\n5,2\n");
  expect(() => loaded({ path: "log.csv", ...keys })).toThrow(message);
});

describe("of a trace", () => {
  const rows = Array.from({ length: 200 }, (_, k) => `${k},${k + 1},5`);

  /** The prompts that are issued, when, and what is said of it. */
  function issued(trace: Readonly<Record<string, unknown>>, maxModelLen = 4096) {
    writeFileSync(
      join(folder, "log.csv"),
      ["arrival_s,input_tokens,output_tokens", ...rows].join("\n"),
    );
    const scenario = loaded({ path: "log.csv", ...trace });
    const spec = workloadSpec(scenario.scenario.workload);
    const { source, warnings } = composeWorkload(scenario, spec, {
      stream: randomStreams("1"),
      maxModelLen,
    });
    const requests: RequestSpec[] = [];
    for (let next = source.next(); next !== undefined; next = source.next()) requests.push(next);
    return {
      prompts: requests.map(({ promptTokens }) => promptTokens),
      timesS: requests.map(({ arrivalS }) => arrivalS),
      warnings: warnings(),
    };
  }

  test("a span is replayed from 0 on, and the first rows are counted in it", () => {
    const { prompts, timesS } = issued({ from_s: 10, to_s: 20, limit: 3, rate_scale: 2 });
    expect(prompts).toEqual([11, 12, 13]);
    expect(timesS).toEqual([0, 0.5, 1]);
  });

  test("a sample and a shuffle are drawn by the seed, each from a stream of its own", () => {
    const sample = issued({ sample: 0.25 });
    expect(sample.prompts.length).toBeGreaterThan(25);
    expect(sample.prompts.length).toBeLessThan(75);
    expect(issued({ sample: 0.25 })).toEqual(sample);
    const shuffled = issued({ sample: 0.25, shuffle_lengths: true });
    expect(shuffled.timesS).toEqual(sample.timesS);
    expect(shuffled.prompts).not.toEqual(sample.prompts);
    expect(shuffled.prompts.toSorted((a, b) => a - b)).toEqual(sample.prompts);
  });

  test("prompts are cut to the context where that is asked for, which is said", () => {
    expect(issued({}, 100).prompts.at(-1)).toBe(200);
    const { prompts, warnings } = issued({ cap_to_context: true }, 100);
    expect([Math.max(...prompts), prompts.length]).toEqual([95, 200]);
    expect(warnings).toEqual([
      "105 prompts of the trace were cut to fit max_model_len (100) with their output",
    ]);
  });

  test.each([
    [{ from_s: 20, to_s: 20 }, "workload.trace.to_s: to_s 20 is not after from_s 20"],
    [{ from_s: 200 }, "workload.trace.from_s: no request of the trace is in this span; its last"],
    [{ sample: 1e-9 }, "workload.trace.sample: leaves none of 200 requests"],
    [{ sample: 0 }, "workload.trace.sample: expected"],
    [{ shuffle_length: true }, "unknown key; did you mean shuffle_lengths?"],
  ])("%j is refused", (keys, message) => {
    expect(() => issued(keys)).toThrow(message);
  });

  test("without times there is no span", () => {
    writeFileSync(join(folder, "untimed.csv"), "input_tokens,output_tokens\n5,2\n");
    const trace = { path: "untimed.csv", to_s: 5 };
    const arrivals = { kind: "constant", rate_rps: 1 };
    const scenario = loadObject({ ...smallScenario, workload: { trace, arrivals } }, folder);
    expect(() => compose(scenario)).toThrow(
      "workload.trace.to_s: the file has no arrival times to choose by",
    );
  });
});
