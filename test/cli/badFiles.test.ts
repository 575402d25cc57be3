import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();
/** Stands for a file that is no text. */
const noise = "noise";
const bytes = Uint8Array.from({ length: 400 }, (_, i) => (i * 73 + 128) % 256);
const vllm = '{"completed": 2, "duration": 3, "mean_ttft_ms": 4}';
const smi = "timestamp, index, power.draw [W]\n";

const bench = ["score", "small.yaml", "--bench", "bad"];
const power = ["score", "small.yaml", "--bench", "good.json", "--power", "bad"];
const report = ["report", "bad", "-o", "page.html"];
const compare = ["compare", "bad", "bad"];
const trace = ["run", "small.yaml", "--set", "workload={trace: {path: bad}}"];
const workload = ["workload", "bad", "--to", "out.csv"];
const calibrate = ["calibrate", "bad", "--gpu", "H100-SXM"];

/** Every reader of a user's file, with what it says of a file that it can't read. */
test.each<[readonly string[], string, string]>([
  [bench, "", "bad: is empty"],
  [bench, noise, "bad: not readable as JSON"],
  [bench, "[]", "bad: is no result of a benchmark"],
  [
    bench,
    '{"complete": 2, "duration": 3}',
    "completed: missing; expected a number; did you mean complete?",
  ],
  [bench, vllm.replace("3", "-3"), "bad:1:30: duration: expected a number >= 0, got -3"],
  [bench, vllm.replace("3", "0"), "bad: took 0 s"],
  [bench, vllm.replace("2", "2.5"), "bad: expected a whole number of completed requests, got 2.5"],
  [
    bench,
    vllm.replace("4", '"4 ms"'),
    'bad:1:49: mean_ttft_ms: expected a number >= 0, got "4 ms"',
  ],
  [bench, vllm.slice(0, 30), "bad:1:"],
  [
    bench,
    '{"benchmarks": [{"metrics": 3}]}',
    "benchmarks.0.metrics.request_totals.successful: missing",
  ],
  [power, "", "bad: is empty"],
  [power, noise, "bad:1:1: a quote out of place: ?"],
  [power, smi.replace("draw", "drw"), "should power.drw be power.draw?"],
  [
    power,
    `${smi}2026/01/01 00:00:00, 0, -5 W\n`,
    'bad:2:24: expected watts, as 312.45 W, or [N/A], found "-5 W"',
  ],
  [power, `${smi}2026/01/01, 0, 5 W\n`, "bad:2:1: expected a time"],
  [
    power,
    `${smi}2026/01/01 00:00:00, 0\n2026/01/01 00:00:01, 0, 5 W\n`,
    "bad:2: expected 3 fields, found 2",
  ],
  [power, "#Entity  TEMP\nID C\nGPU 0 35\n", "bad:1: the header has no column POWER"],
  [power, "duration,gpu_energy\n0,1\n", "bad:2: duration: is 0"],
  [report, "", "bad: is no result of a run"],
  [report, '{"schema": "tokenwatt/result@1"}', "bad:1:1: tokenwatt_version: "],
  [report, '{"schema": "tokenwatt/plan@1", "plan": 3}', "bad:1:40: plan: expected a text"],
  [compare, "{", "bad:1:"],
  [trace, "", "bad: row 1: expected a trace, but the file is empty"],
  [trace, noise, "bad: row 1: expected the beginning of a known format"],
  [
    trace,
    "input_tokens,output_tokens\n5,x\n",
    "bad: row 2: expected a whole number of output_tokens",
  ],
  [workload, "", "bad: row 1: expected a trace, but the file is empty"],
  [workload, "arrived_at,num_prefil_tokens,num_decode_tokens\n", "did you mean num_prefil_tokens?"],
  [calibrate, "", "bad"],
  [calibrate, "modl,tpot_ms\nx,3\n", "bad:1:1: modl: unknown column; did you mean model?"],
])("%j refuses a file and writes nothing: %j", async (words, text, message) => {
  writeFileSync(at("bad"), text === noise ? bytes : text);
  writeFileSync(at("good.json"), vllm);
  const before = readdirSync(at()).sort();
  const { code, out, err } = await command(...words);
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain(message);
  expect(err).not.toMatch(/^ +at /m);
  expect(err.length).toBeLessThan(2000);
  expect(readdirSync(at()).sort()).toEqual(before);
  expect(existsSync(at("page.html"))).toBe(false);
});
