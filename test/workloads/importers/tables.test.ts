import { describe, expect, test } from "vitest";
import type { ColumnNames } from "../../../workloads/importers/columnNames.ts";
import { importTrace } from "../../../workloads/importers/detect.ts";
import { failure } from "./failure.ts";

const read = (...lines: readonly string[]) => importTrace(lines, "auto");
const named = (columns: ColumnNames, ...lines: readonly string[]) =>
  importTrace(lines, "auto", { columns });

describe("a table of any names", () => {
  test("is read as the user says, whatever else it holds", () => {
    const columns = {
      arrivalMs: "at",
      inputTokens: "in",
      outputTokens: "out",
      tenant: "who",
      className: "what",
    };
    const trace = named(columns, "id,out,in,who,what,at", "a,2,10,x,chat,500", "b,4,20,,,1750");
    expect(trace.arrivalS).toEqual(Float64Array.of(0, 1.25));
    expect(trace.promptTokens).toEqual(Uint32Array.of(10, 20));
    expect(trace.outputTokens).toEqual(Uint32Array.of(2, 4));
    expect(trace.tenants).toMatchObject({ names: ["x"], codes: Uint32Array.of(1, 0) });
    expect(trace.classes).toMatchObject({ names: ["chat"], codes: Uint32Array.of(1, 0) });
  });

  test("needs no names where it has the usual ones", () => {
    expect(read("input_tokens,arrival_s,output_tokens", "10,3,2", "20,4.5,4")).toMatchObject({
      arrivalS: Float64Array.of(0, 1.5),
      promptTokens: Uint32Array.of(10, 20),
    });
    expect(read("arrival_ms,input_tokens,output_tokens", "3,10,2", "4503,10,2").arrivalS).toEqual(
      Float64Array.of(0, 4.5),
    );
    const inNanoseconds = read(
      "arrival_ns,input_tokens,output_tokens",
      "7,10,2",
      "1500000007,10,2",
    );
    expect(inNanoseconds.arrivalS).toEqual(Float64Array.of(0, 1.5));
    expect(read("input_tokens,output_tokens", "10,2").arrivalS).toBeUndefined();
  });

  test.each([
    ["2026-01-01 00:00:00", "2026-01-01T01:00:01.5+01:00"],
    ["1767225600", "1767225601.5"],
    ["1.7672256e9", "1767225601.5"],
  ])("a timestamp may be a time of day or seconds: %s", (first, second) => {
    const { arrivalS } = read(
      "timestamp,input_tokens,output_tokens",
      `${first},1,1`,
      `${second},1,1`,
    );
    expect(arrivalS).toEqual(Float64Array.of(0, 1.5));
  });

  test("may have quotes, and separate its fields by semicolons or tabs", () => {
    const columns = { inputTokens: "in, all", outputTokens: "out" };
    const quoted = named(columns, '"in, all",text,out', '"10","a ""b"", c",2', "20,,4", '30,"",5');
    expect(quoted.promptTokens).toEqual(Uint32Array.of(10, 20, 30));
    expect(quoted.outputTokens).toEqual(Uint32Array.of(2, 4, 5));
    expect(read("input_tokens;output_tokens", "10;2").promptTokens).toEqual(Uint32Array.of(10));
    expect(read("input_tokens\toutput_tokens", "10\t2").outputTokens).toEqual(Uint32Array.of(2));
  });
});

describe("what is wrong with a table of any names", () => {
  test.each([
    ['"1,024",2', "row 2: expected a whole number of input_tokens up to 4294967295, found"],
    ["1,024,2", "row 2: expected 2 fields separated by commas"],
    ['"10,2', "row 2: expected quotes around whole fields"],
    ['"10"0,2', "row 2: expected quotes around whole fields"],
    ["10,2,", "row 2: expected 2 fields separated by commas"],
    ["NaN,2", 'row 2: expected a whole number of input_tokens up to 4294967295, found "NaN"'],
    ["10,", "row 2: expected a whole number of output_tokens up to 4294967295, found nothing"],
    ["-1,2", "row 2: expected a whole number of input_tokens"],
    ["10.5,2", "row 2: expected a whole number of input_tokens"],
    ["inf,2", "row 2: expected a whole number of input_tokens"],
    ["0,2", "row 2: expected at least 1 of input_tokens"],
    ["10,0", 'at least one request with output (output_tokens), found "0 in all 1 rows"'],
  ])("%s is refused", (row, message) => {
    expect(failure(["input_tokens,output_tokens", row]).message).toContain(message);
  });

  test("lacks what the user names: said with the names that it has", () => {
    const lines = ["Input,Output,User", "1,2,a"];
    const columns = { inputTokens: "Imput", outputTokens: "Output" };
    expect(failure(lines, { columns })).toMatchObject({
      message: 'row 1: expected a column Imput, found "Input,Output,User"',
      missing: { name: "Imput", among: ["Input", "Output", "User"] },
    });
    const tenant = { inputTokens: "Input", outputTokens: "Output", tenant: "Tenant" };
    expect(failure(lines, { columns: tenant }).message).toContain("expected a column Tenant");
  });

  test.each(["16/11/2023 18:15", "11/16/23", "", "inf", "NaN"])("%o is no timestamp", (text) => {
    const lines = ["timestamp,input_tokens,output_tokens", `${text},1,1`];
    expect(failure(lines).message).toContain("row 2: expected a time like 2023-11-16 18:17:03.97");
  });
});

