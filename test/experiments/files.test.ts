import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFolder, pendingFile, readText } from "../../experiments/files.ts";
import { simulate } from "../../experiments/index.ts";
import { runScenario } from "../../experiments/run.ts";
import { loadObject } from "../../experiments/scenario/load.ts";
import { gpuEntryById } from "../../models/gpuCatalogue.ts";
import { llmEntryById } from "../../models/llmCatalogue.ts";
import { smallScenario } from "./smallScenario.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tokenwatt-files-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const { arrivals, lengths } = smallScenario.workload;

describe("a file that is written", () => {
  test("has its name only once it is whole", () => {
    const path = join(folder, "table.csv");
    const file = pendingFile(path);
    file.write("half");
    expect(existsSync(path)).toBe(false);
    file.write(" and half");
    file.commit();
    file.discard();
    expect(readFileSync(path, "utf8")).toBe("half and half");
    expect(readdirSync(folder)).toEqual(["table.csv"]);
  });

  test("leaves what was there before alone where it is discarded", () => {
    const path = join(folder, "table.csv");
    writeFileSync(path, "before");
    const file = pendingFile(path);
    file.write("x".repeat(100_000));
    file.discard();
    expect(readFileSync(path, "utf8")).toBe("before");
    expect(readdirSync(folder)).toEqual(["table.csv"]);
  });

  test("replaces what a link leads to, not the link, and never a device", () => {
    const target = join(folder, "target");
    const link = join(folder, "link");
    writeFileSync(target, "before");
    symlinkSync(target, link);
    const file = pendingFile(link);
    file.write("after");
    file.commit();
    expect(readFileSync(target, "utf8")).toBe("after");
    const nowhere = pendingFile("/dev/null");
    nowhere.write("anything");
    nowhere.commit();
    expect(readFileSync("/dev/null", "utf8")).toBe("");
  });

  test("stands in folders that go again where they stay empty", () => {
    const undo = makeFolder(join(folder, "a", "b"));
    writeFileSync(join(folder, "a", "kept"), "");
    undo();
    expect(readdirSync(join(folder, "a"))).toEqual(["kept"]);
  });
});

describe("what a scenario names on disk", () => {
  test("may be a Hugging Face config.json and a GPU file, as the catalogue has them", async () => {
    const config = llmEntryById("meta-llama/Llama-3.1-8B")?.config;
    writeFileSync(join(folder, "config.json"), JSON.stringify(config));
    writeFileSync(join(folder, "gpu.yaml"), JSON.stringify(gpuEntryById("H100-SXM")));
    const own = { ...smallScenario, llm: "./config.json", cluster: { gpu: "gpu.yaml" } };
    const { digest } = await runScenario(loadObject(own, folder));
    expect(digest).toBe((await simulate(smallScenario)).digest);
  });

  test("may be a quantised checkpoint by its folder, or one of many configs with prefixes", async () => {
    const config = JSON.stringify(llmEntryById("meta-llama/Llama-3.1-8B")?.config);
    const quant = { quantization: { quant_algo: "NVFP4", kv_cache_quant_algo: "FP8" } };
    const quantizationOf = async (llm: string) => {
      const own = { ...smallScenario, llm, cluster: { gpu: "B200-SXM" } };
      return (await runScenario(loadObject(own, folder))).scenario.engine.quantization;
    };
    mkdirSync(join(folder, "plain"));
    for (const prefix of ["plain/", "nvidia--A_", "nvidia--B_"]) {
      writeFileSync(join(folder, `${prefix}config.json`), config);
    }
    for (const prefix of ["plain/", "nvidia--A_"]) {
      writeFileSync(join(folder, `${prefix}hf_quant_config.json`), JSON.stringify(quant));
    }
    expect(await quantizationOf("./plain")).toBe("nvfp4");
    expect(await quantizationOf("./plain/config.json")).toBe("nvfp4");
    expect(await quantizationOf("./nvidia--A_config.json")).toBe("nvfp4");
    expect(await quantizationOf("./nvidia--B_config.json")).toBe("none");
    rmSync(join(folder, "plain/config.json"));
    await expect(() => quantizationOf("./plain")).rejects.toThrow(
      /^llm: .*plain.config\.json: no such file/,
    );
  });

  test("is blamed with its own lines: a GPU file", () => {
    const text = JSON.stringify(
      { ...gpuEntryById("T4"), tdp: 70, tdp_w: { value: "70" } },
      null,
      2,
    );
    writeFileSync(join(folder, "gpu.yaml"), text);
    const load = () => loadObject({ ...smallScenario, cluster: { gpu: "./gpu.yaml" } }, folder);
    expect(load).toThrow(/gpu\.yaml:\d+:\d+: tdp: unknown key; did you mean tdp_w\?/);
    expect(load).toThrow(/tdp_w\.value: expected a number > 0, got "70"/);
  });

  test("is blamed: a config.json of something that is not modelled", async () => {
    writeFileSync(join(folder, "config.json"), '{"model_type": "t5"}');
    const scenario = { ...smallScenario, llm: "./config.json" };
    await expect(runScenario(loadObject(scenario, folder))).rejects.toThrow(/^llm: .*model_type/);
  });

  test("may be compressed", () => {
    writeFileSync(join(folder, "scenario"), gzipSync("llm: x"));
    expect(readText(join(folder, "scenario"), {})).toBe("llm: x");
  });
});

