import { describe, expect, test } from "vitest";
import { importTrace } from "../../workloads/importers/detect.ts";
import { sharedTexts } from "../../workloads/importers/sharedColumns.ts";
import { TraceError } from "../../workloads/importers/traceError.ts";
import { replay } from "../../workloads/replay.ts";
import { reusablePrefixRatio } from "../../workloads/reusablePrefix.ts";
import { correlation, mean, quantile } from "./statistics.ts";
import { noTraces, trace } from "./traces.ts";

interface Row {
  readonly timestamp?: unknown;
  readonly input_length?: unknown;
  readonly output_length?: unknown;
  readonly hash_ids?: unknown;
  readonly [key: string]: unknown;
}

const line = (row: Row): string =>
  JSON.stringify({ timestamp: 0, input_length: 600, output_length: 5, hash_ids: [0, 1], ...row });
const read = (...rows: Row[]) => importTrace(rows.map(line), "auto");

function requests(...rows: Row[]) {
  const source = replay(read(...rows), {});
  return rows.flatMap(() => source.next() ?? []);
}

describe("a Mooncake trace", () => {
  test("is told by its first line and counts its times in milliseconds from the first", () => {
    const { arrivalS, promptTokens, outputTokens } = read(
      { timestamp: 3000 },
      { timestamp: 5997, input_length: 512, output_length: 7, hash_ids: [9] },
    );
    expect(arrivalS).toEqual(Float64Array.of(0, 2.997));
    expect(promptTokens).toEqual(Uint32Array.of(600, 512));
    expect(outputTokens).toEqual(Uint32Array.of(5, 7));
  });

  test("gives each request its blocks of 512 tokens, the last as long as the prompt goes", () => {
    const [first, second] = requests({}, { timestamp: 1, input_length: 1024, hash_ids: [0, 7] });
    expect(first?.shared).toEqual([
      { textId: 0, tokens: 512 },
      { textId: 1, tokens: 88 },
    ]);
    expect(second?.shared).toEqual([
      { textId: 0, tokens: 512 },
      { textId: 7, tokens: 512 },
    ]);
  });

  test("may name fewer blocks than the prompt has, or none: the rest is its own", () => {
    const [fewer, none, absent] = requests(
      { hash_ids: [4] },
      { hash_ids: [] },
      { hash_ids: undefined },
    );
    expect(fewer?.shared).toEqual([{ textId: 4, tokens: 512 }]);
    expect([none?.shared, absent?.shared]).toEqual([[], []]);
    const [without] = requests({ hash_ids: undefined });
    expect(without).toEqual({ arrivalS: 0, promptTokens: 600, outputTokens: 5 });
  });

  test("keeps blocks, tenants and classes with their requests when it is sorted", () => {
    const sorted = read(
      { timestamp: 2000, hash_ids: undefined },
      { timestamp: 1000, hash_ids: [5], tenant: "b", class: "chat" },
      { timestamp: 1500, output_length: 0, hash_ids: [8, 9], tenant: "never" },
      { timestamp: 500, hash_ids: [6, 7], tenant: 12 },
    );
    const source = replay(sorted, {});
    const played = [source.next(), source.next(), source.next()];
    expect(played.map((request) => request?.shared?.map(({ textId }) => textId))).toEqual([
      [6, 7],
      [5],
      [],
    ]);
    expect(played.map((request) => request?.tenant)).toEqual(["12", "b", undefined]);
    expect(sorted.classes).toMatchObject({ names: ["chat"], firstRows: [2] });
    expect([sorted.outOfOrderRows, sorted.droppedRows]).toEqual([2, 1]);
  });
});