describe("JSON objects of any keys", () => {
  const columns = { timestamp: "at", inputTokens: "usage.in", outputTokens: "usage.out" };
  const rows = [
    { at: "2026-01-01 00:00:00", usage: { in: 10, out: 2 }, tenant: "x" },
    { at: "2026-01-01 00:00:01.5", usage: { in: 20, out: 4 }, text: '}]{["\\' },
  ];
  const expected = {
    arrivalS: Float64Array.of(0, 1.5),
    promptTokens: Uint32Array.of(10, 20),
    outputTokens: Uint32Array.of(2, 4),
    tenants: { names: ["x"], firstRows: [1], codes: Uint32Array.of(1, 0) },
  };

  test("are read one a line, in a list, or one after another over many lines", () => {
    const lines = rows.map((row) => JSON.stringify(row));
    expect(named(columns, ...lines)).toMatchObject(expected);
    expect(named(columns, JSON.stringify(rows))).toMatchObject(expected);
    const spread = JSON.stringify(rows, undefined, 2).split("\n");
    const tenants = { ...expected.tenants, firstRows: [2] };
    expect(named(columns, ...spread)).toMatchObject({ ...expected, tenants });
    const apart = rows.flatMap((row) => JSON.stringify(row, undefined, 1).split("\n"));
    expect(named(columns, ...apart)).toMatchObject(expected);
  });

  test("are recognised by the usual keys", () => {
    const trace = read('{"arrival_s": 1, "input_tokens": 5, "output_tokens": 2}', "");
    expect(trace.promptTokens).toEqual(Uint32Array.of(5));
  });

  test.each<[string, readonly string[], string]>([
    ["a truncated last line", ['{"input_tokens": 1, "outp'], "row 2: expected one JSON object on"],
    ["tokens as a text", ['{"input_tokens": "1"}'], "row 2: expected a whole number of input_tok"],
    [
      "no tokens",
      ["{}"],
      "expected a whole number of input_tokens up to 4294967295, found nothing",
    ],
  ])("with %s are refused", (_, lines, message) => {
    const first = '{"input_tokens": 1, "output_tokens": 1}';
    expect(failure([first, ...lines]).message).toContain(message);
  });

  test("of which the last is cut off are refused where it begins, and so is an open list", () => {
    const spread = JSON.stringify(rows, undefined, 2).split("\n");
    const cut = failure(spread.slice(0, -3), { columns });
    expect([cut.row, cut.expected]).toEqual([10, expect.stringContaining("the file ends before")]);
    const open = failure(spread.slice(0, -1), { columns });
    expect(open.expected).toBe("the list's closing bracket; the file ends before");
  });
});

describe("BurstGPT", () => {
  const header = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type";

  test("is read by the names of its columns; failures are counted, equal rows stay", () => {
    const trace = read(
      header,
      "5,ChatGPT,472,18,490,Conversation log",
      "45,ChatGPT,1087,230,1317,API log",
      "45,ChatGPT,1087,230,1317,API log",
      "1106,ChatGPT,0,0,0,Conversation log",
      "1107,GPT-4,9,0,9,API log",
    );
    expect(trace.arrivalS).toEqual(Float64Array.of(0, 40, 40));
    expect(trace.promptTokens).toEqual(Uint32Array.of(472, 1087, 1087));
    expect(trace.droppedRows).toBe(2);
    expect(trace.remarks).toBeUndefined();
  });

  test("has columns in between in its third file, which begins after 19 million seconds", () => {
    const third = header.replace("Model", "Session ID,Elapsed time,Model");
    const trace = read(
      third,
      "19440110,,2.5,ChatGPT,472,18,490,API log",
      "19477243,a7,1,GPT-4,9,3,12,Conversation log",
    );
    expect(trace.arrivalS).toEqual(Float64Array.of(0, 37_133));
    expect(trace.outputTokens).toEqual(Uint32Array.of(18, 3));
  });

  test("says where totals are none, and leaves out what has no prompt", () => {
    const trace = read(header, "5,ChatGPT,4,3,8,API log", "6,ChatGPT,0,3,3,API log");
    expect(trace.promptTokens).toEqual(Uint32Array.of(4));
    expect(trace.remarks).toEqual([
      "1 rows of the trace have no input and were left out",
      "1 rows of the trace give another total than input and output together",
    ]);
  });
});

test("Azure's multimodal trace is read without its images, which is said", () => {
  const trace = read(
    "TIMESTAMP,NumImages,ContextTokens,GeneratedTokens",
    "2024-10-15T12:00:00.269Z,2,1200,30",
    "2024-10-15T12:00:01.269Z,0,20,3",
  );
  expect(trace.arrivalS).toEqual(Float64Array.of(0, 1));
  expect(trace.promptTokens).toEqual(Uint32Array.of(1200, 20));
  expect(trace.remarks?.[0]).toContain("no encoding of images");
});
