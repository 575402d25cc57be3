import { existsSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";
import { base, choices, slo } from "./planned.ts";

const at = inOwnFolder();

beforeEach(() => writeFileSync(at("plan.yaml"), base + choices + slo));

const cases: readonly (readonly [what: string, file: string, message: string])[] = [
  ["no choices", slo, "plan.yaml:1:1: has nothing to choose"],
  ["an empty block", `choices: {}\n${slo}`, "plan.yaml:8:1: choices: is empty"],
  [
    "an unknown path",
    `choices: {cluster.gpus: [T4]}\n${slo}`,
    "choices.cluster.gpus: unknown key; did you mean gpu?",
  ],
  [
    "a value of the wrong type",
    `choices: {engine.max_num_seqs: [1, two]}\n${slo}`,
    'choices.engine.max_num_seqs: expected a whole number >= 1 or null, got "two" (value 2 of 2)',
  ],
  [
    "a name that nobody knows",
    `choices:\n  cluster.gpu: [T4, H100-SMX]\n${slo}`,
    'plan.yaml:9:21: choices.cluster.gpu: the catalogue has no GPU "H100-SMX"; did you mean H100-SXM? (value 2 of 2)',
  ],
  [
    "more choices than are kept",
    `choices: {seed: [${Array.from({ length: 200 }, (_, n) => n)}], name: [${Array(101).fill("a")}]}\n${slo}`,
    "choices: makes 20200 choices; expected no more than 20000",
  ],
  ["no slo", "choices: {cluster.gpu: [T4]}\nfind: replicas\n", "find: replicas needs an slo"],
  ["an slo without a limit", "choices: {seed: [1]}\nslo: {percentile: p90}\n", "has no limit"],
  [
    "a percentile that is none",
    "choices: {seed: [1]}\nslo: {ttft_ms: 1, percentile: p999}\n",
    'slo.percentile: expected one of p50, p90, p95, p99, got "p999"',
  ],
  [
    "an slo to choose",
    `choices: {slo.ttft_ms: [1, 2]}\n${slo}`,
    "choices.slo.ttft_ms: the slo is what all choices must keep",
  ],
  [
    "outages of replicas that are looked for",
    `choices: {cluster.failures: [null, {outages: [{replica: 0, from_s: 1, for_s: 1}]}]}\n${slo}`,
    "find: replicas looks for their number, and cluster.failures.outages names some of them",
  ],
  [
    "replicas that are chosen and looked for",
    `choices: {cluster.replicas: [1]}\n${slo}find: replicas\n`,
    "choices.cluster.replicas: find: replicas looks for them",
  ],
  [
    "most replicas where none are looked for",
    `choices: {cluster.replicas: [1]}\n${slo}max_replicas: 9\n`,
    "max_replicas: goes with find: replicas",
  ],
  [
    "a rate that is chosen and looked for",
    `choices: {workload.arrivals.rate_rps: [1]}\n${slo}find: rate\n`,
    "choices.workload.arrivals.rate_rps: find: rate looks for it",
  ],
  [
    "a rate where none can be moved",
    `choices: {workload.arrivals: [{kind: closed_loop, concurrency: 4}]}\n${slo}find: rate\n`,
    "find: rate moves workload.arrivals.rate_rps",
  ],
  [
    "money without a price of hardware",
    `choices: {cluster.gpu: [T4, L4]}\n${slo}objective: cost\ngpu_price_per_hour: {T4: 0.4}\n`,
    "objective: cost needs a price of hardware, and L4 has none",
  ],
  [
    "a price of nothing",
    `choices: {cluster.gpu: [T4]}\n${slo}gpu_price_per_hour: {T44: 1}\n`,
    'gpu_price_per_hour.T44: the catalogue has no GPU "T44"; did you mean T4?',
  ],
  ["an unknown objective", `choices: {seed: [1]}\n${slo}objective: watts\n`, "objective: expected"],
  [
    "replicas of pools",
    `choices: {cluster.pools: [[{name: a, replicas: 2}]]}\n${slo}find: replicas\n`,
    "find: replicas counts cluster.replicas; pools have replicas of their own",
  ],
  ["a wrong key", `choice: {}\n${slo}`, "choice: unknown key; did you mean choices?"],
];

describe("what is wrong with a plan", () => {
  test.each(cases)("%s", async (_, file, message) => {
    writeFileSync(at("plan.yaml"), base + file);
    const { code, err } = await command("plan", "plan.yaml", "--jobs", "1", "--json", "o.json");
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(existsSync(at("o.json"))).toBe(false);
  });

  test("what --set gives and a choice has", async () => {
    const { code, err } = await command("plan", "plan.yaml", "--set", "cluster.gpu=T4");
    expect([code, err]).toEqual([2, expect.stringContaining("choices varies cluster.gpu")]);
  });

  test("an slo in base and in the plan", async () => {
    const { code, err } = await command("plan", "plan.yaml", "--set", "slo.ttft_ms=9");
    expect([code, err]).toEqual([2, expect.stringContaining("slo of its own")]);
  });
});
