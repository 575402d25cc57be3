import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { compose } from "../../experiments/scenario/compose.ts";
import { loadObject } from "../../experiments/scenario/load.ts";
import { composeWorkload } from "../../experiments/scenario/workload.ts";
import { workloadSpec } from "../../experiments/scenario/workloadSpec.ts";
import type { RequestSpec } from "../../sim/ports.ts";
import { randomStreams } from "../../sim/random.ts";
import { standardErrors, std } from "../workloads/statistics.ts";
import { smallScenario } from "./smallScenario.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenwatt-workload-"));
afterAll(() => rmSync(folder, { recursive: true }));

type Block = Readonly<Record<string, unknown>>;

const scenarioWith = (workload: Block) => loadObject({ ...smallScenario, workload }, folder);
const small = (more: Block) => ({ ...smallScenario.workload, ...more });

/** The source of a workload, and all that it issues by itself. */
function composed(workload: Block, maxModelLen = 4096) {
  const loaded = scenarioWith(workload);
  const stream = randomStreams("1");
  const spec = workloadSpec(loaded.scenario.workload);
  const { source, warnings } = composeWorkload(loaded, spec, { stream, maxModelLen });
  const issued: RequestSpec[] = [];
  for (let spec = source.next(); spec !== undefined; spec = source.next()) issued.push(spec);
  return { source, issued, warnings };
}

describe("cancellations", () => {
  const cancellations = { share: 0.5, after_s: { mean: 2 } };

  test("are drawn from streams of their own: the requests stay as they were", () => {
    const plain = composed(small({})).issued;
    const cancelled = composed(small({ cancellations })).issued;
    expect(cancelled.map(({ cancelAfterS, ...rest }) => rest)).toEqual(plain);
    expect(new Set(cancelled.map(({ cancelAfterS }) => cancelAfterS !== undefined)).size).toBe(2);
    expect(compose(scenarioWith(small({ cancellations }))).simulation.clientsCancel).toBe(true);
  });

  test("reach the turns of conversations", () => {
    const sessions = {
      arrivals: { kind: "closed_loop", concurrency: 8 },
      sessions: { turns: 2 },
      cancellations: { share: 1, after_s: 3 },
    };
    const { issued } = composed(small(sessions));
    expect(issued.map(({ cancelAfterS }) => cancelAfterS)).toEqual(issued.map(() => 3));
  });
});

describe("classes", () => {
  const classes = [
    { name: "chat", share: 3, tenant: "a", slo: { ttft_ms: 500 }, priority: -1 },
    { name: "batch", timeout_s: 90 },
  ];

  test("reach the engine with their service levels, priorities and patience in seconds", () => {
    const { simulation } = compose(scenarioWith(small({ classes, timeout_s: 30 })));
    const none = { ttftS: undefined, tpotS: undefined, e2eS: undefined };
    expect(simulation.classes).toMatchObject([
      { name: "chat", priority: -1, serviceLevels: { ...none, ttftS: 0.5 }, timeoutS: undefined },
      { name: "batch", priority: 0, serviceLevels: undefined, timeoutS: 90 },
    ]);
    expect(simulation.timeoutS).toBe(30);
  });

  test("are drawn from a stream of their own: the requests stay as they were", () => {
    const plain = composed(small({})).issued;
    const classed = composed(small({ classes })).issued;
    expect(classed.map(({ classId, tenant, ...rest }) => rest)).toEqual(plain);
    expect(new Set(classed.map(({ classId, tenant }) => `${classId} ${tenant}`))).toEqual(
      new Set(["0 a", "1 undefined"]),
    );
  });

  test("of a trace are those of its column, and its tenants come before theirs", () => {
    const header = "arrived_at,num_prefill_tokens,num_decode_tokens,class,tenant";
    const rows = ["0,1,1,batch,", "1,1,1,chat,", "2,1,1,chat,b", "3,1,1,,b"];
    writeFileSync(join(folder, "trace.csv"), [header, ...rows].join("\n"));
    const named = [{ name: "chat", tenant: "a" }, { name: "batch" }];
    const trace = { path: "trace.csv" };
    const { issued } = composed({ trace, classes: named });
    expect(issued.map(({ classId, tenant }) => [classId, tenant])).toEqual([
      [1, undefined],
      [0, "a"],
      [0, "b"],
      [undefined, "b"],
    ]);
    expect(composed({ trace }).warnings()).toEqual([
      "the trace tells classes apart, workload.classes does not: batch, chat",
    ]);
    expect(() => composed({ trace, classes: [{ name: "chats" }, { name: "batch" }] })).toThrow(
      'trace.csv:3: workload.classes has no class "chat"; did you mean chats?\n  it has: chats, batch',
    );
    expect(() => composed({ trace, classes })).toThrow(
      "workload.classes.0.share: the trace says of which class each request is; leave the share out",
    );
    const shared_prefix = { tokens: 5 };
    expect(() => composed({ trace, shared_prefix })).toThrow(
      "workload.shared_prefix: what the prompts of a trace begin with is the trace's to say",
    );
  });
});

