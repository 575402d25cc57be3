import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();

const scenario = (workload: string) => `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: H100-SXM }
workload: ${workload}
`;

async function result(file: string) {
  return JSON.parse((await command("run", file, "--json", "-")).out);
}

describe("requests as they are written", () => {
  test.each([
    "workload --to a.csv",
    "workload --to a.parquet",
    "run --requests a.csv",
    "run --requests a.parquet",
  ])("what %s writes is replayed to the same digest", async (words) => {
    const drawn = "{ dataset: azure-conv-2023, num_requests: 300 }";
    writeFileSync(at("drawn.yaml"), scenario(drawn));
    const [verb = "", ...flags] = words.split(" ");
    expect((await command(verb, "drawn.yaml", ...flags, "--quiet")).code).toBe(0);
    const path = flags.at(-1);
    writeFileSync(at("again.yaml"), scenario(`{ trace: { path: ${path}, origin_s: 0 } }`));
    writeFileSync(at("moved.yaml"), scenario(`{ trace: { path: ${path} } }`));
    const of = await result("drawn.yaml");
    const again = await result("again.yaml");
    expect(again.digest).toBe(of.digest);
    const same = { scenario: null, warnings: null };
    expect({ ...again, ...same }).toEqual({ ...of, ...same });
    // From the first request on it is the same but for rounding.
    expect((await result("moved.yaml")).energy.gpu_j / of.energy.gpu_j).toBeCloseTo(1, 9);
  });

  test.each([
    [
      "{ path: log.csv, origin_s: 5 }",
      'row 2: expected a time from origin_s, 5 s, on, found "3 s"',
    ],
    ["{ path: log.csv, origin_s: 0, from_s: 1 }", "origin_s: is of a whole trace; what from_s"],
    [
      "{ path: bare.csv, origin_s: 0 }, arrivals: { kind: all_at_once }",
      "has no arrival times to count from origin_s",
    ],
    ["{ path: log.csv, origin_s: 0, format: servegen }", "origin_s: requests of a servegen folder"],
  ])("an origin that can't be is refused: %s", async (trace, message) => {
    writeFileSync(at("log.csv"), "arrival_s,input_tokens,output_tokens\n3,5,2\n9,5,2\n");
    writeFileSync(at("bare.csv"), "input_tokens,output_tokens\n5,2\n");
    writeFileSync(at("log.yaml"), scenario(`{ trace: ${trace} }`));
    const { code, err } = await command("run", "log.yaml");
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

describe("a benchmark's result of our own", () => {
  const lengths = "{input: {kind: fixed, tokens: 300}, output: {kind: uniform, min: 1, max: 90}}";
  const sent = (arrivals: string) => [
    ...["workload.dataset=null", "workload.num_requests=40"],
    ...[`workload.lengths=${lengths}`, `workload.arrivals=${arrivals}`],
  ];
  test.each<[string, string[], string[]]>([
    ["a data set", [], []],
    ["a full server", [], ["engine.max_num_seqs=2"]],
    ["preemption", sent("{kind: all_at_once}"), ["engine.gpu_memory_utilization=0.22"]],
    ["several replicas", [], ["cluster.replicas=3", "cluster.router=power_of_two"]],
    ["bursts", sent("{kind: gamma, rate_rps: 20, burstiness: 0.3}"), []],
    ["an even rate", sent("{kind: constant, rate_rps: 7}"), []],
    ["all at once", sent("{kind: all_at_once}"), []],
    ["users", sent("{kind: closed_loop, concurrency: 6}"), []],
  ])(
    "that tells of each request is replayed to the same digest, without any error: %s",
    async (what, load, server) => {
      const set = (keys: readonly string[]) => keys.flatMap((key) => ["--set", key]);
      const files = ["--vllm-json", "bench.json", "--vllm-detailed", "--json", "result.json"];
      await command("run", "small.yaml", ...set([...load, ...server]), ...files, "--quiet");
      const result = JSON.parse(readFileSync(at("result.json"), "utf8"));
      expect(result.preemptions > 0).toBe(what === "preemption");
      // The workload of the scenario is another one.
      const { out, err } = await command(
        "score",
        "small.yaml",
        "--bench",
        "bench.json",
        ...set([...server, "workload.dataset=imdb"]),
        "--json",
        "-",
      );
      expect(err).toBe("");
      const { digest, figures, notes } = JSON.parse(out);
      expect(digest).toBe(result.digest);
      expect(figures.length).toBeGreaterThan(25);
      expect(figures.filter((one: { error_ratio: number }) => one.error_ratio !== 0)).toEqual([]);
      expect(notes.join()).not.toContain("the benchmark has");
    },
  );
});
