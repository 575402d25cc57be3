import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();
const text = (path: string) => readFileSync(at(path), "utf8");

describe("tokenwatt run", () => {
  test("prints a summary in plain text on stdout, and nothing else", async () => {
    const { code, out, err } = await command("run", "small.yaml");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("J/output token");
    expect(out).not.toContain("\u001b");
  });

  test("with --json - puts the JSON alone on stdout, the same each time", async () => {
    const words = ["run", "small.yaml", "--json", "-", "--seed", "7"];
    const first = await command(...words);
    expect(JSON.parse(first.out)).toMatchObject({ schema: "tokenwatt/result@1", seed: "7" });
    expect((await command(...words)).out).toBe(first.out);
  });

  test("writes files whole, and the scenario it writes runs to the same result", async () => {
    const words = ["--out", "results/first", "--requests", "rows.csv", "--json", "result.json"];
    const quiet = await command("run", "small.yaml", ...words, "--quiet");
    expect(quiet).toEqual({ code: 0, out: "", err: "" });
    const written = ["requests.csv", "result.json", "scenario.yaml"];
    expect(readdirSync(at("results/first")).sort()).toEqual(written);
    expect(text("rows.csv").trimEnd().split("\n")).toHaveLength(21);
    expect(text("results/first/requests.csv")).toBe(text("rows.csv"));
    expect(text("results/first/result.json")).toBe(text("result.json"));
    const again = await command("run", "results/first/scenario.yaml", "--json", "-");
    expect(again.out).toBe(text("result.json"));
  });

  test("keeps a trace's path when it writes the scenario elsewhere", async () => {
    writeFileSync(
      at("trace.csv"),
      "num_prefill_tokens,num_decode_tokens,arrived_at\n9,3,0\n5,2,1\n",
    );
    await command("run", "replay.yaml", "--out", "a/b", "--quiet");
    const { out } = await command("run", "a/b/scenario.yaml", "--json", "-");
    expect(JSON.parse(out)).toMatchObject({ requests: { completed: 2 }, tokens: { output: 5 } });
  });

  test("sorts rows that are out of order and counts them", async () => {
    writeFileSync(
      at("trace.csv"),
      "arrived_at,num_prefill_tokens,num_decode_tokens\n5,9,3\n1,5,2\n",
    );
    const { out, err } = await command("run", "replay.yaml", "--json", "-");
    const warning = "1 rows of the trace were out of order and were sorted by time";
    expect(JSON.parse(out).warnings).toEqual([warning]);
    expect(err).toBe(`warning: ${warning}\n`);
  });

  test("that gets stuck fails with 1 and leaves no file", async () => {
    const lengths = "input: {kind: fixed, tokens: 60000}, output: {kind: fixed, tokens: 9}";
    const workload = `{arrivals: {kind: all_at_once}, lengths: {${lengths}}, num_requests: 16}`;
    const sets = ["engine.stack=hf-eager", "engine.batch_size=16", `workload=${workload}`];
    const words = sets.flatMap((set) => ["--set", set]);
    const { code, err } = await command("run", "small.yaml", ...words, "--out", "results");
    expect([code, existsSync(at("results"))]).toEqual([1, false]);
    expect(err).toContain("the run failed: replica 0 is out of KV memory");
  });
});

describe("tokenwatt", () => {
  test("without a command runs the quickstart and ends with what to try, on one line", async () => {
    const { code, out } = await command();
    expect([code, out.split("\n")[0]]).toEqual([0, expect.stringContaining("quickstart")]);
    const lines = out.trimEnd().split("\n");
    expect(lines.at(-1)).toMatch(/^Try .* init my\.yaml; .* run my\.yaml; .* list gpus$/);
    expect([lines.length <= 19, lines.every((line) => line.length <= 80)]).toEqual([true, true]);
    const few = await command("--set", "workload.num_requests=5", "--json", "-");
    expect(JSON.parse(few.out).requests.injected).toBe(5);
  });

  test("tells its help, its catalogue and its schema", async () => {
    expect(await command("--help")).toMatchObject({ code: 0, out: expect.stringMatching(/step/) });
    const schema = JSON.parse((await command("schema")).out);
    expect(schema.required).toEqual(["llm", "cluster", "workload"]);
    const gpuSchema = JSON.parse((await command("schema", "gpu")).out);
    expect(gpuSchema.properties).toHaveProperty("tdp_w");
    expect((await command("list", "gpus")).out).toMatch(/^H100-SXM .* 700 .* fitted +fitted/m);
    expect(JSON.parse((await command("list", "routers", "--json", "-")).out)).toHaveLength(6);
    for (const what of ["llms", "workloads", "stacks", "schedulers"]) {
      expect((await command("list", what)).out).toMatch(/^id .*\n\S+ /);
    }
    expect((await command("show", "gpu", "H100-SXM")).out).toContain("source:");
    expect((await command("show", "llm", "Qwen/Qwen3-8B")).out).toContain("num_key_value_heads: 8");
  });

  test("shows a GPU as a file that a scenario may name, and a config.json as its catalogue", async () => {
    for (const [file, ...words] of [["gpu.yaml"], ["gpu.json", "--json", "-"]]) {
      writeFileSync(at(file ?? ""), (await command("show", "gpu", "L40S", ...words)).out);
      const { out } = await command("run", "small.yaml", "--set", `cluster.gpu=${file}`);
      expect(out).toContain("J/output token");
    }
    const { config, derived } = JSON.parse(
      (await command("show", "llm", "Qwen/Qwen3-8B", "--json", "-")).out,
    );
    writeFileSync(at("config.json"), JSON.stringify(config));
    const own = await command("show", "llm", "./config.json", "--json", "-");
    expect(JSON.parse(own.out)).toEqual({ id: "./config.json", config, derived });
    writeFileSync(at("config.json"), "{}");
    const broken = await command("show", "llm", "./config.json");
    expect([broken.code, broken.err]).toEqual([2, expect.stringContaining("./config.json: ")]);
  });

  test("writes a scenario to start from, which runs, and never over a file", async () => {
    expect(await command("init", "mine.yaml")).toMatchObject({ code: 0, out: "" });
    expect((await command("run", "mine.yaml", "--set", "workload.num_requests=5")).code).toBe(0);
    const again = await command("init", "mine.yaml");
    expect([again.code, again.err]).toEqual([2, expect.stringContaining("exists already")]);
    expect((await command("init")).out).toBe(text("mine.yaml"));
  });

  test("prices one step as JSON and as text", async () => {
    const words = ["step", "small.yaml", "--batch", "8", "--context", "500"];
    const step = JSON.parse((await command(...words, "--json", "-")).out);
    expect(step.energy_j).toBeCloseTo(step.power_w * step.time_s, 9);
    expect((await command(...words)).out).toContain("decode attention");
  });
});
