import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { randomStreams } from "../../../sim/random.ts";
import { TraceError } from "../../../workloads/importers/traceError.ts";
import { lengthWindows, rateWindows } from "../../../workloads/servegen/client.ts";
import { generated, generatedRequests } from "../../../workloads/servegen/generated.ts";
import { lengthChances } from "../../../workloads/servegen/pythonDict.ts";
import { cv, gapsOf } from "../statistics.ts";
import { noTraces, traceText } from "../traces.ts";

const all = { fromS: 0, toS: Number.POSITIVE_INFINITY };
const random = () => randomStreams("1")("a test");
const lengths = (input: string, output = "{2: 1.0}") =>
  lengthWindows(JSON.stringify({ 0: { input_tokens: input, output_tokens: output } }));

describe("a Python dict of chances", () => {
  test("is whole numbers to numbers, and nothing else of Python", () => {
    expect(lengthChances("{12: 0.25, 13:7.5e-1 , 14 : 1}")).toEqual({
      tokens: Uint32Array.of(12, 13, 14),
      cumulative: Float64Array.of(0.25, 1, 2),
    });
    expect(lengthChances(" {} ")?.tokens.length).toBe(0);
  });

  test.each([
    "",
    "{",
    "{12: 0.25",
    "{12: 0.25,}",
    "{12 0.25}",
    "{'12': 0.25}",
    "{12.5: 0.25}",
    "{-1: 0.25}",
    "{1: -0.25}",
    "{1: nan}",
    "{1: inf}",
    "{1: 1e400}",
    "{1: 0}",
    "{9999999999: 1}",
    "{1: 1} ; import os",
    "__import__('os')",
    "{1: 1}{2: 1}",
  ])("%o is none", (text) => {
    expect(lengthChances(text)).toBeUndefined();
  });

  test("is read soundly or not at all, whatever is in the text", () => {
    const scrap = fc.constantFrom("{", "}", ":", ",", " ", "1", "0.5", "1e5", "nan", "'", "-");
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 12 }), (parts) => {
        const read = lengthChances(parts.join(""));
        const rises = read?.cumulative.every((sum, k, sums) => sum >= (sums[k - 1] ?? 0));
        expect(rises ?? true).toBe(true);
      }),
      { numRuns: 4000 },
    );
  });
});

describe("the rates of a client", () => {
  test("are read without a header; idle windows have no law", () => {
    expect(
      rateWindows(["0,0,0,,0,0", "600,0.05,1.5,Gamma,0.4,13.7\r", "1200,1,2,Weibull,0.7,1", ""]),
    ).toEqual([
      { startS: 600, ratePerS: 0.05, pattern: "Gamma", shape: 0.4 },
      { startS: 1200, ratePerS: 1, pattern: "Weibull", shape: 0.7 },
    ]);
  });

  test.each([
    ["timestamp,rate,cv", "expected timestamp,rate,cv,Gamma or Weibull,shape,scale"],
    ["600,0.05,1.5,,0,0", "expected timestamp,rate,cv,Gamma or Weibull"],
    ["600,0.05,1.5,Pareto,1,1", "expected timestamp,rate,cv,Gamma or Weibull"],
    ["600,-1,1,Gamma,1,1", "expected timestamp,rate"],
    ["600,nan,1,Gamma,1,1", "expected timestamp,rate"],
    ["600,1,1,Gamma,0,1", "expected a shape above 0"],
    ["600,1,1,Gamma,inf,1", "expected a shape above 0"],
    ["0,1,1,Gamma,1,1", "expected a time after 0 s"],
  ])("%s is refused with its row", (row, message) => {
    const read = () => rateWindows(["0,0,0,,0,0", row]);
    expect(read).toThrow(TraceError);
    expect(read).toThrow(`row 2: ${message}`);
  });
});

