import fc from "fast-check";
import { expect, test } from "vitest";
import { Calendar, type SimEvent } from "../../sim/calendar.ts";
import { request } from "../support/world.ts";

const runEnd = (replica: number): SimEvent => ({ kind: "runEnd", replica, plan: 0 });
const batchWait = (replica: number): SimEvent => ({ kind: "batchWait", replica });
const arrival: SimEvent = { kind: "arrival", spec: request(0, 1, 1), fromSource: true };
const steadyEnd: SimEvent = { kind: "steadyEnd" };
const stop: SimEvent = { kind: "stop" };

function taken(calendar: Calendar): SimEvent[] {
  const events: SimEvent[] = [];
  for (let event = calendar.next(); event !== undefined; event = calendar.next()) {
    events.push(event);
  }
  return events;
}

test("events come in order of time, and the clock goes with them", () => {
  const calendar = new Calendar();
  for (const timeS of [3, 1, 2]) calendar.schedule(timeS, runEnd(timeS));
  const seen: [number, SimEvent | undefined][] = [];
  expect(calendar.nowS).toBe(0);
  while (!calendar.isEmpty) {
    expect(calendar.nextTimeS()).toBe(seen.length + 1);
    const event = calendar.next();
    seen.push([calendar.nowS, event]);
  }
  expect(seen).toEqual([
    [1, runEnd(1)],
    [2, runEnd(2)],
    [3, runEnd(3)],
  ]);
  expect(calendar.nextTimeS()).toBe(Number.POSITIVE_INFINITY);
  expect(calendar.next()).toBeUndefined();
  expect(calendar.nowS).toBe(3);
});

test("at one instant steps end, requests arrive, batches start, windows close, and the run stops", () => {
  const inOrder = [runEnd(0), arrival, batchWait(0), steadyEnd, stop];
  fc.assert(
    fc.property(fc.shuffledSubarray(inOrder, { minLength: inOrder.length }), (shuffled) => {
      const calendar = new Calendar();
      for (const event of shuffled) calendar.schedule(1, event);
      expect(taken(calendar)).toEqual(inOrder);
    }),
  );
});

test("equal events of one instant come first scheduled first, however many there are", () => {
  const calendar = new Calendar();
  const events = Array.from({ length: 100 }, (_, replica) => runEnd(replica));
  for (const event of events) calendar.schedule(7, event);
  expect(taken(calendar)).toEqual(events);
});

test("a calendar sorts as a list does, also when events are scheduled as others pass", () => {
  const times = fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(times, times, (firstS, thenS) => {
      const calendar = new Calendar();
      firstS.forEach((timeS, i) => {
        calendar.schedule(timeS, runEnd(i));
      });
      const passed = [calendar.next()];
      const middleS = calendar.nowS;
      thenS.forEach((afterS, i) => {
        calendar.schedule(middleS + afterS, batchWait(i));
      });
      passed.push(...taken(calendar));
      // Steps end before batches start, and sorting keeps the order of equals.
      const sorted = [
        ...firstS.map((timeS, i) => ({ timeS, event: runEnd(i) })),
        ...thenS.map((afterS, i) => ({ timeS: middleS + afterS, event: batchWait(i) })),
      ].sort((a, b) => a.timeS - b.timeS);
      expect(passed).toEqual(sorted.map(({ event }) => event));
    }),
  );
});

test("an event that lies before now, or at no time at all, is refused", () => {
  const calendar = new Calendar();
  calendar.schedule(2, stop);
  calendar.next();
  expect(() => calendar.schedule(1.5, runEnd(0))).toThrow("runEnd at 1.5 s lies before now, 2 s");
  expect(() => calendar.schedule(Number.NaN, runEnd(0))).toThrow("runEnd at NaN s");
  expect(() => calendar.schedule(Number.POSITIVE_INFINITY, stop)).toThrow("stop at Infinity s");
  expect(calendar.isEmpty).toBe(true);
});

test("what is left when a run stops comes in order, and the clock stands still", () => {
  const calendar = new Calendar();
  for (const timeS of [5, 3, 4]) calendar.schedule(timeS, runEnd(timeS));
  expect([...calendar.drain()]).toEqual([runEnd(3), runEnd(4), runEnd(5)]);
  expect(calendar.nowS).toBe(0);
  expect(calendar.isEmpty).toBe(true);
});
