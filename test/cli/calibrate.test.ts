import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { expect, test, vi } from "vitest";
import { addCalibrate } from "../../cli/calibrate.ts";
import { Interrupted } from "../../cli/interrupt.ts";
import type { CalibrateMeasurements } from "../../experiments/calibrate/measurements/measurementsCalibration.ts";
import { loadScenario } from "../../experiments/scenario/load.ts";
import { smallCalibration } from "../experiments/calibrate/measurements/smallCalibration.ts";
import { command, inOwnFolder } from "./command.ts";

const folder = inOwnFolder();
const csv =
  "model,concurrency,input_tokens,output_tokens,tpot_ms\nmeta-llama/Llama-3.1-8B,16,512,128,0.0095\n";

/** Runs the command with a fit of the test's own, and hears what it says. */
async function calibrate(words: readonly string[], fit: CalibrateMeasurements) {
  writeFileSync(folder("mine.csv"), csv);
  const program = new Command().exitOverride();
  addCalibrate(program, async () => ({ calibrateMeasurements: fit }));
  const said = { out: "", err: "" };
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said.out += String(text);
    return true;
  });
  const err = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said.err += String(text);
    return true;
  });
  try {
    await program.parseAsync(["calibrate", "mine.csv", ...words], { from: "user" });
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
  return said;
}

const fitted: CalibrateMeasurements = async () => smallCalibration;

test("a calibration is written beside its text, and a scenario takes it", async () => {
  const { out, err } = await calibrate(["--gpu", "H100-SXM"], fitted);
  expect(out).toMatch(/host_per_step_us[\s\S]*--set cluster.calibration=mine.calibration.yaml/);
  expect(err).toMatch(/warning: mine.csv:2:\d+: tpot_ms: .*in seconds[\s\S]*warning: few rows/);
  const set = ["cluster.calibration=mine.calibration.yaml"];
  expect(loadScenario(folder("small.yaml"), { set }).calibrationFile?.file).toBe(
    "mine.calibration.yaml",
  );
});

test("--out takes calibration, report and text; --json - stands alone on stdout", async () => {
  const words = ["--gpu", "H100-SXM", "--out", "fit", "--json", "-", "--quiet"];
  const { out, err } = await calibrate(words, fitted);
  expect(JSON.parse(out)).toMatchObject({ gpu: "H100-SXM", calibration: "fit/calibration.yaml" });
  expect(err).toBe("");
  expect(readdirSync(folder("fit")).sort()).toEqual([
    "calibration.yaml",
    "report.json",
    "report.txt",
  ]);
  expect(readFileSync(folder("fit/report.json"), "utf8")).toBe(out);
  expect(existsSync(folder("mine.calibration.yaml"))).toBe(false);
});

test("what is read is never replaced", async () => {
  const words = ["--gpu", "H100-SXM", "-o", "mine.csv"];
  await expect(calibrate(words, fitted)).rejects.toThrow("would replace mine.csv, which is read");
});

test("an interrupted fit writes nothing", async () => {
  const interrupted: CalibrateMeasurements = async (_, { signal }) => {
    process.emit("SIGINT");
    signal?.throwIfAborted();
    return smallCalibration;
  };
  const before = ["mine.csv", ...readdirSync(folder())].sort();
  const words = ["--gpu", "H100-SXM", "--out", "fit"];
  await expect(calibrate(words, interrupted)).rejects.toThrow(Interrupted);
  expect(readdirSync(folder()).sort()).toEqual(before);
});

test("the fit is given runs, the GPU and where they come from", async () => {
  const fit = vi.fn(fitted);
  await calibrate(["--gpu", "H100-SXM", "-o", "h100.yaml"], fit);
  const [runs, options] = fit.mock.calls[0] ?? [];
  expect(runs?.map(({ source }) => source)).toEqual(["mine.csv, line 2"]);
  expect(options).toMatchObject({ gpuId: "H100-SXM", source: "mine.csv" });
  expect(readFileSync(folder("h100.yaml"), "utf8")).toContain("host_per_step_us: { value: 900");
});

test("the schema of a row is printed for editors", async () => {
  const { code, out } = await command("schema", "measurements");
  expect(code).toBe(0);
  expect(JSON.parse(out).properties.power_w.description).toBe("Mean watts of ONE GPU");
});
