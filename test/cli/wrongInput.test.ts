import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { expect, test } from "vitest";
import { llmEntryById } from "../../models/llmCatalogue.ts";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();
const azure = "TIMESTAMP,ContextTokens,GeneratedTokens\n";
const eagle = "{method: eagle, num_speculative_tokens: 2, acceptance_rate: 0.7}";

test.each([
  [
    "an unknown key",
    "engine.max_num_seq=4",
    "engine.max_num_seq: unknown key; did you mean max_num_seqs?",
  ],
  [
    "a wrong type",
    "cluster.replicas=two",
    'cluster.replicas: expected a whole number >= 1 and <= 100000, got "two"',
  ],
  ["an unknown GPU", "cluster.gpu=H100-SMX", "did you mean H100-SXM?"],
  ["an unknown LLM", "llm=meta-llama/Llama-3.1-9B", "did you mean meta-llama/Llama-3.1-8B?"],
  [
    "an LLM that doesn't fit",
    "llm=meta-llama/Llama-3.1-70B",
    "GiB are missing on each GPU; tensor_parallel_size 2 makes it fit",
  ],
  [
    "a group that doesn't divide the heads",
    "cluster.tensor_parallel_size=5",
    "does not divide the 32 attention heads",
  ],
  ["a context that doesn't fit", "engine.max_model_len=999999", "131072 tokens at most"],
  [
    "a rate of 0",
    "workload.arrivals={kind: poisson, rate_rps: 0}",
    "workload.arrivals.rate_rps: expected a number >= 1e-9 and <= 1e12, got 0",
  ],
  ["more replicas than there are", "cluster.replicas=1e9", "<= 100000, got 1000000000"],
  ["an endless rate", "workload.arrivals={kind: constant, rate_rps: .inf}", "got Infinity"],
  ["a rate of nearly 0", "workload.arrivals={kind: poisson, rate_rps: 1e-300}", "got 1e-300"],
  ["a time without end", "workload.duration_s=1e300", "<= 1e12 or null, got 1e+300"],
  ["requests without end", "workload.num_requests=10000000000000", "workload.num_requests: "],
])("%s exits with 2 and writes nothing", async (_, set, message) => {
  const files = ["--out", "results", "--json", "result.json", "--requests", "rows.csv"];
  const { code, out, err } = await command("run", "small.yaml", "--set", set, ...files);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(message);
  expect(readdirSync(at()).sort()).toEqual(["replay.yaml", "small.yaml"]);
});

test.each([
  ["an empty trace", "", "trace.csv: row 1: expected a trace, but the file is empty"],
  ["a trace of a header alone", azure, "expected at least one request with output"],
  [
    "NaN tokens",
    `${azure}2023-11-16 18:17:03,NaN,5\n`,
    'row 2: expected a whole number of ContextTokens up to 4294967295, found "NaN"',
  ],
  [
    "negative tokens",
    `${azure}2023-11-16 18:17:03,5,-5\n`,
    'row 2: expected a whole number of GeneratedTokens up to 4294967295, found "-5"',
  ],
  ["parts of tokens", `${azure}2023-11-16 18:17:03,5.5,5\n`, 'found "5.5"'],
  [
    "an unreadable time",
    `${azure}2023-11-16 18:17:03,5,5\nyesterday,5,5\n`,
    'trace.csv: row 3: expected a time like 2023-11-16 18:17:03.97 as TIMESTAMP, found "yesterday"',
  ],
  [
    "a trace of failed requests",
    `${azure}2023-11-16 18:17:03,5,0\n2023-11-16 18:17:04,5,0\n`,
    'at least one request with output (GeneratedTokens), found "0 in all 2 rows"',
  ],
  [
    "a Git LFS pointer",
    "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    "this is a Git LFS pointer to it: run `git lfs pull`",
  ],
])("%s exits with 2 and writes nothing", async (_, trace, message) => {
  writeFileSync(at("trace.csv"), trace);
  const { code, out, err } = await command("run", "replay.yaml", "--out", "results");
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(message);
  expect(existsSync(at("results"))).toBe(false);
});

