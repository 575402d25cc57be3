import { describe, expect, test } from "vitest";
import { randomStreams } from "../../sim/random.ts";
import { cutPrompts, rowsBetween, sampledRows, shuffledRows } from "../../workloads/chosenRows.ts";
import { importTrace } from "../../workloads/importers/detect.ts";
import { labelOf } from "../../workloads/importers/labelColumn.ts";
import { sharedTexts } from "../../workloads/importers/sharedColumns.ts";

/** Request k comes after k seconds with k + 1 tokens and answers with as many. */
const numbered = (requests: number) => {
  const rows = Array.from({ length: requests }, (_, k) => `${k},${k + 1},${k + 1},t${k}`);
  return importTrace(["arrival_s,input_tokens,output_tokens,tenant", ...rows], "auto");
};
const random = () => randomStreams("1")("a test");

describe("a span of a trace", () => {
  test("holds what comes from its start until before its end, from 0 on", () => {
    const span = rowsBetween(numbered(9), { fromS: 2, toS: 5 });
    expect(span.promptTokens).toEqual(Uint32Array.of(3, 4, 5));
    expect(span.arrivalS).toEqual(Float64Array.of(0, 1, 2));
    expect(span.tenants && labelOf(span.tenants, 2)).toBe("t4");
    const between = rowsBetween(numbered(9), { fromS: 6.5, toS: Number.POSITIVE_INFINITY });
    expect(between.promptTokens).toEqual(Uint32Array.of(8, 9));
    expect(rowsBetween(numbered(9), { fromS: 9, toS: 20 }).promptTokens.length).toBe(0);
  });

  test("takes all requests of an instant", () => {
    const rows = ["0,1,1", "5,2,1", "5,3,1", "5,4,1", "6,5,1"];
    const trace = importTrace(["arrival_s,input_tokens,output_tokens", ...rows], "auto");
    expect(rowsBetween(trace, { fromS: 5, toS: 6 }).promptTokens).toEqual(Uint32Array.of(2, 3, 4));
    expect(rowsBetween(trace, { fromS: 0, toS: 5 }).promptTokens).toEqual(Uint32Array.of(1));
  });
});

test("a sample takes about its share, in order, and what belongs to a request with it", () => {
  const sample = sampledRows(numbered(10_000), { shareRatio: 0.3, random: random() });
  expect(Math.abs(sample.promptTokens.length - 3000)).toBeLessThan(4 * Math.sqrt(2100));
  const [first = 0] = sample.promptTokens;
  sample.promptTokens.forEach((tokens, row) => {
    expect(sample.arrivalS?.[row]).toBe(tokens - first);
    expect(sample.outputTokens[row]).toBe(tokens);
  });
});

test("a shuffle keeps the times and the requests, and draws which comes when", () => {
  const trace = numbered(1000);
  const shuffled = shuffledRows(trace, random());
  expect(shuffled.arrivalS).toEqual(trace.arrivalS);
  expect(shuffled.outputTokens).toEqual(shuffled.promptTokens);
  expect(shuffled.promptTokens).not.toEqual(trace.promptTokens);
  expect(shuffled.promptTokens.slice().sort()).toEqual(trace.promptTokens);
  expect(shuffled.tenants && labelOf(shuffled.tenants, 7)).toBe(
    `t${(shuffled.promptTokens[7] ?? 0) - 1}`,
  );
});

describe("prompts cut to the context", () => {
  const row = (input: number, output: number, ids: readonly number[]) =>
    JSON.stringify({ timestamp: 0, input_length: input, output_length: output, hash_ids: ids });

  test("leave the output its room, and lose the blocks that they no longer reach", () => {
    const lines = [row(1500, 300, [1, 2, 3]), row(700, 300, [1, 4]), row(600, 5000, [1, 5])];
    const { trace, promptCuts } = cutPrompts(importTrace(lines, "auto"), 1000);
    expect(trace.promptTokens).toEqual(Uint32Array.of(700, 700, 1));
    expect(promptCuts).toBe(2);
    const texts = [0, 1, 2].map((place) =>
      sharedTexts(trace.shared ?? expect.fail("no blocks"), {
        row: place,
        promptTokens: trace.promptTokens[place] ?? 0,
      }).map(({ tokens }) => tokens),
    );
    expect(texts).toEqual([[512, 188], [512, 188], [1]]);
  });

  test("stay as they were where all fit", () => {
    const trace = numbered(3);
    expect(cutPrompts(trace, 6)).toEqual({ trace, promptCuts: 0 });
    expect(cutPrompts(trace, 5).promptCuts).toBe(1);
  });
});
