import { describe, expect, test } from "vitest";
import { coloured, plain } from "../../experiments/report/paint.ts";
import { count, digits, duration, percent, range, si } from "../../experiments/report/quantity.ts";
import { stepText } from "../../experiments/report/stepText.ts";
import { summary } from "../../experiments/report/summary.ts";
import { table } from "../../experiments/report/table.ts";
import type { ScenarioInput } from "../../experiments/scenario/schema.ts";
import { stepReport } from "../../experiments/step.ts";
import { loaded, simulated, smallScenario } from "./smallScenario.ts";

describe("quantities", () => {
  test.each([
    [0.0412, "J", "41.2 mJ"],
    [999.4, "W", "999 W"],
    [999.6, "W", "1.00 kW"],
    [0.9999, "s", "1.00 s"],
    [0, "J", "0 J"],
    [1.6e6, "J", "1.60 MJ"],
    [-5e-5, "J", "-50.0 µJ"],
    [null, "Wh", "–"],
  ])("%d %s is %s", (value, unit, text) => {
    expect(si(value, unit)).toBe(text);
  });

  test.each([
    [[0.33, 0.4712], 0.392, "330-470"],
    [[0.84, 1.249], 0.9, "840-1,200"],
    [[0.98, 1.36], 1.05, "0.98-1.4"],
    [[6.04, 9.96], 7, "6.0-10"],
    [[0, 0.05], 0.02, "0-50"],
  ] as const)("the range %j around %d is %s", (ends, value, text) => {
    expect(range(ends, value)).toBe(text);
  });

  test("keep three digits, and separate thousands", () => {
    expect([digits(1234567), digits(5.477), digits(0.04), digits(null)]).toEqual([
      "1,234,567",
      "5.48",
      "0.0400",
      "–",
    ]);
    expect([count(19), count(9999), count(22_400_000)]).toEqual(["19", "9,999", "22.4 M"]);
    expect([percent(0.5), percent(0.031), percent(0.0001), percent(0)]).toEqual([
      "50 %",
      "3.1 %",
      "<0.1 %",
      "0 %",
    ]);
    expect([duration(0.0382), duration(3598), duration(93_780)]).toEqual([
      "38.2 ms",
      "59 min 58 s",
      "26 h 03 min",
    ]);
  });
});

