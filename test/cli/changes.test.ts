import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();

const poisson = [
  "--set=workload.dataset=null",
  "--set=workload.arrivals={kind: poisson, rate_rps: 8}",
  "--set=workload.lengths={input: {kind: fixed, tokens: 300}, output: {kind: fixed, tokens: 60}}",
  "--set=workload.num_requests=60",
];

async function result(...words: readonly string[]) {
  const { out, err } = await command("run", at("small.yaml"), ...poisson, ...words, "--json=-");
  return err.startsWith("error") ? { failed: err } : JSON.parse(out);
}

function written(...changes: readonly string[]): string {
  writeFileSync(at("changes.yaml"), `changes:\n${changes.map((line) => `  - ${line}\n`).join("")}`);
  return `--changes=${at("changes.yaml")}`;
}

test.each([
  ["power_cap_w: 400", "--set=cluster.power_cap_w=400"],
  ["replicas: 3", "--set=cluster.replicas=3"],
  ["enable_prefix_caching: true", "--set=engine.enable_prefix_caching=true"],
  ["rate_factor: 2", "--set=workload.arrivals.rate_rps=16"],
])("%s from the beginning is a scenario that says so", async (change, set) => {
  const changed = await result(written(`{at_s: 0, ${change}}`));
  const said = await result(set);
  expect(changed.digest).toBe(said.digest);
  expect(changed.energy).toEqual(said.energy);
  // The ends of ranges know all caps that are ever set.
  const { interval_80: _changed, ...changedPower } = changed.power;
  const { interval_80: _said, ...saidPower } = said.power;
  expect(changedPower).toEqual(saidPower);
  expect(changed.cost).toEqual(said.cost);
  expect(changed.warnings.join()).toContain(`at 0 s ${change.replace(":", "")}`);
});

test("what changes nothing, or after the end, leaves the digest", async () => {
  const plain = await result();
  const same = written("{at_s: 1, replicas: 1}", "{at_s: 2, power_cap_w: null}");
  expect((await result(same)).digest).toBe(plain.digest);
  const late = await result(written("{at_s: 9000, power_cap_w: 300}", "{at_s: 9000, replicas: 2}"));
  expect(late.digest).toBe(plain.digest);
  expect(late.cost).toEqual(plain.cost);
});

test("a replica that joins half-way costs half, and a fixed time holds more requests at a higher rate", async () => {
  const timed = ["--set=workload.num_requests=null", "--set=workload.duration_s=40"];
  const priced = ["--set=site.gpu_price_per_hour=3600", ...timed];
  const one = await result(...priced);
  const joined = await result(...priced, written("{at_s: 20, replicas: 2}"));
  expect(one.cost.gpu).toBeCloseTo(40, 6);
  expect(joined.cost.gpu).toBeCloseTo(60, 6);
  const faster = await result(...timed, written("{at_s: 20, rate_factor: 4}"));
  expect(faster.requests.injected).toBeGreaterThan(2 * one.requests.injected);
});

test.each([
  ["{at_s: 5, power_cap_w: 4}", [], "changes.yaml:2:28: changes.0.power_cap_w: expected 276 W"],
  ["{at_s: 5, power_cup_w: 4}", [], "unknown key; did you mean power_cap_w?"],
  ["{at_s: 5}", [], "changes.0: changes nothing: give one of power_cap_w"],
  ["{at_s: 5, replicas: 2, rate_factor: 2}", [], "give replicas a change of its own"],
  ["{at_s: -1, replicas: 2}", [], "changes.0.at_s: expected a number >= 0"],
  [
    "{at_s: 5, rate_factor: 2}",
    ["--set=workload.arrivals={kind: closed_loop, concurrency: 4}"],
    "changes.0.rate_factor: users of a closed loop ask when they are answered",
  ],
  [
    "{at_s: 5, replicas: 2}",
    ["--set=engine.stack=hf-eager"],
    "changes.0.replicas: a static batch that isn't full waits",
  ],
  [
    "{at_s: 5, replicas: 2}",
    ["--set=cluster.failures={outages: [{replica: 0, from_s: 1, for_s: 1}]}"],
    "changes.0.replicas: cluster.failures decides already",
  ],
])("%s is refused with its place and the reason", async (change, set, message) => {
  const flag = written(change);
  const { code, err } = await command("run", at("small.yaml"), ...poisson, ...set, flag);
  expect(err).toContain(message);
  expect(code).toBe(2);
});

test("an empty file is told", async () => {
  writeFileSync(at("empty.yaml"), "");
  const { code, err } = await command("run", at("small.yaml"), `--changes=${at("empty.yaml")}`);
  expect([code, err]).toEqual([2, expect.stringContaining("is empty; expected changes")]);
});

test("users who wait are no overload, whatever changes while they do", async () => {
  const users = [
    "--set=workload.arrivals={kind: closed_loop, concurrency: 900}",
    "--set=workload.num_requests=9000",
    "--set=engine.max_num_seqs=64",
  ];
  const { warnings, requests } = await result(...users, written("{at_s: 20, power_cap_w: 400}"));
  expect(requests.completed).toBe(9000);
  expect(warnings.join()).toContain("at 20 s power_cap_w 400");
  expect(warnings.join()).not.toContain("overload");
});
