import fc from "fast-check";
import { expect, test } from "vitest";
import { newRequest } from "../../sim/request.ts";
import { RequestList } from "../../sim/requestList.ts";
import { request } from "../support/world.ts";

const requestWith = (id: number) =>
  newRequest(request(0, 1, 1), { id, outputTokens: 1, priority: 0, enqueuedS: 0 });

test("a list keeps its order while requests join at either end and leave from anywhere", () => {
  const moves = fc.array(
    fc.record({ kind: fc.constantFrom("append", "prepend", "remove"), place: fc.nat() }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(moves, (given) => {
      const list = new RequestList();
      const naive: ReturnType<typeof requestWith>[] = [];
      for (const [id, { kind, place }] of given.entries()) {
        if (kind === "remove") {
          const [leaving] = naive.splice(place % Math.max(1, naive.length), 1);
          if (leaving !== undefined) list.remove(leaving);
        } else if (kind === "append") {
          naive.push(requestWith(id));
          list.append(naive[naive.length - 1] ?? requestWith(id));
        } else {
          naive.unshift(requestWith(id));
          list.prepend(naive[0] ?? requestWith(id));
        }
        expect([...list].map((member) => member.id)).toEqual(naive.map((member) => member.id));
        expect(list.size).toBe(naive.length);
        expect(list.first).toBe(naive[0]);
        expect(list.last).toBe(naive[naive.length - 1]);
      }
    }),
  );
});

test("a request goes from one list to another, and only out of the one it is in", () => {
  const [waiting, running] = [new RequestList(), new RequestList()];
  const [first, second] = [requestWith(0), requestWith(1)];
  waiting.append(first);
  waiting.append(second);
  waiting.remove(first);
  running.append(first);
  expect([...running]).toEqual([first]);
  expect([...waiting]).toEqual([second]);
  expect(() => waiting.remove(first)).toThrow("the request is in another list");
});
