import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { compose } from "../../experiments/scenario/compose.ts";
import { loadScenario } from "../../experiments/scenario/load.ts";
import { scenarioJsonSchema } from "../../experiments/scenario/schema.ts";
import { commentedScenario } from "../../experiments/template.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenwatt-scenario-"));
afterAll(() => rmSync(folder, { recursive: true }));

const minimal = `llm: meta-llama/Llama-3.1-8B
cluster:
  gpu: H100-SXM
workload:
  dataset: azure-conv-2023
`;

function written(text: string): string {
  const path = join(folder, "scenario.yaml");
  writeFileSync(path, text);
  return path;
}

/** The message without the folder, which differs from run to run. */
function complaint(text: string, set: readonly string[] = []): string {
  try {
    compose(loadScenario(written(text), { set }));
  } catch (error) {
    if (error instanceof Error) return error.message.replaceAll(`${folder}/`, "");
  }
  return "no complaint";
}

describe("a scenario file", () => {
  test("needs no more than an LLM, a GPU and a workload", () => {
    const { scenario } = loadScenario(written(minimal));
    expect(scenario).toMatchObject({
      name: "scenario",
      seed: "42",
      cluster: { replicas: 1, tensor_parallel_size: 1, router: "least_loaded" },
      engine: { stack: "vllm", block_size: 16, gpu_memory_utilization: 0.9, batch_size: 8 },
      slo: { ttft_ms: null },
      site: { pue: 1.2, carbon_g_per_kwh: 380, price_per_kwh: 0.12, host: "auto" },
    });
  });

  test("may write the engine's arguments in kebab-case, as vLLM's command line does", () => {
    const text = `${minimal}engine: { max-num-seqs: 7, kv-cache-dtype: fp8 }\n`;
    const { engine } = loadScenario(written(text)).scenario;
    expect([engine.max_num_seqs, engine.kv_cache_dtype]).toEqual([7, "fp8"]);
    expect(complaint(`${minimal}engine: { max-num-seqs: 7, max_num_seqs: 8 }\n`)).toContain(
      "given twice, as max_num_seqs and as max-num-seqs",
    );
  });

  test("may have them in kebab-case in a block that --set gives, too", () => {
    const set = ["engine={max-num-seqs: 4}"];
    expect(loadScenario(written(minimal), { set }).scenario.engine.max_num_seqs).toBe(4);
    expect(complaint(minimal, ["engine={max-num-seqs: 4, max_num_seqs: 4}"])).toContain(
      "given twice",
    );
  });

  test("of another kind is told by its first unknown keys, and how many more it has", () => {
    const keys = Array.from({ length: 12 }, (_, index) => `other_${index}: 1`);
    const text = complaint(`${minimal}${keys.join("\n")}\n`);
    expect(text.match(/: unknown key$/gm)).toHaveLength(5);
    expect(text).toContain("scenario.yaml:11:1: and 7 more unknown keys");
  });

  test("holds one YAML document", () => {
    expect(complaint(`${minimal}---\n${minimal}`)).toBe(
      "scenario.yaml:6:1: holds more than one YAML document, parted by ---; expected one",
    );
  });

  test("may be JSON", () => {
    const { scenario } = loadScenario(written(JSON.stringify(parse(minimal))));
    expect(scenario.llm).toBe("meta-llama/Llama-3.1-8B");
  });
});

describe("a mistake in a scenario file", () => {
  test("is told with all others at once, with file, line, column and key, in the file's order", () => {
    const text = `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: H100-SXM, replica: 2 }
engine:
  max-num-sequences: 4
  block_size: sixteen
workload: { dataset: azure-conv-2023 }
`;
    expect(complaint(text).split("\n")).toEqual([
      "scenario.yaml:2:27: cluster.replica: unknown key; did you mean replicas?",
      "scenario.yaml:4:3: engine.max_num_sequences: unknown key; did you mean max_num_seqs?",
      'scenario.yaml:5:15: engine.block_size: expected a whole number >= 1 and <= 1024, got "sixteen"',
    ]);
  });

  test.each([
    ["llm: 3\n", "llm: expected a text, got 3"],
    ["cluster: {}\n", "cluster.gpu: missing; expected a text"],
    ["cluster: H100-SXM\n", 'cluster: expected a block of keys, got "H100-SXM"'],
    [
      "engine: { kv_cache_dtype: fp9 }\n",
      'expected one of auto, fp8, got "fp9"; did you mean fp8?',
    ],
    ["engine: { gpu_memory_utilization: 1.5 }\n", "expected a number > 0 and <= 1, got 1.5"],
    [
      "cluster: { gpu: H100-SXM, replicas: .nan }\n",
      "expected a whole number >= 1 and <= 100000, got NaN",
    ],
    [
      "workload: { num_requests: 0, dataset: azure-conv-2023 }\n",
      "expected a whole number >= 1 and <= 1e12 or null",
    ],
    [
      "workload: { duration_s: -1, dataset: azure-conv-2023 }\n",
      "expected a number >= 1e-9 and <= 1e12 or null, got -1",
    ],
    ["unheard_of: 1\n", "keys known here: name, seed, llm"],
  ])("with %j says %j", (line, message) => {
    const key = line.slice(0, line.indexOf(":"));
    const others = Object.entries(parse(minimal)).filter(([name]) => name !== key);
    expect(
      complaint(
        `${others.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join("\n")}\n${line}`,
      ),
    ).toContain(message);
  });
});