describe("the summary", () => {
  const crowded = {
    ...smallScenario,
    name: "a-name-that-somebody-made-much-too-long-for-the-line-it-stands-in",
    engine: { gpu_memory_utilization: 0.25, max_model_len: 700, max_num_batched_tokens: 512 },
    cluster: { gpu: "H100-SXM" },
    workload: { ...smallScenario.workload, arrivals: { kind: "poisson", rate_rps: 2000 } },
    slo: { ttft_ms: 1 },
  } as const;

  test("fits a terminal of 80 x 24 with the prompt below it", async () => {
    const next = "what to try";
    const scenarios = [
      smallScenario,
      { ...smallScenario, cluster: { gpu: "T4", tensor_parallel_size: 2 } },
    ];
    for (const scenario of scenarios) {
      const result = await simulated(scenario);
      for (const { text, most } of [
        { text: summary(result, { paint: plain }), most: 23 },
        // npm prints four lines of its own above the quickstart.
        { text: summary(result, { paint: plain, next }), most: 19 },
      ]) {
        const lines = text.trimEnd().split("\n");
        expect(lines.length).toBeLessThanOrEqual(most);
        for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(80);
      }
    }
  });

  test("shows preemptions, wasted joules, goodput and warnings where there are any", async () => {
    const result = await simulated({ ...crowded, llm: "meta-llama/Llama-3.1-8B" });
    const warned = { ...result, preemptions: 12, warnings: ["first", "second"] };
    const text = summary(warned, { paint: plain });
    expect(text).toContain("12 preemptions");
    expect(text).toContain("in SLO");
    expect(text).toMatch(/^2 warnings {2}first$/m);
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test("says the same with colour as without", async () => {
    const result = await simulated(smallScenario);
    const painted = summary(result, { paint: coloured });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(painted.replace(/\u001b\[\d+m/g, "")).toBe(summary(result, { paint: plain }));
    expect(painted).not.toBe(summary(result, { paint: plain }));
  });

  test("shows no figure for what is not known", async () => {
    const result = await simulated({
      ...smallScenario,
      cluster: { gpu: "T4", tensor_parallel_size: 2 },
    });
    const text = summary(result, { paint: plain });
    expect(text).toContain("unknown, as host power is");
    expect(text).not.toMatch(/NaN|undefined|null/);
  });
});

describe("the summary of a workload with classes and of an engine with options", () => {
  const workload: ScenarioInput["workload"] = {
    arrivals: { kind: "constant", rate_rps: 20 },
    shared_prefix: { tokens: 256, groups: 1 },
    lengths: { input: { kind: "fixed", tokens: 64 }, output: { kind: "fixed", tokens: 16 } },
    classes: [
      { name: "chat", share: 1, tenant: "support", slo: { ttft_ms: 1e5 } },
      { name: "a report that has a very long name", share: 1, timeout_s: 0.001 },
    ],
    num_requests: 20,
  };
  const engine = {
    enable_prefix_caching: true,
    speculative: { method: "eagle", num_speculative_tokens: 2, acceptance_rate: 1 },
  } as const;

  test("tells what each class and tenant got, what was reused, and who gave up", async () => {
    const result = await simulated({ ...smallScenario, engine, workload });
    const text = summary(result, { paint: plain });
    expect(result.requests.timed_out).toBeGreaterThan(0);
    expect(text).toContain(`${result.requests.timed_out} timed out`);
    expect(text).toMatch(
      /^Reuse {7}\d+ % of prompts cached, [23]\.?\d* tokens a step with drafts$/m,
    );
    expect(text).toMatch(/^ {2}chat +\d+ +0 +100 %/m);
    expect(text).toMatch(/^ {2}a report that has {2} +0 +\d+ +0 % +– +– +/m);
    expect(text).toMatch(/^Tenant[^\n]*\n {2}support/m);
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  test("has none of these lines where there is nothing to tell", async () => {
    expect(summary(await simulated(smallScenario), { paint: plain })).not.toMatch(
      /^(Reuse|Class|Tenant)/m,
    );
  });
});

describe("the summary's ranges", () => {
  test("say where 80 % of measurements lie, and nothing where that is not known", async () => {
    const result = await simulated(smallScenario);
    const known = {
      ...result,
      energy: {
        ...result.energy,
        per_output_token_j: 0.392,
        interval_80: { gpu_j: [1, 2], per_output_token_j: [0.33, 0.47] },
      },
    } as const;
    const text = summary(known, { paint: plain });
    expect(text).toContain("392 mJ/output token (330-470)");
    expect(text).toMatch(/^Confidence {2}\(80 % range\); /m);
    const unknown = {
      ...known,
      energy: { ...known.energy, interval_80: { gpu_j: null, per_output_token_j: null } },
      power: { ...result.power, interval_80: { gpu_mean_w: null, per_gpu_mean_w: null } },
      latency: { ...result.latency, interval_80: { ttft_ms: null, tpot_ms: null } },
    };
    expect(summary(unknown, { paint: plain })).not.toMatch(/\(.*\)/);
  });

  test("fit 80 columns, the widest of them beside the longest words", async () => {
    const result = await simulated({ ...smallScenario, slo: { ttft_ms: 1 } });
    const { energy, power, latency, throughput, calibration } = result;
    const wide = (value: number) => [0.845 * value, 1.234 * value] as const;
    const widest = {
      ...result,
      energy: {
        ...energy,
        per_output_token_j: 0.999,
        interval_80: { gpu_j: wide(1), per_output_token_j: wide(0.999) },
      },
      power: {
        ...power,
        gpu_mean_w: 999,
        gpu_peak_w: 1234,
        per_gpu_mean_w: 345.6,
        interval_80: { gpu_mean_w: wide(999), per_gpu_mean_w: null },
      },
      latency: {
        ...latency,
        ttft_ms: { ...latency.ttft_ms, mean: 0.999 },
        interval_80: { ttft_ms: wide(0.999), tpot_ms: wide(10) },
      },
      throughput: { ...throughput, output_tokens_per_s: 123_456, goodput_per_s: 0.04 },
      calibration: {
        ...calibration,
        latency_support: "interpolated",
        power_support: "new_architecture",
      },
    } as const;
    for (const line of summary(widest, { paint: plain }).split("\n")) {
      expect(line.length, line).toBeLessThanOrEqual(80);
    }
    expect(summary(widest, { paint: plain })).not.toContain("…");
  });
});

describe("a step", () => {
  const report = (batch: number, prefillTokens: number) =>
    stepReport(loaded(smallScenario), { batch, contextTokens: 1000, prefillTokens });

  test("has terms that add up to its time, and formulas that come to each term", () => {
    const { terms, time_s, gpu_busy_s, exposed_host_s, energy_j, power_w } = report(16, 512);
    expect(terms.reduce((sum, term) => sum + term.time_s, 0)).toBeCloseTo(time_s, 12);
    expect(gpu_busy_s + exposed_host_s).toBeCloseTo(time_s, 12);
    expect(energy_j).toBeCloseTo(power_w * time_s, 9);
    for (const term of terms) {
      // Formulas show four digits of each number.
      const error = Math.abs(evaluated(term.formula) - term.time_s);
      expect(error, term.formula).toBeLessThanOrEqual(1e-3 * term.time_s);
    }
  });

  test("costs more with a prompt in it, and is refused without any token", () => {
    expect(report(16, 512).energy_j).toBeGreaterThan(report(16, 0).energy_j);
    expect(() => report(0, 0)).toThrow("a step without tokens");
  });

  test("larger than what the engine would take is refused by the limit that forbids it", () => {
    const engine = { max_num_seqs: 8, max_model_len: 2000 };
    const stepOf = (request: { batch: number; contextTokens: number; prefillTokens: number }) =>
      stepReport(loaded({ ...smallScenario, engine }), request);
    const largest = { batch: 8, contextTokens: 2000, prefillTokens: 2000 };
    expect(stepOf(largest).batch).toBe(8);
    expect(() => stepOf({ ...largest, batch: 9 })).toThrow(
      "--batch 9: is above engine.max_num_seqs, which is 8",
    );
    expect(() => stepOf({ ...largest, contextTokens: 2001 })).toThrow(
      "--context 2001: is above engine.max_model_len, which is 2000",
    );
    expect(() => stepOf({ ...largest, prefillTokens: 2001 })).toThrow("--prefill 2001: is above");
  });

  test("is shown with every term, its formula and the watts", () => {
    const text = stepText(report(4, 0), plain);
    for (const part of ["decode attention", "= 32 x", "MFU", "memory, by sqrt(MBU)", "Energy"]) {
      expect(text).toContain(part);
    }
  });
});

test("a table has its text on the left, its numbers on the right, and cuts what is too long", () => {
  const rows = [
    { id: "a", watts: 5 },
    { id: "longer", watts: null },
  ];
  expect(table(rows, { paint: plain, columns: 80 })).toBe(
    "id      watts\na           5\nlonger      –\n",
  );
  expect(table(rows, { paint: plain, columns: 8 }).split("\n")[0]).toBe("id     …");
});

/** A formula in the notation of `step`, worked out. */
function evaluated(formula: string): number {
  const source = formula
    .replaceAll(" x ", " * ")
    .replaceAll("^", "**")
    .replaceAll("max(", "Math.max(");
  return Number(new Function(`return ${source}`)());
}
