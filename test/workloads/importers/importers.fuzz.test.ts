import fc from "fast-check";
import { expect, test } from "vitest";
import { importTrace } from "../../../workloads/importers/detect.ts";
import { sharedTexts } from "../../../workloads/importers/sharedColumns.ts";
import type { TraceColumns } from "../../../workloads/importers/traceColumns.ts";
import { TraceError } from "../../../workloads/importers/traceError.ts";

/** What was read, or undefined where that failed as it may. */
function imported(text: string): TraceColumns | undefined {
  try {
    return importTrace(text.split("\n"), "auto");
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
    expect(error.row).toBeGreaterThanOrEqual(1);
    expect(error.message).toContain(error.expected);
    return undefined;
  }
}

function expectSound(trace: TraceColumns): void {
  const { arrivalS, promptTokens, outputTokens, shared } = trace;
  expect(promptTokens.length).toBeGreaterThan(0);
  expect(outputTokens.length).toBe(promptTokens.length);
  expect(promptTokens.every((tokens) => tokens >= 1)).toBe(true);
  expect(outputTokens.every((tokens) => tokens >= 1)).toBe(true);
  promptTokens.forEach((tokens, row) => {
    const texts = shared === undefined ? [] : sharedTexts(shared, { row, promptTokens: tokens });
    expect(texts.every((text) => text.tokens >= 1)).toBe(true);
    expect(texts.reduce((sum, text) => sum + text.tokens, 0)).toBeLessThanOrEqual(tokens);
  });
  if (arrivalS === undefined) return;
  expect(arrivalS.length).toBe(promptTokens.length);
  expect(arrivalS[0]).toBe(0);
  let latest = 0;
  for (const timeS of arrivalS) {
    expect(timeS >= latest && timeS < Infinity).toBe(true);
    latest = timeS;
  }
}

const traces = [
  [
    "TIMESTAMP,ContextTokens,GeneratedTokens",
    "2023-11-16 18:15:46.6805900,374,44",
    "2024-05-10 00:00:00.009930+00:00,2162,5",
    "2024-05-12 00:00:00+00:00,2399,6",
    "",
  ].join("\r\n"),
  [
    "arrived_at,num_prefill_tokens,num_decode_tokens",
    "0.0,374,44",
    "4.314579,396,109",
    "1e1,7,5",
  ].join("\n"),
  [
    "arrived_at,num_prefill_tokens,num_decode_tokens,tenant,class",
    "0.0,374,44,a,chat",
    "4.314579,396,109,,code",
  ].join("\n"),
  [
    '{"timestamp": 0, "input_length": 1025, "output_length": 500, "hash_ids": [0, 1, 2]}',
    '{"timestamp": 3000, "input_length": 600, "output_length": 3, "hash_ids": [0, 7], "tenant": "a"}',
    "",
  ].join("\n"),
  "num_prefill_tokens,num_decode_tokens,num_total_tokens,pd_ratio\n3772,54,3826,69.85\n2015,156,2171,12.9\n",
];

const scrap = fc.oneof(
  fc.constantFrom(
    ",",
    "\n",
    "\r",
    "-",
    ".",
    "+",
    ":",
    " ",
    "[",
    "}",
    '"',
    "null",
    "\uFEFF",
    "NaN",
    "1e309",
    "9".repeat(20),
  ),
  fc.integer().map(String),
  fc.string({ maxLength: 3, unit: "binary" }),
);
const edit = fc.record({ place: fc.nat(), removed: fc.nat(4), inserted: scrap });

const mutated = fc
  .tuple(fc.constantFrom(...traces), fc.array(edit, { minLength: 1, maxLength: 4 }))
  .map(([trace, edits]) => {
    let text = trace;
    for (const { place, removed, inserted } of edits) {
      const at = place % (text.length + 1);
      text = text.slice(0, at) + inserted + text.slice(at + removed);
    }
    return text;
  });

const bytes = fc.uint8Array({ maxLength: 300 }).map((raw) => new TextDecoder().decode(raw));
const headed = fc
  .tuple(fc.constantFrom(...traces), bytes)
  .map(([trace, rest]) => `${trace.split("\n")[0]}\n${rest}`);

test.each([
  ["a mutated trace", mutated],
  ["any bytes", bytes],
  ["any bytes under a known header", headed],
])("%s is read soundly or refused with its row", (_, texts) => {
  fc.assert(
    fc.property(texts, (text) => {
      const trace = imported(text);
      if (trace !== undefined) expectSound(trace);
    }),
    { numRuns: 2000 },
  );
});

test("the traces that are mutated are sound", () => {
  for (const trace of traces) expect(imported(trace)).toBeDefined();
});
