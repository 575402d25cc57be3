import { describe, expect, test } from "vitest";
import { importTrace } from "../../../workloads/importers/detect.ts";
import { failure } from "./failure.ts";

type Row = Readonly<Record<string, unknown>>;

const lines = (...rows: readonly Row[]) => rows.map((row) => JSON.stringify(row));
const read = (...rows: readonly Row[]) => importTrace(lines(...rows), "auto");
const refusal = (...rows: readonly Row[]) => failure(lines(...rows)).message;

describe("a result of vLLM's bench", () => {
  const result = {
    date: "20260101-000000",
    num_prompts: 3,
    request_rate: "inf",
    max_concurrency: null,
    request_throughput: 2.5,
    input_lens: [10, 20, 30],
    output_lens: [2, 0, 4],
    start_times: [1000.5, 1001, 1002],
  };

  test("is a trace of its requests, failed ones apart", () => {
    const trace = read(result);
    expect(trace.arrivalS).toEqual(Float64Array.of(0, 1.5));
    expect(trace.promptTokens).toEqual(Uint32Array.of(10, 30));
    expect(trace.outputTokens).toEqual(Uint32Array.of(2, 4));
    expect([trace.droppedRows, trace.remarks]).toEqual([1, undefined]);
    const spread = JSON.stringify(result, undefined, 2).split("\n");
    expect(importTrace(spread, "auto")).toEqual(trace);
  });

  test("without times has lengths alone, and with few places for requests says so", () => {
    expect(read({ ...result, start_times: undefined }).arrivalS).toBeUndefined();
    expect(read({ ...result, max_concurrency: 16 }).remarks?.[0]).toContain("max_concurrency 16");
  });

  test.each<[string, readonly Row[], string]>([
    ["no details", [{ ...result, input_lens: undefined }], "writes it with --save-detailed"],
    ["a list too short", [{ ...result, output_lens: [1] }], "as many output_lens as input_lens, 3"],
    ["times too few", [{ ...result, start_times: [] }], "as many start_times as input_lens, 3"],
    [
      "parts of tokens",
      [{ ...result, input_lens: [1, 2.5, 3] }],
      'a whole number up to 4294967295 as input_lens[1], found "2.5"',
    ],
    [
      "a time in words",
      [{ ...result, start_times: [1, 2, "3"] }],
      "a time in seconds as start_times[2]",
    ],
    ["no requests", [{ ...result, input_lens: [], output_lens: [], start_times: [] }], "at least"],
    ["another result behind it", [result, result], "row 2: expected one result, but --append-"],
  ])("with %s is refused", (_, rows, message) => {
    expect(refusal(...rows)).toContain(message);
  });
});

describe("what vLLM's bench reads", () => {
  test("may be prompts, whose length is told by their characters", () => {
    const trace = read({ prompt: "x".repeat(9), output_tokens: 7 });
    expect(trace.promptTokens).toEqual(Uint32Array.of(3));
    expect(trace.outputTokens).toEqual(Uint32Array.of(7));
    expect(trace.arrivalS).toBeUndefined();
    expect(trace.remarks?.[0]).toContain("one token was counted for every 4 characters");
    expect(refusal({ prompt: "x" })).toContain("expected a whole number of output_tokens");
    expect(refusal({ prompt: ["x"] })).toContain("expected a text as prompt");
  });

  test("may be a timed trace: in seconds and blocks of 16 where the user says that it is vLLM's", () => {
    const row = { timestamp: 1, input_length: 20, output_length: 2, hash_ids: [1, 2] };
    const rows = lines(row, { ...row, timestamp: 3 });
    const timed = importTrace(rows, "vllm");
    expect(timed.arrivalS).toEqual(Float64Array.of(0, 2));
    expect(timed.shared?.blockTokens).toBe(16);
    expect(importTrace(rows, "vllm", { blockTokens: 10 }).shared?.blockTokens).toBe(10);
    expect(failure(rows).message).toContain("(trace.block_tokens says for how many)");
  });
});

describe("ShareGPT", () => {
  const said = (from: string, characters: number) => ({ from, value: "x".repeat(characters) });

  test("gives the first question of each conversation and its answer", () => {
    const conversations = [
      { id: "a", conversations: [said("human", 8), said("gpt", 5), said("human", 99)] },
      { id: "b", conversations: [said("gpt", 7), said("human", 12), said("gpt", 16)] },
      {
        id: "c",
        conversation: [
          { role: "user", content: "xxxx" },
          { role: "bot", content: "y" },
        ],
      },
      { id: "single", conversations: [said("human", 8)] },
      { id: "none", conversations: [] },
      { id: "empty answer", conversations: [said("human", 8), said("gpt", 0)] },
      { id: "empty question", conversations: [said("human", 0), said("gpt", 8)] },
      { id: "unanswered", conversations: [said("human", 8), said("human", 8)] },
    ];
    for (const spaces of [undefined, 2]) {
      const trace = importTrace(
        JSON.stringify(conversations, undefined, spaces).split("\n"),
        "auto",
      );
      expect(trace.promptTokens).toEqual(Uint32Array.of(2, 3, 1));
      expect(trace.outputTokens).toEqual(Uint32Array.of(2, 4, 1));
      expect(trace.arrivalS).toBeUndefined();
      expect(trace.droppedRows).toBe(4);
      expect(trace.remarks).toEqual([
        "1 rows of the trace have no input and were left out",
        expect.stringContaining("one token was counted for every 4 characters"),
        expect.stringContaining("the first question and its answer"),
      ]);
    }
  });

  test.each<[string, Row, string]>([
    ["a text for turns", { conversations: "hi" }, "expected conversations as a list of turns"],
    [
      "a number for a text",
      { conversations: [{ from: "human", value: 5 }] },
      "a text as the value",
    ],
  ])("with %s is refused", (_, row, message) => {
    expect(refusal(row)).toContain(message);
  });
});