describe("a shared prefix", () => {
  test("leaves the requests' own lengths as they were, and the context room for them", () => {
    const plain = composed(small({})).issued;
    const prefixed = composed(small({ shared_prefix: { tokens: 100, groups: 2 } })).issued;
    expect(prefixed.map(({ promptTokens }) => promptTokens - 100)).toEqual(
      plain.map(({ promptTokens }) => promptTokens),
    );
    expect(new Set(prefixed.map(({ shared }) => shared?.[0]?.textId))).toEqual(new Set([0, 1]));
    const tight = composed(small({ shared_prefix: { tokens: 100 } }), 300).issued;
    expect(Math.max(...tight.map(({ promptTokens }) => promptTokens))).toBe(299);
  });
});

describe("conversations", () => {
  const arrivals = { kind: "closed_loop", concurrency: 3, think_time_s: 7 };

  test("take text ids beyond those of the system prompts, and the think time of the users", () => {
    const sessions = { turns: 2 };
    const workload = small({ arrivals, sessions, shared_prefix: { tokens: 100, groups: 4 } });
    const { issued, source } = composed(workload);
    expect(issued.map(({ shared }) => shared?.[1]?.textId)).toEqual([4, 5, 6]);
    const [first] = issued;
    const ended = { shared: first?.shared, status: "completed" };
    const answered = Reflect.apply(source.ended ?? (() => undefined), source, [1, ended]);
    expect(answered).toMatchObject({ arrivalS: 8, shared: [{}, { textId: 4 }] });
  });
});

describe("agents", () => {
  test("wait for their tools between turns, and for their user between conversations", () => {
    const arrivals = { kind: "closed_loop", concurrency: 1, think_time_s: 1000 };
    const sessions = { turns: 2, think_time_s: { mean: 2, std: 1 } };
    const { issued, source } = composed(small({ arrivals, sessions, num_requests: 400 }));
    const pauses: number[] = [];
    for (let next = issued[0]; next !== undefined; ) {
      const ended = { shared: next.shared, status: "completed" };
      const nowS = next.arrivalS + 1;
      next = Reflect.apply(source.ended ?? (() => undefined), source, [nowS, ended]);
      if (next !== undefined) pauses.push(next.arrivalS - nowS);
    }
    expect(pauses).toHaveLength(399);
    const tools = pauses.filter((_, turn) => turn % 2 === 0);
    const users = pauses.filter((_, turn) => turn % 2 === 1).map((pauseS) => pauseS.toFixed(6));
    expect(new Set(users)).toEqual(new Set(["1000.000000"]));
    expect(standardErrors(tools, 2)).toBeLessThan(3);
    expect(std(tools)).toBeGreaterThan(0.8);
    expect(std(tools)).toBeLessThan(1.2);
  });

  test.each<[Block | number, string]>([
    [-1, "think_time_s: expected a number >= 0"],
    [{ mean: 0 }, "think_time_s"],
    [{ meen: 1 }, "think_time_s"],
  ])("a pause of %o is refused", (think_time_s, message) => {
    const arrivals = { kind: "closed_loop", concurrency: 1, think_time_s };
    expect(() => composed(small({ arrivals }))).toThrow(message);
  });
});

