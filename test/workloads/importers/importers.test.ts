import { describe, expect, test } from "vitest";
import { importTrace } from "../../../workloads/importers/detect.ts";
import { failure as failureOf } from "./failure.ts";

const azureHeader = "TIMESTAMP,ContextTokens,GeneratedTokens";
const azure = (...rows: string[]) => importTrace([azureHeader, ...rows], "auto");
const read = (text: string) => importTrace(text.split("\n"), "auto");

const failure = (...lines: readonly string[]) => failureOf(lines);

describe("Azure traces", () => {
  test("times count from the first arrival, exact to the seventh digit", () => {
    const trace = azure(
      "2023-11-16 18:15:46.6805900,374,44",
      "2023-11-16 18:15:50.9951690,396,109",
      "2023-11-17 00:00:00.0000001,1,1",
    );
    expect(trace.arrivalS).toEqual(Float64Array.of(0, 4.314579, 20653.3194101));
    expect(trace.promptTokens).toEqual(Uint32Array.of(374, 396, 1));
    expect(trace.outputTokens).toEqual(Uint32Array.of(44, 109, 1));
    expect([trace.outOfOrderRows, trace.droppedRows]).toEqual([0, 0]);
  });

  test("the spelling of 2024 is read: six digits or none, and an offset", () => {
    const trace = azure(
      "2024-05-10 00:00:00.009930+00:00,2162,5",
      "2024-05-10 00:00:01+00:00,2399,6",
      "2024-05-10 01:00:01.509930+01:00,76,15",
      "2024-05-10T00:00:02.009930Z,76,15",
      "2024-05-09 22:30:03.009930-01:30,76,15",
    );
    expect(trace.arrivalS).toEqual(Float64Array.of(0, 0.99007, 1.5, 2, 3));
  });

  test("a week later is as exact as a second later", () => {
    const trace = azure("2024-02-28 23:59:59.9999999,1,1", "2024-03-06 23:59:59.9999998,1,1");
    expect(trace.arrivalS?.[1]).toBe(604_799.9999999);
  });

  test.each([
    "",
    "yesterday",
    "2023-11-16",
    "2023-11-16 18:15",
    "2023-11-16 24:00:00",
    "2023-11-16 18:60:00",
    "2023-11-16 18:15:60",
    "2023-02-29 00:00:00",
    "2023-13-01 00:00:00",
    "2023-11-16 18:15:46.",
    "2023-11-16 18:15:46.1234567890",
    "2023-11-16 18:15:46.12.3",
    "2023-11-16 18:15:46,5",
    "2023-11-16 18:15:46 UTC",
    "2023-11-16 18:15:46+0000",
    "16/11/2023 18:15",
    "1700158546.68",
    "NaN",
  ])("%o is no timestamp", (text) => {
    const error = failure(azureHeader, "2023-11-16 18:15:46,1,1", `${text},1,1`);
    expect(error.row).toBe(3);
  });
});

describe("Vidur traces", () => {
  test("times and lengths are read by the names of their columns", () => {
    const trace = importTrace(
      ["num_prefill_tokens, pd_ratio ,arrived_at,num_decode_tokens", "10,5,1.5,2", "20,5,3e0,4"],
      "auto",
    );
    expect(trace.arrivalS).toEqual(Float64Array.of(0, 1.5));
    expect(trace.promptTokens).toEqual(Uint32Array.of(10, 20));
    expect(trace.outputTokens).toEqual(Uint32Array.of(2, 4));
  });

  test("tenants and classes are read where there are such columns", () => {
    const header = "arrived_at,num_prefill_tokens,num_decode_tokens,class,tenant";
    const { tenants, classes } = read(
      [header, "0,1,1,,", "1,1,1,chat,a", "2,1,1,code,a"].join("\n"),
    );
    expect(tenants).toEqual({ names: ["a"], firstRows: [3], codes: Uint32Array.of(0, 1, 1) });
    expect(classes).toEqual({
      names: ["chat", "code"],
      firstRows: [3, 4],
      codes: Uint32Array.of(0, 1, 2),
    });
  });

  test("a file of lengths alone has no times", () => {
    const trace = read("num_prefill_tokens,num_decode_tokens,num_total_tokens\n3772,54,3826\n");
    expect(trace.arrivalS).toBeUndefined();
    expect(trace.promptTokens).toEqual(Uint32Array.of(3772));
  });

  test.each(["", "inf", "NaN", "0x10", "1,5", " ", "1e400", "-"])("%o is no time", (text) => {
    const lines = ["arrived_at,num_prefill_tokens,num_decode_tokens", `${text},1,1`];
    expect(failure(...lines).row).toBe(2);
  });
});