test.each([
  [["run", "replay.yaml"], "replay.yaml:3:28: workload.trace.path: "],
  [["run", "absent.yaml"], "absent.yaml: no such file or directory"],
  [["run", "directory"], "directory: is a directory, not a file"],
  [["run", "broken.yaml"], "broken.yaml:2:17: not readable as YAML"],
  [["run", "small.yaml", "--json", "directory"], "directory: is a directory"],
  [["run", "small.yaml", "--requests", "absent/r.csv"], "absent/r.csv: cannot be written"],
  [["run", "small.yaml", "--json", "x", "--requests", "./x"], "two outputs cannot have one name"],
  [["run", "small.yaml", "--out", "small.yaml/results"], "a part of the path is a file"],
])("%j exits with 2: %s", async (words, message) => {
  mkdirSync(at("directory"));
  writeFileSync(at("broken.yaml"), "llm: a\ncluster: {gpu: [}\n");
  const { code, out, err } = await command(...words);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(message);
  expect(err).not.toMatch(/^ +at /m);
  expect(readdirSync(at())).toHaveLength(4);
});

test.each([
  [["run", "small.yaml", "--json", "./small.yaml"], "./small.yaml: would replace small.yaml"],
  [["run", "linked.yaml", "--json", "small.yaml"], "small.yaml: would replace linked.yaml"],
  [["run", "replay.yaml", "--requests", "trace.csv"], "trace.csv: would replace "],
  [["run", "own/scenario.yaml", "--out", "own"], "own/scenario.yaml: would replace own/scenario"],
  [["run", "own.yaml", "--json", "own/config.json"], "own/config.json: would replace "],
  [["run", "own.yaml", "--json", "gpu.yaml"], "gpu.yaml: would replace "],
  [["step", "small.yaml", "--batch", "1", "--context", "9", "--json", "small.yaml"], "replace"],
  [["show", "llm", "own/config.json", "--json", "own/config.json"], "would replace"],
  [["validate", "--csv", "x", "--json", "own/../x"], "x and own/../x: two outputs cannot have one"],
  [["run", "small.yaml", "--out", "o", "--json", "o/result.json"], "two outputs cannot have one"],
])("%j exits with 2 and leaves what it reads alone: %s", async (words, message) => {
  mkdirSync(at("own"));
  const scenario = readFileSync(at("small.yaml"), "utf8");
  writeFileSync(at("own/scenario.yaml"), scenario);
  const own = scenario
    .replace("meta-llama/Llama-3.1-8B", "./own")
    .replace("H100-SXM", "./gpu.yaml");
  writeFileSync(at("own.yaml"), own);
  writeFileSync(at("gpu.yaml"), (await command("show", "gpu", "T4")).out);
  writeFileSync(at("own/config.json"), JSON.stringify(llmEntryById("Qwen/Qwen3-8B")?.config));
  writeFileSync(at("trace.csv"), `${azure}2023-11-16 18:17:03,5,5\n`);
  symlinkSync(at("small.yaml"), at("linked.yaml"));
  const before = readdirSync(at(), { recursive: true });
  const { code, out, err } = await command(...words);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(message);
  expect(readdirSync(at(), { recursive: true })).toEqual(before);
  expect(readFileSync(at("small.yaml"), "utf8")).toBe(scenario);
});

test.each([
  [["run", "small.yaml", "--seed", ""], "seed: expected a text or a number, got an empty text"],
  [
    [..."step small.yaml --batch 1 --context 9 --set".split(" "), `engine.speculative=${eagle}`],
    "without its draft",
  ],
  [["step", "small.yaml", "--batch", "9999", "--context", "1"], "engine.max_num_seqs, which is"],
  [["rnu", "small.yaml"], "Did you mean run?"],
  [["run", "small.yaml", "--jsno", "-"], "Did you mean --json?"],
  [["--jsno", "-"], "Did you mean --json?"],
  [["run"], "missing required argument 'scenario'"],
  [["list", "gpu"], "Allowed choices are gpus"],
  [["step", "small.yaml", "--batch", "some", "--context", "1"], "Expected a whole number"],
  [["step", "small.yaml", "--batch", "0", "--context", "1"], "a step without tokens"],
  [["show", "gpu", "H100-SMX"], "did you mean H100-SXM?"],
  [["show", "llm", "no-such-thing-at-all"], "it has: tokenwatt list llms"],
])("%j exits with 2: %s", async (words, message) => {
  const { code, err } = await command(...words);
  expect(code).toBe(2);
  expect(err).toContain(message);
});
