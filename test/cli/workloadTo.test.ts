import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { noTraces } from "../workloads/traces.ts";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();
const traces = resolve(import.meta.dirname, "../../../shared/data/traces");
const text = (file: string) => readFileSync(at(file), "utf8");

const scenario = (workload: string) => `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: H100-SXM }
workload: ${workload}
`;

async function result(file: string) {
  return JSON.parse((await command("run", file, "--json", "-")).out);
}

/** What came of a run, apart from what it says of its own scenario. */
function figures({
  requests,
  tokens,
  throughput,
  latency,
  energy,
}: Awaited<ReturnType<typeof result>>) {
  return { requests, tokens, throughput, latency, energy };
}

describe("tokenwatt workload --to", () => {
  test.each(["frozen.csv", "frozen.jsonl"])(
    "%s: a frozen scenario replays to the same run, and freezes to the same file",
    async (file) => {
      const drawn = "{ dataset: azure-conv-2023, num_requests: 300 }";
      writeFileSync(at("drawn.yaml"), scenario(drawn));
      writeFileSync(at("again.yaml"), scenario(`{ trace: { path: ${file}, origin_s: 0 } }`));
      const { code, err } = await command("workload", "drawn.yaml", "--to", file, "--quiet");
      expect([code, err]).toEqual([0, ""]);
      const [of, again] = [
        figures(await result("drawn.yaml")),
        figures(await result("again.yaml")),
      ];
      expect(again.requests).toEqual(of.requests);
      expect(again.tokens).toEqual(of.tokens);
      expect(again.energy.gpu_j / of.energy.gpu_j).toBeCloseTo(1, 9);
      expect(again.latency.e2e_ms.p99 / of.latency.e2e_ms.p99).toBeCloseTo(1, 6);
      const frozen = text(file);
      await command("workload", "again.yaml", "--to", `three-${file}`, "--quiet");
      expect(text(`three-${file}`)).toBe(frozen);
    },
  );

  test("a scenario warns of its workload as its run does", async () => {
    writeFileSync(at("log.csv"), "arrival_s,input_tokens,output_tokens\n0,5,2\n1,5,0\n2,7,2\n");
    writeFileSync(at("log.yaml"), scenario("{ trace: { path: log.csv } }"));
    const { err } = await command("workload", "log.yaml");
    expect(err).toBe("warning: 1 rows of the trace have no output and were left out\n");
  });

  test("a data set is drawn as a scenario with its seed draws it", async () => {
    writeFileSync(at("drawn.yaml"), scenario("{ dataset: azure-code-2023, num_requests: 50 }"));
    await command("workload", "drawn.yaml", "--to", "a.csv", "--seed", "7", "--quiet");
    const flags = ["--num-requests", "50", "--seed", "7", "--quiet"];
    await command("workload", "azure-code-2023", "--to", "b.csv", ...flags);
    expect(text("b.csv")).toBe(text("a.csv"));
    expect(text("a.csv").split("\n")[1]).toMatch(/^0,\d+,\d+$/);
    await command("workload", "imdb", "--to", "c.csv", "--num-requests", "2", "--quiet");
    expect(text("c.csv")).toMatch(/^num_prefill_tokens,num_decode_tokens\n\d+,1\n\d+,1\n$/);
  });

  test("classes and tenants go with their requests", async () => {
    const classes = "classes: [{ name: chat, tenant: a }, { name: batch }]";
    const arrivals = "arrivals: { kind: constant, rate_rps: 4 }, num_requests: 20";
    const fixed = "{ kind: fixed, tokens: 9 }";
    const lengths = `lengths: { input: ${fixed}, output: ${fixed} }`;
    writeFileSync(at("drawn.yaml"), scenario(`{ ${arrivals}, ${lengths}, ${classes} }`));
    const [csv, jsonl] = ["frozen.csv", "frozen.jsonl"];
    await command("workload", "drawn.yaml", "--to", csv, "--quiet");
    const rows = text(csv).trim().split("\n");
    expect(rows[0]).toBe("arrived_at,num_prefill_tokens,num_decode_tokens,class,tenant");
    expect(new Set(rows.slice(1).map((row) => row.replace(/^[^,]*,/, "")))).toEqual(
      new Set(["9,9,chat,a", "9,9,batch,"]),
    );
    await command("workload", csv, "--to", jsonl, "--quiet");
    await command("workload", jsonl, "--to", "back.csv", "--quiet");
    expect(text("back.csv")).toBe(text(csv));
  });
});

describe("tokenwatt workload --to", () => {
  test("what the file can't say is warned of", async () => {
    const small = "arrivals: { kind: constant, rate_rps: 4 }, num_requests: 2";
    const fixed = "{ kind: fixed, tokens: 9 }";
    const lengths = `lengths: { input: ${fixed}, output: ${fixed} }`;
    const shared = "shared_prefix: { tokens: 100 }";
    writeFileSync(at("drawn.yaml"), scenario(`{ ${small}, ${lengths}, ${shared} }`));
    const { err } = await command("workload", "drawn.yaml", "--to", "frozen.csv");
    expect(err).toBe("warning: 2 requests share their beginning; the file does not say it\n");
  });

  test.each([
    [
      ["azure-conv-2023", "--to", "a.xlsx"],
      "a.xlsx: expected a name that ends in .csv, .jsonl or .parquet",
    ],
    [["imdb", "--to", "a.jsonl"], "a.jsonl: the requests have no times, which JSONL needs"],
    [["closed.yaml", "--to", "a.csv"], "workload.arrivals: the users of a closed loop wait for"],
    [["replay.yaml", "--to", "trace.csv"], "trace.csv: would replace "],
    [["azure-conv-2023", "--num-requests", "0"], "Expected a whole number from 1"],
  ])("%s is wrong input", async (words, message) => {
    writeFileSync(at("trace.csv"), "num_prefill_tokens,num_decode_tokens,arrived_at\n5,2,0\n");
    const loop = "arrivals: { kind: closed_loop, concurrency: 2 }";
    const fixed = "{ kind: fixed, tokens: 9 }";
    const closed = `{ ${loop}, lengths: { input: ${fixed}, output: ${fixed} } }`;
    writeFileSync(at("closed.yaml"), scenario(closed));
    const { code, err } = await command("workload", ...words);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

test.skipIf(noTraces)(
  "Mooncake's trace is written as it was (skipped where it is not at hand)",
  async () => {
    const source = resolve(traces, "mooncake_synthetic_trace.jsonl.gz");
    await command("workload", source, "--to", "a.jsonl", "--quiet");
    const [original, again] = [
      await command("workload", source, "--json", "-"),
      await command("workload", "a.jsonl", "--json", "-"),
    ];
    expect(JSON.parse(again.out)).toEqual(JSON.parse(original.out));
    expect(text("a.jsonl").split("\n")[1]).toMatch(/^\{"timestamp":\d+,"input_length"/);
  },
);