describe("the lines of a trace", () => {
  const rows = ["2023-11-16 18:17:03.9799600,4808,10", "2023-11-16 18:17:04.0319600,3180,8"];
  const plain = azure(...rows);

  test("may end in CRLF, and the last in nothing", () => {
    expect(read([azureHeader, ...rows].join("\r\n"))).toEqual(plain);
    expect(read([azureHeader, ...rows, ""].join("\n"))).toEqual(plain);
  });

  test("may begin with a byte order mark", () => {
    expect(read(`\uFEFF${[azureHeader, ...rows].join("\n")}`)).toEqual(plain);
  });

  test("may be blank, and still count", () => {
    const blanks = ["", azureHeader, "  ", rows[0] ?? "", "\r", rows[1] ?? "", "", ""];
    expect(importTrace(blanks, "auto")).toEqual(plain);
    expect(failure("", azureHeader, "", "x,1,1").row).toBe(4);
  });
});

describe("the rows of a trace", () => {
  test("are sorted by time where they are not, and those of one instant keep their order", () => {
    const trace = azure(
      "2023-11-16 00:00:02,20,1",
      "2023-11-16 00:00:01,10,1",
      "2023-11-16 00:00:02,21,1",
      "2023-11-15 23:59:59,5,1",
      "2023-11-16 00:00:01,11,1",
    );
    expect(trace.promptTokens).toEqual(Uint32Array.of(5, 10, 11, 20, 21));
    expect(trace.arrivalS).toEqual(Float64Array.of(0, 2, 2, 3, 3));
    expect(trace.outOfOrderRows).toBe(3);
  });

  test("repeat where requests do", () => {
    const row = "2023-11-16 00:00:01,10,1";
    expect(azure(row, row).arrivalS).toEqual(Float64Array.of(0, 0));
  });

  test("are left out, and counted, where a request produced nothing", () => {
    const trace = azure(
      "2023-11-16 00:00:01,10,0",
      "2023-11-16 00:00:02,0,0",
      "2023-11-16 00:00:03,30,3",
    );
    expect(trace.promptTokens).toEqual(Uint32Array.of(30));
    expect(trace.arrivalS).toEqual(Float64Array.of(0));
    expect(trace.droppedRows).toBe(2);
  });

  test("may be more than the columns first hold", () => {
    const rows = Array.from({ length: 5000 }, (_, i) => `${i / 4},${i + 1},7`);
    const trace = importTrace(["arrived_at,num_prefill_tokens,num_decode_tokens", ...rows], "auto");
    expect(trace.promptTokens).toEqual(Uint32Array.from({ length: 5000 }, (_, i) => i + 1));
    expect(trace.arrivalS?.at(-1)).toBe(4999 / 4);
  });

  test.each(["", "NaN", "-5", "12.5", "1e3", "1 000", "inf", "4294967296", "0x10", " 7"])(
    "%o is no number of tokens",
    (text) => {
      const time = "2023-11-16 18:17:03";
      const prompt = failure(azureHeader, `${time},1,1`, `${time},${text},1`);
      expect([prompt.row, prompt.text]).toEqual([3, text]);
      expect(prompt.expected).toContain("whole number of ContextTokens");
      const output = failure(azureHeader, `${time},1,1`, `${time},1,${text}`);
      expect(output.expected).toContain("whole number of GeneratedTokens");
    },
  );
});

describe("what is wrong with a trace is said", () => {
  test.each([
    [["a,b,c", "1,2,3"], "row 1: expected the beginning of a known format: azure (TIMESTAMP,"],
    [[azureHeader, "2023-11-16 00:00:01,0,4"], "row 2: expected at least 1 of ContextTokens"],
    [[azureHeader, "2023-11-16 00:00:01,5"], "row 2: expected 3 fields separated by commas"],
    [[azureHeader, "2023-11-16 00:00:01,5,4,"], "row 2: expected 3 fields separated by commas"],
    [["TIMESTAMP,ContextTokens", "x,1"], 'row 1: expected a column GeneratedTokens, found "TIME'],
    [["ContextTokens,GeneratedTokens"], "row 1: expected a column TIMESTAMP"],
    [["arrived_at,num_prefill_tokens"], "row 1: expected a column num_decode_tokens"],
    [["", "  ", "\r"], "the file is empty"],
    [[azureHeader], "expected at least one request with output"],
    [[azureHeader, "2023-11-16 00:00:01,5,0"], "expected at least one request with output"],
    [["version https://git-lfs.github.com/spec/v1", "oid sha256:0", "size 9"], "`git lfs pull`"],
  ])("%j", (lines, message) => {
    expect(failure(...lines).message).toContain(message);
  });

  test("of an empty file no more is said than that", () => {
    expect(failure().message).toBe("row 1: expected a trace, but the file is empty");
  });

  test("long lines are quoted in part", () => {
    expect(failure("x".repeat(10_000)).message.length).toBeLessThan(2000);
  });

  test("a format named by the user is not guessed again", () => {
    const lines = ["num_prefill_tokens,num_decode_tokens", "1,1"];
    expect(() => importTrace(lines, "azure")).toThrow("expected a column TIMESTAMP");
  });
});