describe("a Mooncake trace", () => {
  test.each<[string, Row | string, string]>([
    ["a truncated line", line({}).slice(0, 50), "expected one JSON object on the line, found"],
    ["a list", "[1, 2]", "expected one JSON object on the line"],
    [
      "no timestamp",
      { timestamp: undefined },
      "expected a timestamp in milliseconds, found nothing",
    ],
    ["a time in words", { timestamp: "0:01" }, 'a timestamp in milliseconds, found ""0:01""'],
    ["an endless time", line({}).replace(":0,", ":1e999,"), "expected a timestamp in milliseconds"],
    ["parts of tokens", { input_length: 5.5 }, "expected a whole number of input_length up to"],
    ["negative tokens", { output_length: -1 }, "a whole number of output_length up to 4294967295"],
    ["tokens as a text", { input_length: "600" }, "expected a whole number of input_length"],
    ["no input", { input_length: 0, hash_ids: [] }, "expected at least 1 of input_length"],
    ["a hash that is no number", { hash_ids: ["a"] }, "expected hash_ids as a list of whole"],
    ["a hash alone", { hash_ids: 3 }, 'expected hash_ids as a list of whole numbers, found "3"'],
    [
      "blocks of another size",
      { hash_ids: [1, 2, 3] },
      "at most 2 hash_ids, one for 512 of 600 tokens",
    ],
    ["a list of tenants", { tenant: ["a"] }, "expected a name as tenant"],
  ])("with %s is refused with the row", (_, row, message) => {
    const lines = [line({}), "", typeof row === "string" ? row : line(row)];
    expect(() => importTrace(lines, "mooncake")).toThrow(TraceError);
    expect(() => importTrace(lines, "mooncake")).toThrow(/^row 3: /);
    expect(() => importTrace(lines, "mooncake")).toThrow(message);
  });

  test("of failed requests alone is refused, and counted", () => {
    expect(() => read({ output_length: 0 }, { output_length: 0 })).toThrow(
      'at least one request with output (output_length), found "0 in all 2 rows"',
    );
  });

  test("printed over several lines is refused with how it should begin", () => {
    expect(() => importTrace(["{", '"timestamp": 0,'], "auto")).toThrow('mooncake ({"timestamp"');
  });
});

describe("what an endless cache could reuse of a trace", () => {
  test("is every block that came before, as far as it was seen", () => {
    const blocks = [
      { hash_ids: [0, 1] },
      { hash_ids: [0, 2], input_length: 1024 },
      // 512 again, and of block 1 the 88 that the first prompt had.
      { hash_ids: [0, 1], input_length: 1024 },
    ];
    expect(reusablePrefixRatio(read(...blocks))).toBeCloseTo((0 + 512 + 600) / (600 + 2048), 12);
  });

  test("is not known where the trace does not name blocks", () => {
    expect(reusablePrefixRatio(read({ hash_ids: undefined }))).toBeUndefined();
  });
});

const name = "(skipped where the traces are not at hand)";

test.skipIf(noTraces).each([
  {
    file: "mooncake_conversation_trace.jsonl.gz",
    requests: 12_031,
    durationS: 3537,
    prompt: [12035.1, 6909, 27367, 85400, 126195],
    output: [342.6, 350, 597, 1118.5, 2000],
    correlation: 0.072,
    reusablePercent: 37.4,
  },
  {
    file: "mooncake_synthetic_trace.jsonl.gz",
    requests: 3993,
    durationS: 1022,
    prompt: [15325.5, 11587, 38611, 66456, 191378],
    output: [149.1, 69, 389, 768, 893],
    correlation: -0.374,
    reusablePercent: 65.1,
  },
])(`$file is read as it was measured ${name}`, (expected) => {
  const columns = trace(expected.file);
  const { promptTokens, outputTokens, shared } = columns;
  expect(promptTokens.length).toBe(expected.requests);
  expect(columns.arrivalS?.at(-1)).toBeCloseTo(expected.durationS, 0);
  const summary = (tokens: Uint32Array) =>
    [mean(tokens), ...[0.5, 0.9, 0.99, 1].map((ratio) => quantile(tokens, ratio))].map(
      (value, index) => (index === 0 ? Math.round(value * 10) / 10 : value),
    );
  for (const [found, wanted] of [
    [summary(promptTokens), expected.prompt],
    [summary(outputTokens), expected.output],
  ] as const) {
    for (const [index, value] of wanted.entries()) {
      expect(Math.abs((found[index] ?? Number.NaN) - value)).toBeLessThanOrEqual(0.5);
    }
  }
  expect(correlation(promptTokens, outputTokens)).toBeCloseTo(expected.correlation, 3);
  const reusable = (reusablePrefixRatio(columns) ?? 0) * 100;
  expect(Math.abs(reusable - expected.reusablePercent)).toBeLessThan(0.05);
  // Every row names a block for each 512 tokens, and a part of one.
  promptTokens.forEach((tokens, row) => {
    const texts = shared === undefined ? [] : sharedTexts(shared, { row, promptTokens: tokens });
    expect(texts.reduce((sum, text) => sum + text.tokens, 0)).toBe(tokens);
  });
});
