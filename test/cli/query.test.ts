import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { UserError } from "../../experiments/errors.ts";
import { loadDuckDB } from "../../experiments/query/duckdb.ts";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();

const sweep = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload:
    arrivals: { kind: poisson, rate_rps: 8 }
    lengths: { input: { kind: fixed, tokens: 64 }, output: { kind: fixed, tokens: 4 } }
    num_requests: 4
grid:
  cluster.gpu: [H100-SXM, T4]
  engine.max_num_seqs: [1, null]
`;

beforeEach(async () => {
  writeFileSync(at("sweep.yaml"), sweep);
  await command("sweep", "sweep.yaml", "--jobs", "1", "--out", "s", "--quiet");
});

const asked = async (path: string, sql: string) => {
  const { code, out, err } = await command("query", path, sql, "--json", "-");
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out);
};

describe("tokenwatt query", () => {
  test("answers the same from Parquet and from CSV: figures, words and what is unknown", async () => {
    const all = await asked("s", "select * from results");
    expect(await asked("s/results.csv", "select * from results")).toEqual(all);
    const [header = "", ...rows] = readFileSync(at("s/results.csv"), "utf8").trimEnd().split("\n");
    expect(Object.keys(all[0])).toEqual(header.split(","));
    expect(all).toHaveLength(rows.length);
    expect(all[0]).toMatchObject({ "cluster.gpu": "H100-SXM", seed: "42", status: "ok" });
    expect(all[1]["engine.max_num_seqs"]).toBeNull();
    const [first = ""] = rows;
    expect(first).toContain(String(all[0]["energy.per_output_token_j"]));
  });

  test("takes a digest of digits alone for no number", async () => {
    writeFileSync(at("digits.csv"), "spec,digest,energy.gpu_j\n0012,7e10,1\n");
    expect(await asked("digits.csv", "select * from results")).toEqual([
      { spec: "0012", digest: "7e10", "energy.gpu_j": 1 },
    ]);
  });

  test("knows the requests of a run, from its folder and from a file", async () => {
    await command("run", "small.yaml", "--out", "r", "--quiet");
    await command("run", "small.yaml", "--requests", "requests.parquet", "--quiet");
    const sql = "select count(*) n, sum(energy_j) j, sum(output_tokens) tokens from requests";
    const [answer] = await asked("r", sql);
    const { energy, tokens } = JSON.parse(readFileSync(at("r/result.json"), "utf8"));
    expect(answer).toMatchObject({ n: 20, tokens: tokens.output });
    expect(answer.j).toBeCloseTo(energy.gpu_j - energy.by_phase_j.idle, 6);
    expect(await asked("requests.parquet", sql)).toEqual([answer]);
  });

  test("prints a table, or CSV, and writes files", async () => {
    const sql = `select "cluster.gpu", count(*) as points from results group by 1 order by 1`;
    const { out } = await command("query", "s", sql, "--csv", "counts.csv");
    expect(out).toBe("cluster.gpu  points\nH100-SXM          2\nT4                2\n2 rows\n");
    expect(readFileSync(at("counts.csv"), "utf8")).toBe("cluster.gpu,points\nH100-SXM,2\nT4,2\n");
    const none = await command("query", "s", `${sql} limit 0`, "--csv", "-");
    expect(none.out).toBe("cluster.gpu,points\n");
  });
});

describe("tokenwatt query", () => {
  test.each([
    ["SQL that is none", ["s", "selec 1"], 'syntax error at or near "selec"'],
    ["no SQL", ["s", " "], "expected SQL"],
    ["a table that isn't there", ["s", "select 1 from requests"], "tables: results;"],
    ["a dotted name without quotes", ["s", "select energy.gpu_j from results"], '"energy.gpu_j"'],
    ["a file that isn't there", ["none", "select 1"], "none: no such file or directory"],
    [
      "a folder without tables",
      ["empty", "select 1"],
      "empty: holds no table; expected results.csv",
    ],
    ["another kind of file", ["sweep.yaml", "select 1"], "ends in .csv, .csv.gz or .parquet"],
    ["half a Parquet file", ["half.parquet", "select 1"], "half.parquet: Invalid Input Error"],
    ["a quote out of place", ["torn.csv", "select 1"], "torn.csv:1:3: a quote out of place"],
    ["one name twice in JSON", ["s", "select 1 a, 2 a", "--json", "-"], "two columns are called a"],
    ["the network", ["s", "from 'https://host.invalid/a.csv'"], "requires the extension httpfs"],
    ["an output that is read", ["s/results.csv", "select 1", "--csv", "s/results.csv"], "replace"],
  ])("refuses %s", async (_, words, message) => {
    writeFileSync(at("half.parquet"), readFileSync(at("s/results.parquet")).subarray(0, 900));
    writeFileSync(at("torn.csv"), 'a,x"y\n1,2\n');
    mkdirSync(at("empty"));
    const { code, out, err } = await command("query", ...words);
    expect([code, out, err]).toEqual([2, "", expect.stringContaining(message)]);
  });

  test("says how to install the database where it is missing", () => {
    const missing = () => {
      throw new Error("Cannot find module\nRequire stack:");
    };
    const refusal =
      /^query needs the optional package @duckdb\/node-api, .*: Cannot find module\n {2}npm install @duckdb\/node-api@\d/;
    expect(() => loadDuckDB(missing)).toThrow(UserError);
    expect(() => loadDuckDB(missing)).toThrow(refusal);
  });

  test("leaves nothing in the working folder", async () => {
    await asked("s", "select count(*) from results");
    expect(readdirSync(at("s")).sort()).toEqual([
      "manifest.json",
      "results.csv",
      "results.parquet",
    ]);
    expect(readdirSync(at()).sort()).toEqual(["replay.yaml", "s", "small.yaml", "sweep.yaml"]);
  });
});
