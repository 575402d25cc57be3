import { expect, test } from "vitest";
import { calibrationFromEntries } from "../../models/calibration.ts";
import { calibrationFor } from "../../models/calibrationCatalogue.ts";
import { calibrationEntries } from "../../models/catalogue/calibrations.generated.ts";
import { gpuIds } from "../../models/gpuCatalogue.ts";
import { stackById, stackEntryById, stackIds } from "../../models/stackCatalogue.ts";
import { stackFromEntry } from "../../models/stacks.ts";
import { knownGpu, knownStack } from "../support/stepWorld.ts";

const common = calibrationEntries.find(({ id }) => id === "common");

test.each(gpuIds())("%s has constants", (id) => {
  expect(calibrationFor(knownGpu(id)).sources.length).toBeGreaterThan(5);
});

test("a file wins over its base number by number", () => {
  const layer = { value: 12, kind: "fitted", source: "my measurements" };
  const own = { id: "mine", base: "common", gpus: ["L40S"], layer_start_up_us: layer };
  const read = calibrationFromEntries([common, own], "mine.yaml");
  const base = calibrationFromEntries([common], "common.yaml");
  expect(read.layerStartUpS).toBe(12e-6);
  expect(read.sources).toContain("my measurements");
  const { id: _, sources: __, layerStartUpS: ___, ...rest } = read;
  expect(base).toMatchObject(rest);
});

test("a calibration file is refused where it errs, by key", () => {
  const own = { id: "mine", base: "common", gpus: [] };
  const read = (entry: object) => () => calibrationFromEntries([common, entry], "mine.yaml");
  const ratio = (value: number) => ({ value, kind: "fitted", source: "me" });
  expect(read({ ...own, gem: {} })).toThrow('mine.yaml: unknown key "gem"; expected gemm');
  expect(read({ ...own, gemm: { bf8: {} } })).toThrow('mine.yaml: gemm: unknown key "bf8"');
  expect(read({ ...own, gemm: { bf16: { compute_efficiency_ratio: ratio(1.1) } } })).toThrow(
    "gemm: bf16: compute_efficiency_ratio: value: expected a number from 0.001 to 1",
  );
  expect(read({ ...own, gemm: { bf16: { exponent: ratio(0.5) } } })).toThrow("from 1 to 20");
  expect(read({ ...own, basis: { latency: "guessed" } })).toThrow(
    "basis: latency: expected one of",
  );
  expect(() => calibrationFromEntries([own], "mine.yaml")).toThrow("mine.yaml: basis");
});

test("Hopper's constants differ from Ampere's, and a GDDR card's power from an HBM card's", () => {
  const [hopper, ampere, gddr] = ["H200-SXM", "A100-SXM", "RTX-A6000"].map((id) =>
    calibrationFor(knownGpu(id)),
  );
  expect(hopper?.gemm.bf16.exponent).toBe(2.5);
  expect(ampere?.gemm.bf16.exponent).toBe(1.6);
  expect(gddr?.gemm).toEqual(ampere?.gemm);
  expect(gddr?.power).not.toEqual(ampere?.power);
});

test("the catalogue has the stacks that the interface promises", () => {
  expect(stackIds()).toEqual([
    "vllm",
    "vllm-eager",
    "sglang",
    "trtllm",
    "hf-eager",
    "hf-compile",
    "ideal",
  ]);
  expect(stackById("vlm")).toBeUndefined();
});

test("Transformers runs static batches and holds the logits of every position", () => {
  for (const id of ["hf-eager", "hf-compile"]) {
    expect(knownStack(id)).toMatchObject({ scheduler: "static", logitsOfEveryPosition: true });
  }
  expect(knownStack("vllm")).toMatchObject({
    scheduler: "chunked_prefill",
    logitsOfEveryPosition: false,
    frontEndS: 0.0156,
  });
});

test("only eager stacks launch, and they must say how long it takes", () => {
  const launching = stackIds().filter((id) => knownStack(id).launchPerLayerS > 0);
  expect(launching).toEqual(["vllm-eager", "hf-eager"]);
  const eager = stackEntryById("vllm-eager");
  expect(() => stackFromEntry({ ...eager, launch_per_layer_us: null }, "s")).toThrow(
    "s: launch_per_layer_us: expected a mapping, found null",
  );
  expect(() => stackFromEntry({ ...eager, launch: "graph" }, "s")).toThrow("expected null");
});