describe("arrivals", () => {
  const issuedAt = (arrivals: Block, more: Block = {}) =>
    composed(small({ arrivals, ...more })).issued.map(({ arrivalS }) => arrivalS);

  test.each<[Block, number]>([
    [{ kind: "gamma", rate_rps: 5, burstiness: 4 }, 5],
    [{ kind: "hyper_exponential", rate_rps: 5, cv: 2 }, 5],
    [{ kind: "diurnal", rate_rps: 5, day_s: 60 }, 5],
    [{ kind: "ramp", start_rps: 5, end_rps: 5, over_s: 10 }, 5],
    [{ kind: "on_off", requests_per_burst: 10, burst_rate_rps: 9, pause_mean_s: 1 }, 5],
  ])("%o come at the rate that it says", (arrivals, ratePerS) => {
    const times = issuedAt(arrivals, { num_requests: 4000 });
    expect(times).toHaveLength(4000);
    expect(Math.abs(4000 / ratePerS / (times.at(-1) ?? 0) - 1)).toBeLessThan(0.08);
  });

  test("stages end the workload, unless num_requests does so before", () => {
    const stages = [
      { rate_rps: 5, duration_s: 100 },
      { rate_rps: 50, duration_s: 10 },
    ];
    const arrivals = { kind: "stages", stages };
    const all = issuedAt(arrivals, { num_requests: null });
    expect(Math.abs(all.length - 1000)).toBeLessThan(130);
    expect(all.at(-1)).toBeLessThan(110);
    expect(issuedAt(arrivals, { num_requests: 30 })).toEqual(all.slice(0, 30));
  });

  test("gamma's rescale puts the last of num_requests at num_requests / rate", () => {
    const arrivals = { kind: "gamma", rate_rps: 5, burstiness: 0.5, rescale: true };
    expect(issuedAt(arrivals, { num_requests: 50 }).at(-1)).toBe(10);
    const endless = { num_requests: null, duration_s: 10 };
    expect(() => issuedAt(arrivals, endless)).toThrow(
      "workload.arrivals.rescale: stretches the times of all requests, up to 100000000 of them, " +
        "found no num_requests",
    );
  });

  test.each<[Block, string]>([
    [{ kind: "ramp", start_rps: 0, end_rps: 5, over_s: 1, strategy: "exponential" }, "never grows"],
    [{ kind: "diurnal", rate_rps: 5, profile: new Array(24).fill(0) }, "no hour has any requests"],
    [{ kind: "diurnal", rate_rps: 5, profile: [1, 2] }, "workload.arrivals.profile: expected"],
    [
      {
        kind: "on_off",
        requests_per_burst: 2,
        burst_rate_rps: 9,
        pause_mean_s: 1,
        pause_min_s: 1,
      },
      "workload.arrivals.pause_mean_s: pause_mean_s 1 is not above pause_min_s 1",
    ],
    [{ kind: "stages", stages: [] }, "workload.arrivals.stages: expected a list of 1 or more"],
    [{ kind: "stages", stages: [{ rate_rps: 0, duration_s: 1 }] }, "no stage has any requests"],
    [{ kind: "gama", rate_rps: 5 }, "did you mean gamma?"],
    [{ kind: "gamma", rate_rps: 5, burstyness: 2 }, "did you mean burstiness?"],
  ])("%o is refused with the key and what was expected", (arrivals, message) => {
    expect(() => issuedAt(arrivals)).toThrow(message);
  });
});

describe("a data set", () => {
  test("without arrivals of its own needs some", () => {
    expect(() => composed({ dataset: "imdb" })).toThrow(
      'workload.dataset: data set "imdb" says how long requests are, not when they come\n' +
        "  give workload.arrivals, for instance {kind: poisson, rate_rps: 4}",
    );
    const arrivals = { kind: "poisson", rate_rps: 4 };
    const { issued, warnings } = composed({ dataset: "imdb", arrivals, num_requests: 5 });
    expect(issued.map(({ outputTokens }) => outputTokens)).toEqual([1, 1, 1, 1, 1]);
    expect(warnings()).toEqual([]);
  });

  test("warns of what is assumed of its arrivals, where they are used", () => {
    const paper = { dataset: "azure-conv-paper", num_requests: 5 };
    expect(composed(paper, 1e6).warnings()).toEqual([
      "azure-conv-paper: its arrivals are assumed: a Poisson process with the mean rate of the week",
    ]);
    const arrivals = { kind: "all_at_once" };
    expect(composed({ ...paper, arrivals }, 1e6).warnings()).toEqual([]);
  });
});

describe("empirical lengths of one source", () => {
  const arrivals = { kind: "all_at_once" };
  const apart = (issued: readonly RequestSpec[], pairs: readonly string[]) =>
    issued.filter((one) => !pairs.includes(`${one.promptTokens} ${one.outputTokens}`)).length;

  test("are drawn together, as they are there", () => {
    const rows = ["5,50", "6,60", "700,7"];
    writeFileSync(
      join(folder, "own.csv"),
      ["num_prefill_tokens,num_decode_tokens", ...rows].join("\n"),
    );
    const law = { kind: "empirical", path: "own.csv" };
    const lengths = { input: law, output: law };
    const { issued, warnings } = composed({ arrivals, lengths, num_requests: 90 }, 500);
    expect(apart(issued, ["5 50", "6 60", "499 7"])).toBe(0);
    const long = issued.filter(({ promptTokens }) => promptTokens === 499).length;
    expect(long).toBeGreaterThan(15);
    expect(long).toBeLessThan(45);
    expect(warnings()).toEqual([
      `${long} input lengths were drawn too long and cut at max_model_len`,
    ]);
    // Two sources know nothing of each other.
    writeFileSync(join(folder, "other.csv"), readFileSync(join(folder, "own.csv")));
    const other = { input: law, output: { kind: "empirical", path: "other.csv" } };
    expect(
      apart(composed({ arrivals, lengths: other }, 500).issued, ["5 50", "6 60", "499 7"]),
    ).not.toBe(0);
  });

  test("of a data set are the data set's", () => {
    const law = { kind: "empirical", dataset: "azure-conv-2023" };
    const laws = { arrivals, lengths: { input: law, output: law }, num_requests: 20 };
    const whole = { arrivals, dataset: "azure-conv-2023", num_requests: 20 };
    expect(composed(laws).issued).toEqual(composed(whole).issued);
  });
});