describe("the lengths of a client", () => {
  test("are those of the windows in which it asks", () => {
    const text = {
      21600: { input_tokens: "{5: 1}", output_tokens: "{6: 1}", reason_ratio: "{0.5: 1}" },
    };
    const windows = lengthWindows(
      JSON.stringify({ ...text, 0: { input_tokens: "{}", output_tokens: "{}" } }),
    );
    expect(windows.map(({ startS, input }) => [startS, [...input.tokens]])).toEqual([
      [21_600, [5]],
    ]);
  });

  test.each([
    ["[", "expected a JSON object"],
    ["5", "expected a JSON object"],
    ['{"x": {}}', "expected a time in seconds as key"],
    ['{"0": 5}', "expected a JSON object"],
    ['{"0": {"input_tokens": {"5": 1}}}', 'expected "{length: chance, …}" as input_tokens of 0'],
    ['{"0": {"input_tokens": "{5: 1}"}}', 'expected "{length: chance, …}" as output_tokens of 0'],
  ])("%s is refused", (text, message) => {
    expect(() => lengthWindows(text)).toThrow(message);
  });
});

describe("what is generated", () => {
  const gamma = (rate: number, shape: number) => rateWindows([`600,${rate},1,Gamma,${shape},99`]);

  test("is as many requests as the rate says, in time, at the gaps of the law", () => {
    const client = { rates: gamma(20, 0.25), lengths: lengths("{10: 0.75, 20: 0.25}") };
    const trace = generated([client], { ...all, random: random() });
    const { arrivalS = new Float64Array() } = trace;
    expect(trace.promptTokens.length).toBe(12_000);
    expect(arrivalS.at(-1)).toBeLessThan(600);
    expect(arrivalS.at(-1)).toBeGreaterThan(590);
    // A gamma law of shape 1/4 has a coefficient of variation of 2.
    expect(Math.abs(cv(gapsOf(arrivalS)) - 2)).toBeLessThan(0.1);
    const long = trace.promptTokens.filter((tokens) => tokens === 20).length;
    expect(Math.abs(long - 3000)).toBeLessThan(4 * Math.sqrt(2250));
    expect([trace.outOfOrderRows, trace.remarks]).toEqual([0, []]);
  });

  test("is of all clients in order of time, and of a span only", () => {
    const rates = rateWindows(["0,0.1,1,Weibull,0.7,1", "600,0.1,1,Gamma,0.02,1"]);
    const client = { rates, lengths: lengths("{10: 1}") };
    const span = { fromS: 300, toS: 900 };
    expect(generatedRequests([client, client], span)).toBe(240);
    const trace = generated([client, client], { ...span, random: random() });
    const { arrivalS = new Float64Array() } = trace;
    expect([arrivalS[0], trace.outOfOrderRows]).toEqual([0, 0]);
    expect(arrivalS.every((timeS, k) => timeS >= (arrivalS[k - 1] ?? 0) && timeS < 600)).toBe(true);
    expect(arrivalS.length).toBeLessThan(240);
  });

  test("leaves out clients without lengths, and says how much that is", () => {
    const known = { rates: gamma(3, 1), lengths: lengths("{10: 1}", "{0: 1, 4: 1}") };
    const trace = generated([known, { rates: gamma(1, 1), lengths: [] }], {
      ...all,
      random: random(),
    });
    expect(trace.promptTokens.length + trace.droppedRows).toBe(1800);
    expect(trace.droppedRows).toBeGreaterThan(700);
    expect(trace.remarks).toEqual([
      "1 clients have no lengths (chunk-*-dataset.json) and were left out: 25.0 % of the requests",
    ]);
  });
});

test.skipIf(noTraces)(
  "a client of DeepSeek-R1's is read (skipped where the traces are not at hand)",
  () => {
    const text = traceText("servegen_sample/deepseek-r1-chunk-0-trace.csv");
    const windows = rateWindows(text.split("\n"));
    expect(text.trim().split("\n").length).toBe(144);
    expect(windows[0]).toMatchObject({ startS: 2400, ratePerS: 0.085, pattern: "Gamma" });
    expect(windows.every(({ startS }) => startS % 600 === 0)).toBe(true);
  },
);
