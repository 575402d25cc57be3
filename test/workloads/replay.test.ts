import { describe, expect, test } from "vitest";
import { constant } from "../../workloads/arrivals/constant.ts";
import { importTrace } from "../../workloads/importers/detect.ts";
import { type Replay, replay } from "../../workloads/replay.ts";

const timed = importTrace(
  ["arrived_at,num_prefill_tokens,num_decode_tokens", "0,10,1", "2,20,2", "4,30,3"],
  "vidur",
);
const untimed = importTrace(
  ["num_prefill_tokens,num_decode_tokens", "10,1", "20,2", "30,3"],
  "vidur",
);

const requests = (trace: typeof timed, how: Replay) => {
  const source = replay(trace, how);
  const played: number[][] = [];
  for (let request = source.next(); request !== undefined; request = source.next()) {
    played.push([request.arrivalS, request.promptTokens, request.outputTokens]);
  }
  return played;
};

describe("a replayed trace", () => {
  test("comes row by row at its own times", () => {
    expect(requests(timed, {})).toEqual([
      [0, 10, 1],
      [2, 20, 2],
      [4, 30, 3],
    ]);
  });

  test("comes in half the time at twice the rate", () => {
    const times = requests(timed, { rateScale: 2 }).map(([arrivalS]) => arrivalS);
    expect(times).toEqual([0, 1, 2]);
  });

  test("ends with the rows asked for, or at the time asked for", () => {
    expect(requests(timed, { limit: 2 })).toHaveLength(2);
    expect(requests(timed, { limit: 99 })).toHaveLength(3);
    expect(requests(timed, { untilS: 4 })).toHaveLength(2);
  });

  test("takes times from an arrival process where that is given", () => {
    const arrivals = constant({ ratePerS: 1 });
    expect(requests(untimed, { arrivals, rateScale: 2 })).toEqual([
      [0, 10, 1],
      [0.5, 20, 2],
      [1, 30, 3],
    ]);
  });

  test("needs an arrival process where it has no times", () => {
    expect(() => replay(untimed, {})).toThrow(
      "arrivals: expected an arrival process, as the trace has no times, found none",
    );
  });

  test("runs at a positive rate only", () => {
    expect(() => replay(timed, { rateScale: 0 })).toThrow("rateScale");
  });
});