describe("a scenario file", () => {
  test("may give the default value of keys that are off", () => {
    const text = `${minimal}engine: { enable_prefix_caching: false, preemption: recompute, speculative: null }\n`;
    const set = ["cluster.data_parallel_size=1", "cluster.power_cap_w=null"];
    expect(complaint(text, set)).toBe("no complaint");
  });

  test("that is no YAML is told where", () => {
    expect(complaint("llm: a\ncluster: {gpu: [}\n")).toMatch(
      /^scenario\.yaml:2:17: not readable as YAML: /,
    );
    expect(complaint("llm: a\nllm: b\n")).toMatch(/^scenario\.yaml:2:1: not readable as YAML: /);
    expect(complaint("")).toBe(
      "scenario.yaml: is empty; expected at least llm, cluster.gpu and workload",
    );
  });

  test("whose aliases multiply beyond reason is refused, not expanded", () => {
    const lists = Array.from(
      { length: 9 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`)}]`,
    );
    expect(complaint(`l0: &l0 [1]\n${lists.join("\n")}\n`)).toContain("not readable as YAML");
  });
});

describe("--set", () => {
  test("replaces a value, read as YAML, whether the file has the key or not", () => {
    const { scenario } = loadScenario(written(minimal), {
      set: ["cluster.replicas=3", "engine.max-num-seqs=9", "slo={ttft_ms: 5}", "llm=Qwen/Qwen3-8B"],
      seed: "7",
    });
    expect(scenario).toMatchObject({
      llm: "Qwen/Qwen3-8B",
      seed: "7",
      cluster: { gpu: "H100-SXM", replicas: 3 },
      engine: { max_num_seqs: 9 },
      slo: { ttft_ms: 5, tpot_ms: null },
    });
  });

  test("replaces a part of what a list holds, by its place", () => {
    const text = `${minimal}  classes: [{ name: a }, { name: b, share: 4 }]\n`;
    const { workload } = loadScenario(written(text), {
      set: ["workload.classes.1.share=2"],
    }).scenario;
    expect(workload.classes).toMatchObject([
      { name: "a", share: null },
      { name: "b", share: 2 },
    ]);
    expect(complaint(text, ["workload.classes.2.share=2"])).toContain(
      "workload.classes.2: unknown key",
    );
  });

  test("with a path that leads nowhere names the nearest", () => {
    expect(complaint(minimal, ["engine.max_num_seq=1"])).toBe(
      "--set engine.max_num_seq=1: engine.max_num_seq: unknown key; did you mean max_num_seqs?",
    );
    expect(complaint(minimal, ["__proto__.polluted=1"])).toContain("unknown key");
    expect(complaint(minimal, ["engine"])).toContain("expected path.to.key=value");
    expect(complaint(minimal, ["engine.block_size=[1"])).toContain("not readable as YAML");
  });

  test("is where a problem with its value is reported", () => {
    expect(complaint(minimal, ["cluster.replicas=none"])).toBe(
      '--set cluster.replicas=none: cluster.replicas: expected a whole number >= 1 and <= 100000, got "none"',
    );
  });
});

describe("the shipped scenarios", () => {
  const names = readdirSync("scenarios").filter((name) => name.endsWith(".yaml"));

  test.each(names)("%s describes a deployment that can be", (name) => {
    expect(
      compose(loadScenario(join("scenarios", name))).simulation.replicas.length,
    ).toBeGreaterThan(0);
  });

  test("the commented one names every key of the schema, and its values are the defaults", () => {
    const text = commentedScenario();
    for (const [block, schema] of Object.entries(scenarioJsonSchema().properties ?? {})) {
      if (typeof schema === "boolean") continue;
      for (const key of Object.keys(schema.properties ?? {})) {
        expect(text, `${block}.${key}`).toMatch(new RegExp(`\\b${key}:`));
      }
    }
    const { engine, site } = loadScenario(join("scenarios", "commented.yaml")).scenario;
    const bare = loadScenario(written(minimal)).scenario;
    expect([engine, site]).toEqual([bare.engine, bare.site]);
    expect(readFileSync(join("scenarios", "commented.yaml"), "utf8")).toBe(text);
  });
});
