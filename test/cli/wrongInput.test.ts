import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();
const azure = "TIMESTAMP,ContextTokens,GeneratedTokens\n";

test.each([
  [
    "an unknown key",
    "engine.max_num_seq=4",
    "engine.max_num_seq: unknown key; did you mean max_num_seqs?",
  ],
  [
    "a wrong type",
    "cluster.replicas=two",
    'cluster.replicas: expected a whole number >= 1, got "two"',
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
    "workload.arrivals.rate_rps: expected a number > 0, got 0",
  ],
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
    'trace.csv: row 3: expected a TIMESTAMP like 2023-11-16 18:17:03.9799600, found "yesterday"',
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
  [["run", "small.yaml", "--requests", "r.parquet"], "Parquet is not written yet"],
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
