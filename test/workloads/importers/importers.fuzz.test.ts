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
  'arrival_s,"input_tokens",output_tokens,tenant\n0.5,"10",2,"a, ""b"""\n2,20,4,\n',
  "timestamp;input_tokens;output_tokens\n2026-01-01 00:00:00;10;2\n2026-01-01 00:00:01;20;4\n",
  [
    "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type",
    "5,,1.5,ChatGPT,472,18,490,Conversation log",
    "1106,a,1,ChatGPT,0,0,0,API log",
  ].join("\n"),
  '{"arrival_ms": 5, "input_tokens": 10, "output_tokens": 2}\n{"arrival_ms": 9, "input_tokens": 1, "output_tokens": 1}',
  JSON.stringify(
    [
      { timestamp: 1.5, input_tokens: 10, output_tokens: 2, class: "a" },
      { timestamp: 2.5, input_tokens: 10, output_tokens: 2 },
    ],
    undefined,
    1,
  ),
  JSON.stringify({
    input_lens: [10, 20, 30],
    output_lens: [2, 0, 4],
    start_times: [1000.5, 1001, 1002],
  }),
  '{"prompt": "What is the weather like?", "output_tokens": 5}',
  JSON.stringify(
    [
      {
        id: "a",
        conversations: [
          { from: "human", value: "hello" },
          { from: "gpt", value: "ok" },
        ],
      },
      {
        id: "b",
        conversations: [
          { from: "human", value: "again" },
          { from: "gpt", value: "{]" },
        ],
      },
    ],
    undefined,
    2,
  ),
  '{"input_toks": 10, "output_toks": 2, "arrival_time_ns": 46926808}',
  '{"created": 1700000000, "usage": {"prompt_tokens": 10, "completion_tokens": 2}}\n{"usage": null}',
  '{"custom_id": "1", "response": {"body": {"created": 17, "usage": {"prompt_tokens": 1, "completion_tokens": 2}}}}',
  '{"metadata": {"request_start_ns": 17}, "metrics": {"input_sequence_length": {"value": 5}, "output_sequence_length": 2}}',
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
    { numRuns: 4000 },
  );
});

test("the traces that are mutated are sound", () => {
  for (const trace of traces) expect(imported(trace)).toBeDefined();
});
