import fc from "fast-check";
import { expect, test } from "vitest";
import { PackedQueue } from "../../sim/queue/packedQueue.ts";
import { isUntouched, newRequest, type Request } from "../../sim/request.ts";
import { RequestList } from "../../sim/requestList.ts";

function fresh(id: number, classId?: number): Request {
  const spec = { arrivalS: id / 3, promptTokens: 7 + id, outputTokens: 3 + id, classId };
  const entry = { id, outputTokens: 2 + id, priority: classId ?? 0, enqueuedS: id / 2 };
  const request = newRequest(spec, entry);
  request.replica = id % 5;
  return request;
}

const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("append" as const), count: fc.nat(1500) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("admit" as const), count: fc.nat(1500) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("prepend" as const), count: fc.nat(3) }) },
);

/** What a queue tells of its first, without its place in a list. */
function told(request: Request | undefined) {
  return request && { ...request, previous: undefined, following: undefined };
}

/** A packed queue and a plain list to which the same happens. */
class Twins {
  readonly packed = new PackedQueue();
  readonly plain = new RequestList();
  #id = 0;

  join(end: "append" | "prepend"): void {
    // Every third has details, which no row holds.
    const classId = this.#id % 3 === 0 ? this.#id % 2 : undefined;
    this.packed[end](fresh(this.#id, classId));
    this.plain[end](fresh(this.#id, classId));
    this.#id++;
  }

  admit(): void {
    const [first, expected] = [this.packed.first, this.plain.first];
    expect(told(first)).toEqual(told(expected));
    if (first === undefined || expected === undefined) return;
    this.packed.remove(first);
    this.plain.remove(expected);
  }
}

test("a packed queue is a list: the same requests in the same order, whatever comes and goes", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 12 }), (actions) => {
      const twins = new Twins();
      for (const { kind, count } of actions) {
        for (let i = 0; i < count; i++) {
          if (kind === "admit") twins.admit();
          else twins.join(kind);
        }
        expect(twins.packed.size).toBe(twins.plain.size);
      }
      expect([...twins.packed].map(told)).toEqual([...twins.plain].map(told));
    }),
    { numRuns: 20 },
  );
});

test("only a request to which nothing happened is packed", () => {
  expect(isUntouched(fresh(1))).toBe(true);
  expect(isUntouched(fresh(1, 0))).toBe(false);
  for (const change of [{ preemptions: 1 }, { scheduledS: 0 }, { emittedTokens: 1 }]) {
    expect(isUntouched({ ...fresh(1), ...change })).toBe(false);
  }
});

test("an iteration over the first few leaves the rest as it is, one over all sees each once", () => {
  const packed = new PackedQueue();
  for (let id = 0; id < 5000; id++) packed.append(fresh(id));
  for (const { id } of packed) if (id === 3) break;
  expect([...packed].map(({ id }) => id)).toEqual(Array.from({ length: 5000 }, (_, i) => i));
  expect(packed.size).toBe(5000);
});