describe("LLMServingSim", () => {
  const row = { input_toks: 10, output_toks: 2, arrival_time_ns: 46_926_808 };

  test("counts in nanoseconds", () => {
    const trace = read(row, { ...row, arrival_time_ns: 347_938_951, input_tok_ids: [1] });
    expect(trace.arrivalS).toEqual(Float64Array.of(0, 0.301012143));
    expect(trace.promptTokens).toEqual(Uint32Array.of(10, 10));
  });

  test.each<[string, Row, string]>([
    ["sessions", { session_id: 1, sub_requests: [] }, "sessions of sub_requests are not modelled"],
    ["no time", { input_toks: 1, output_toks: 1 }, "a time in nanoseconds as arrival_time_ns"],
    ["a text for a time", { ...row, arrival_time_ns: "0" }, "a time in nanoseconds"],
    ["no output", { ...row, output_toks: undefined }, "a whole number of output_toks"],
  ])("with %s is refused with the row", (_, wrong, message) => {
    expect(refusal(row, wrong)).toMatch(/^row 2: /);
    expect(refusal(row, wrong)).toContain(message);
  });
});

describe("a log of OpenAI's answers", () => {
  const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
  const answer = { id: "a", object: "chat.completion", created: 1_700_000_000, usage };

  test("has its times, whole seconds of creation, which is said", () => {
    const trace = read(answer, { ...answer, created: 1_700_000_002 });
    expect(trace.arrivalS).toEqual(Float64Array.of(0, 2));
    expect(trace.remarks?.[0]).toContain("when answers were created");
  });

  test("may keep them under response, or be a batch's output, or the newer interface's", () => {
    const newer = { created_at: 5, usage: { input_tokens: 10, output_tokens: 2 } };
    const batch = { custom_id: "1", response: { status_code: 200, body: answer }, error: null };
    for (const row of [newer, batch, { time: 1, response: answer }]) {
      expect(read(row)).toMatchObject({
        promptTokens: Uint32Array.of(10),
        outputTokens: Uint32Array.of(2),
        droppedRows: 0,
      });
    }
  });

  test("has failed requests, counted, and parts of answers, which are none", () => {
    const failed = { custom_id: "2", response: null, error: { code: "x" } };
    const chunk = { object: "chat.completion.chunk", created: 1, usage: null };
    const embedding = { created: 1, usage: { prompt_tokens: 5, total_tokens: 5 } };
    const trace = read(chunk, failed, { ...chunk, usage }, { usage: null }, embedding);
    expect(trace.promptTokens).toEqual(Uint32Array.of(10));
    expect(trace.droppedRows).toBe(3);
  });

  test("may have no times; but where the first has one, all have", () => {
    expect(read({ usage }).arrivalS).toBeUndefined();
    expect(refusal(answer, { usage })).toContain("row 2: expected a time in seconds as created");
    const text = { ...usage, prompt_tokens: "10" };
    expect(refusal({ ...answer, usage: text })).toContain("a whole number of prompt_tokens");
  });
});

describe("AIPerf's records", () => {
  const record = (startNs: number, more: Row = {}) => ({
    metadata: { request_start_ns: startNs, benchmark_phase: "profiling" },
    metrics: {
      input_sequence_length: { value: 550, unit: "tokens" },
      output_sequence_length: 12,
    },
    error: null,
    ...more,
  });

  test("give requests, without the warm-up and the failed", () => {
    const start = 1.759522419158e18;
    const trace = read(
      record(start - 5, { metadata: { request_start_ns: 1, benchmark_phase: "warmup" } }),
      record(start),
      record(start + 2_000_000_000),
      record(start, { metrics: {}, error: { code: 500 } }),
    );
    expect(trace.arrivalS?.[1]).toBeCloseTo(2, 6);
    expect(trace.promptTokens).toEqual(Uint32Array.of(550, 550));
    expect(trace.outputTokens).toEqual(Uint32Array.of(12, 12));
    expect(trace.droppedRows).toBe(1);
    expect(trace.remarks).toEqual(["1 rows of the trace are of the warm-up and were left out"]);
  });

  test.each<[string, Row, string]>([
    ["no start", { metadata: {} }, "a time in nanoseconds as request_start_ns, found nothing"],
    ["no length", { metrics: {} }, "a whole number of input_sequence_length"],
  ])("with %s are refused with the row", (_, more, message) => {
    expect(refusal(record(1), record(2, more))).toContain(message);
  });

  test("are not its traces, which are Mooncake's; turns that wait for another are refused", () => {
    const turn = { session_id: "a", input_length: 5, output_length: 2 };
    expect(read({ ...turn, timestamp: 5 }).promptTokens).toEqual(Uint32Array.of(5));
    expect(refusal({ ...turn, timestamp: 5 }, { ...turn, delay: 50 })).toContain(
      "turns that wait a `delay` for the answer before are not modelled",
    );
  });
});