describe("a trace", () => {
  const workload = (changes: object) => ({ ...smallScenario, workload: changes });
  const run = (changes: object) => runScenario(loadObject(workload(changes), folder));
  const trace = { path: "trace.csv" };

  test("keeps its times, or takes those of an arrival process", async () => {
    writeFileSync(
      join(folder, "trace.csv"),
      "arrived_at,num_prefill_tokens,num_decode_tokens\n0,9,3\n4,5,2\n8,7,9\n",
    );
    const own = await run({ trace });
    expect(own.duration_s).toBeGreaterThan(8);
    expect(own.tokens).toEqual({ input: 21, output: 14 });
    expect(own.scenario.workload.num_requests).toBe(3);
    expect((await run({ trace: { ...trace, rate_scale: 4 } })).duration_s).toBeLessThan(4);
    expect((await run({ trace: { ...trace, limit: 2 } })).requests.completed).toBe(2);
    const users = { kind: "closed_loop", concurrency: 1 };
    const closed = await run({ trace, arrivals: users });
    expect(closed.tokens).toEqual(own.tokens);
    expect(closed.duration_s).toBeLessThan(4);
    const more = await run({ trace, num_requests: 5 });
    expect(more.warnings).toEqual(["num_requests is 5, but the trace has 3 requests"]);
    const scaled = { ...trace, rate_scale: 2 };
    await expect(run({ trace: scaled, arrivals: users })).rejects.toThrow("nothing to scale");
  });

  test("of which nothing fits takes no time, and so has no watts", async () => {
    const rows = "num_prefill_tokens,num_decode_tokens,arrived_at\n999999,3,0\n";
    writeFileSync(join(folder, "trace.csv"), rows);
    const scenario = { ...workload({ trace }), engine: { stack: "hf-eager" } };
    const { duration_s, requests, power } = await runScenario(loadObject(scenario, folder));
    expect([duration_s, requests.rejected]).toEqual([0, 1]);
    const { interval_80, ...means } = power;
    const watts = [...Object.values(means), ...Object.values(interval_80)];
    expect(new Set(watts)).toEqual(new Set([null]));
  });

  test("without times needs an arrival process", async () => {
    writeFileSync(join(folder, "trace.csv"), "num_prefill_tokens,num_decode_tokens\n9,3\n");
    await expect(run({ trace })).rejects.toThrow("the file has no arrival times");
    expect((await run({ trace, arrivals: { kind: "all_at_once" } })).requests.completed).toBe(1);
  });

  test("or a data set may be what lengths are drawn from", async () => {
    writeFileSync(join(folder, "trace.csv"), "num_prefill_tokens,num_decode_tokens\n9,3\n");
    const input = { kind: "empirical", path: "trace.csv" };
    const output = { kind: "empirical", dataset: "azure-code-2023" };
    const drawn = await run({ arrivals, lengths: { input, output }, num_requests: 50 });
    expect(drawn.tokens.input).toBe(450);
    expect(drawn.tokens.output).toBeGreaterThan(50);
    const neither = { kind: "empirical" };
    expect(() => run({ arrivals, lengths: { ...lengths, output: neither } })).toThrow(
      "empirical takes one of path and dataset",
    );
  });
});

test("a run that is aborted rejects with the reason", async () => {
  const abort = new AbortController();
  const many = { ...smallScenario.workload, num_requests: 5_000_000 };
  const scenario = loadObject({ ...smallScenario, workload: many }, folder);
  const onProgress = () => abort.abort(new Error("enough"));
  await expect(runScenario(scenario, { signal: abort.signal, onProgress })).rejects.toThrow(
    "enough",
  );
});
