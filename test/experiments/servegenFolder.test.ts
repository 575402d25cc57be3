import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { loadObject } from "../../experiments/scenario/load.ts";
import { composeWorkload } from "../../experiments/scenario/workload.ts";
import { workloadSpec } from "../../experiments/scenario/workloadSpec.ts";
import { randomStreams } from "../../sim/random.ts";
import { smallScenario } from "./smallScenario.ts";

const folder = mkdtempSync(join(tmpdir(), "tokenwatt-servegen-"));
afterAll(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string) => {
  mkdirSync(join(folder, "chunks"), { recursive: true });
  writeFileSync(join(folder, "chunks", name), text);
};
const lengths = JSON.stringify({ 0: { input_tokens: "{5: 1}", output_tokens: "{2: 1}" } });
const loaded = (trace: Readonly<Record<string, unknown>> = {}, seed = "1") =>
  loadObject({ ...smallScenario, seed, workload: { trace: { path: "chunks", ...trace } } }, folder);

test("a folder of ServeGen's is replayed, drawn by the seed, span by span", () => {
  write("chunk-0-trace.csv", "0,0.1,1,Gamma,1,1\n600,0.2,1,Weibull,0.5,1\n");
  write("chunk-0-dataset.json", lengths);
  write("chunk-10-trace.csv", "0,0,0,,0,0\n600,0.1,1,Gamma,1,1\n");
  const whole = loaded().traces.replay;
  expect(whole?.promptTokens.length).toBe(180);
  expect(whole?.remarks?.[0]).toContain("1 clients have no lengths");
  expect(loaded().traces.replay).toEqual(whole);
  expect(loaded({}, "2").traces.replay?.arrivalS).not.toEqual(whole?.arrivalS);
  const second = loaded({ from_s: 600, format: "servegen" });
  expect(second.traces.replay?.promptTokens.length).toBe(120);
  // The span is not cut out of the span again.
  const spec = workloadSpec(second.scenario.workload);
  const draws = { stream: randomStreams("1"), maxModelLen: 4096 };
  expect(composeWorkload(second, spec, draws).requests).toBe(120);
});

test("clients may have a name before their number", () => {
  const more = (name: string, tokens: number) => {
    const text = { 0: { input_tokens: `{${tokens}: 1}`, output_tokens: "{1: 1}" } };
    mkdirSync(join(folder, "named"), { recursive: true });
    writeFileSync(join(folder, `named/${name}-trace.csv`), "0,0.1,1,Gamma,1,1\n");
    writeFileSync(join(folder, `named/${name}-dataset.json`), JSON.stringify(text));
  };
  more("r1-chunk-10", 10);
  more("r1-chunk-9", 9);
  const { promptTokens = [] } = loaded({ path: "named" }).traces.replay ?? {};
  expect([promptTokens.length, Math.min(...promptTokens), Math.max(...promptTokens)]).toEqual([
    120, 9, 10,
  ]);
});

test("what is wrong is said with its file", () => {
  write("chunk-0-trace.csv", "0,0.1,1,Gamma,1,1\n600,0.2,1,Weibul,0.5,1\n");
  write("chunk-0-dataset.json", lengths);
  expect(() => loaded()).toThrow("chunk-0-trace.csv: row 2: expected timestamp,rate,cv,Gamma or");
  write("chunk-0-trace.csv", "0,1e6,1,Gamma,1,1\n");
  expect(() => loaded()).toThrow(
    "600 million requests are asked for, 30 million are drawn at most",
  );
  expect(() => loaded({ from_s: 700 })).toThrow(
    "no client with lengths asks anything in this time",
  );
  write("chunk-0-trace.csv", "0,0.1,1,Gamma,1,1\n");
  write("chunk-0-dataset.json", '{"0": {"input_tokens": "eval(1)"}}');
  expect(() => loaded()).toThrow('chunk-0-dataset.json: row 1: expected "{length: chance, …}"');
  mkdirSync(join(folder, "empty"));
  expect(() => loaded({ path: "empty" })).toThrow("empty: expected a folder of ServeGen's with");
  expect(() => loaded({ path: "none", format: "servegen" })).toThrow("none: no such file");
});
