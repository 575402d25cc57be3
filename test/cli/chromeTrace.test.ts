import { statSync } from "node:fs";
import { buildModel } from "@tracerbench/trace-model";
import { describe, expect, test } from "vitest";
import { inOwnFolder } from "./command.ts";
import { ranFiles } from "./ranFiles.ts";

const at = inOwnFolder();
const { json, run } = ranFiles(at);

interface Event {
  readonly name: string;
  readonly ph: string;
  readonly ts: number;
  readonly dur: number;
  readonly id: string;
  readonly args: Record<string, number>;
}

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
    expect(phases.get("7")).toEqual(["request 7", "queue", "prefill", "decode"]);
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
    expect(counted((event) => event.isNestableAsyncBegin())).toBe(20 * 4);
    expect(counted((event) => event.isNestableAsyncEnd())).toBe(20 * 4);
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
