import fc from "fast-check";
import { expect, test } from "vitest";
import { nearestName } from "../../models/nearestName.ts";

const gpus = ["A100-SXM", "A100-PCIe-80GB", "H100-PCIe", "H100-SXM", "H200-SXM", "T4"];
const llms = ["meta-llama/Llama-3.1-8B", "meta-llama/Llama-3.1-70B", "Qwen/Qwen3-8B"];

test.each([
  ["h100-sxm", gpus, "H100-SXM"],
  ["H100-SMX", gpus, "H100-SXM"],
  ["H100", gpus, "H100-SXM"],
  ["A100-SXM-80GB", gpus, "A100-SXM"],
  ["Llama-3.1-8B", llms, "meta-llama/Llama-3.1-8B"],
  ["llama-3.1-7b", llms, "meta-llama/Llama-3.1-8B"],
  ["meta-llama/Llama-3.1-80B", llms, "meta-llama/Llama-3.1-8B"],
  ["qwen3-8b", llms, "Qwen/Qwen3-8B"],
])("%s was meant to be, of %j, %s", (name, names, nearest) => {
  expect(nearestName(name, names)).toBe(nearest);
});

test.each(["potato", "MI300X", "ab", ""])("%j is near to no GPU", (name) => {
  expect(nearestName(name, gpus)).toBeUndefined();
});

test("no name is near where there are none", () => {
  expect(nearestName("T4", [])).toBeUndefined();
});

test("a name is nearest to itself, whatever its case", () => {
  const anyName = fc.string({ minLength: 3 });
  fc.assert(
    fc.property(anyName, fc.array(anyName), (name, others) => {
      const found = nearestName(name, [...others, name]);
      expect(found?.toLowerCase().split("/").at(-1)).toBe(name.toLowerCase().split("/").at(-1));
    }),
  );
});
