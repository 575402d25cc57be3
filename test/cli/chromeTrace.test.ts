import { statSync } from "node:fs";
import { buildModel } from "@tracerbench/trace-model";
import { describe, expect, test } from "vitest";
import { inOwnFolder } from "./command.ts";
import { ranFiles } from "./ranFiles.ts";

const at = inOwnFolder();
const { json, rows, run } = ranFiles(at);

interface Event {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur: number;
  readonly id: string;
  readonly pid: number;
  readonly args: Record<string, number>;
}

const ofOne = ["front end", "queue", "prefill", "decode"];
const ofTwo = ["front end", "queue", "prefill", "wait for the link", "transfer", "decode"];
const disaggregated = [
  "--set",
  "cluster.pools=[{name: p, role: prefill}, {name: d, role: decode}]",
  "--set",
  "cluster.kv_link={bandwidth_gb_per_s: 1}",
];

async function traced(...words: readonly string[]): Promise<Event[]> {
  await run("--trace", at("trace.json"), ...words);
  return json("trace.json").traceEvents;
}

describe("a Chrome trace", () => {
  test("has slices that follow each other and hold all joules of busy time", async () => {
    const steps = (await traced()).filter(({ ph }) => ph === "X");
    const { energy, utilization, duration_s } = json("result.json");
    let joules = 0;
    let busyUs = 0;
    for (const [i, { ts, dur, args }] of steps.entries()) {
      const before = steps[i - 1];
      if (before !== undefined) expect(ts).toBeGreaterThanOrEqual(before.ts + before.dur - 1e-6);
      joules += args["energy_j"] ?? 0;
      busyUs += dur;
    }
    expect(joules / (energy.gpu_j - energy.by_phase_j.idle)).toBeCloseTo(1, 9);
    expect(busyUs / 1e6 / (utilization.busy_ratio * duration_s)).toBeCloseTo(1, 6);
  });

  test("has a track for each request, whose phases nest and end", async () => {
    const open = new Map<string, string[]>();
    const phases = new Map<string, string[]>();
    for (const { ph, id, name } of await traced()) {
      const stack = open.get(id) ?? [];
      if (ph === "b") {
        stack.push(name);
        phases.set(id, [...(phases.get(id) ?? []), name]);
      }
      if (ph === "e") expect(stack.pop()).toBe(name);
      if (ph === "b" || ph === "e") open.set(id, stack);
    }
    expect(phases.size).toBe(20);
    expect(phases.get("7")).toEqual(["request 7", ...ofOne]);
    expect([...open.values()].flat()).toEqual([]);
  });

  test("keeps to its limit, says what it left out, and changes nothing else", async () => {
    const all = (await traced()).length;
    const { digest } = json("result.json");
    const few = await traced("--trace-limit", "50");
    expect(few.length).toBeLessThanOrEqual(50);
    expect(json("trace.json").otherData.events_left_out).toBe(all - few.length);
    await run();
    expect(json("result.json").digest).toBe(digest);
  });
});

describe("a Chrome trace", () => {
  test("is, to a parser of Chrome's, processes with threads of steps that overlap nowhere", async () => {
    await run("--set", "cluster.replicas=2", "--trace", at("trace.json"));
    const { energy, duration_s } = json("result.json");
    const model = buildModel(json("trace.json"));
    expect(model.processes.map(({ name }) => name)).toEqual(["replica 0", "replica 1"]);
    expect(model.duration / 1e6).toBeCloseTo(duration_s, 6);
    let joules = 0;
    for (const { threads } of model.processes) {
      expect(threads.map(({ name }) => name)).toEqual(["steps"]);
      const steps = threads.flatMap(({ events }) => events).filter((event) => event.isComplete());
      expect(steps.length).toBeGreaterThan(20);
      for (const step of steps) {
        // A slice within another would be its child.
        expect(step.parent).toBeUndefined();
        expect(step.hasCategory("step")).toBe(true);
        joules += step.getNumberArg("energy_j", Number.NaN);
      }
    }
    expect(joules / (energy.gpu_j - energy.by_phase_j.idle)).toBeCloseTo(1, 9);
    const counted = (has: (event: (typeof model.events)[number]) => boolean) =>
      model.events.filter(has).length;
    expect(counted((event) => event.isNestableAsyncBegin())).toBe(20 * 5);
    expect(counted((event) => event.isNestableAsyncEnd())).toBe(20 * 5);
    const watts = model.events.filter((event) => event.isCounter() && event.name === "watts");
    for (const event of watts) expect(event.getNumberArg("all_gpus", 0)).toBeGreaterThan(0);
    expect(watts.length).toBeGreaterThan(20);
    // What it did not know it would have dropped.
    expect(model.events.length).toBe(json("trace.json").traceEvents.length);
  });

  test("takes room by its limit, however long the run is", async () => {
    const sizes: number[] = [];
    for (const requests of [100, 400]) {
      const long = ["--set", `workload.num_requests=${requests}`, "--trace-limit", "500"];
      await run(...long, "--trace", at("trace.json"));
      sizes.push(statSync(at("trace.json")).size);
      expect(json("trace.json").traceEvents.length).toBeLessThanOrEqual(500);
    }
    const [short = 0, long = 0] = sizes;
    expect(long / short).toBeLessThan(1.2);
    expect(long).toBeLessThan(500 * 250);
  });
});

describe("the track of a request in a Chrome trace", () => {
  test.each([
    ["one replica", [], ofOne],
    ["one that prefills and one that decodes", disaggregated, ofTwo],
  ])("of %s has phases that follow each other from arrival to end", async (_, words, names) => {
    const events = await traced("--requests", at("requests.csv"), ...words);
    for (const row of rows("requests.csv")) {
      const number = (column: string) => Number(row[column]);
      const id = row["request_id"];
      const own = events.filter((event) => event.id === id || event.id === `${id} decode`);
      const begins = own.filter(({ ph, name }) => ph === "b" && names.includes(name));
      expect(begins.map(({ name }) => name)).toEqual(names);
      const ends = begins.map(({ name }) => own.find((e) => e.ph === "e" && e.name === name));
      let lastUs = number("arrival_s") * 1e6;
      const lastsMs: Record<string, number> = {};
      for (const [i, { name, ts }] of begins.entries()) {
        expect(Math.abs(ts - lastUs)).toBeLessThan(0.002);
        lastUs = ends[i]?.ts ?? Number.NaN;
        lastsMs[name] = (lastUs - ts) / 1000;
      }
      expect(lastUs / 1e3 - number("arrival_s") * 1e3).toBeCloseTo(number("e2e_ms"), 3);
      expect(lastsMs["queue"]).toBeCloseTo(number("queue_ms"), 3);
      const before = ["front end", "queue", "prefill"].map((name) => lastsMs[name] ?? Number.NaN);
      expect(before.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(number("ttft_ms"), 3);
      if (names === ofOne) continue;
      expect(lastsMs["transfer"]).toBeCloseTo(number("transfer_ms"), 3);
      const places = begins.map(({ pid }) => pid - 1);
      const [from, to] = [number("prefill_replica"), number("replica")];
      expect(places).toEqual([from, from, from, from, from, to]);
      expect(from).not.toBe(to);
    }
  });
});
