import { expect, test } from "vitest";
import { z } from "zod";
import { checkerOutput } from "./scratchRepository.ts";

/** By the rule that it breaks, or the words of our own plugins: where it stands, and its text. */
const badFiles: Readonly<Record<string, readonly [path: string, text: string]>> = {
  noDefaultExport: ["sim/byDefault.ts", "export default 1;"],
  noEnum: ["sim/kinds.ts", "export enum Kind {\n  Dense,\n}"],
  noNamespace: ["sim/spaces.ts", "export namespace Space {\n  export const one = 1;\n}"],
  noExplicitAny: ["sim/whatever.ts", "export const whatever: any = 1;"],
  noNonNullAssertion: [
    "sim/certain.ts",
    "export const certain = (x: number | undefined): number => x!;",
  ],
  useImportType: [
    "sim/asksType.ts",
    'import { Seconds } from "./units.ts";\nexport const zero: Seconds = 0;',
  ],
  noUnusedImports: ["sim/unused.ts", 'import { second } from "./units.ts";'],
  useReadonlyClassProperties: [
    "sim/guarded.ts",
    "export class Guarded {\n  #limit = 1;\n  limit(): number {\n    return this.#limit;\n  }\n}",
  ],
  noBarrelFile: ["sim/barrel.ts", 'export { second } from "./units.ts";'],
  noConsole: ["experiments/chatty.ts", 'console.log("done");'],
  noFloatingPromises: [
    "experiments/floating.ts",
    "async function later(): Promise<void> {}\nexport function go(): void {\n  later();\n}",
  ],
  noMisusedPromises: [
    "experiments/misused.ts",
    "async function later(): Promise<boolean> {\n  return true;\n}\nexport function go(): number {\n  if (later()) return 1;\n  return 2;\n}",
  ],
  useExhaustiveSwitchCases: [
    "sim/cases.ts",
    'export function f(x: "a" | "b"): void {\n  switch (x) {\n    case "a":\n      throw new Error();\n  }\n}',
  ],
  useFilenamingConvention: ["sim/snake_case.ts", "export const one = 1;"],
  noExcessiveLinesPerFile: ["sim/long.ts", `export const ones = [\n${"  1,\n".repeat(301)}];`],
  noExcessiveLinesPerFunction: [
    "sim/longFunction.ts",
    `export function long(): void {\n${"  long();\n".repeat(61)}}`,
  ],
  noExcessiveCognitiveComplexity: [
    "sim/twisted.ts",
    `export function twisted(x: number): number {\n${nested(6)}\n  return 1;\n}`,
  ],
  noRestrictedGlobals: ["workloads/impatient.ts", "export const nowS = performance.now() / 1000;"],
  "draw from a named random stream": ["models/dice.ts", "export const draw = Math.random();"],
  "simulated time only": ["workloads/clock.ts", "export const now = [Date.now(), new Date()];"],
  "let the compiler find the type: only `as const` is allowed": [
    "experiments/cast.ts",
    "export const one = JSON.parse('1') as\n  number;",
  ],
};

const goodFiles = {
  "sim/units.ts": "export type Seconds = number;\nexport const second: Seconds = 1;",
  "sim/constant.ts":
    'import { second as unit } from "./units.ts";\nexport const tuple = [unit,\n  new Date(0)] as const;',
  "experiments/wallClock.ts": "export const startedAt = Date.now();",
  "models/catalogue/compile.mjs": "process.exitCode = 0;",
  "test/longTest.ts": `export const one = [\n${"  1,\n".repeat(301)}];`,
  "vitest.config.ts": "export default {};",
};

function nested(depth: number): string {
  return depth === 0 ? "return x;" : `if (x > ${depth}) {\n${nested(depth - 1)}\n}`;
}

const report = z.object({
  diagnostics: z.array(
    z.object({
      category: z.string(),
      message: z.string(),
      location: z.object({ path: z.string() }),
    }),
  ),
});

test("each break of the style is refused by its own rule, and what is well written is not", () => {
  const files = { ...goodFiles, ...Object.fromEntries(Object.values(badFiles)) };
  const { diagnostics } = report.parse(
    checkerOutput(files, ["biome", "lint", "--reporter=json", "--max-diagnostics=none", "."]),
  );
  const found = diagnostics.map(({ category, message, location }) => {
    const rule = category === "plugin" ? message : category.replace(/.*\//, "");
    return `${location.path}: ${rule}`;
  });
  const expected = Object.entries(badFiles).map(([rule, [path]]) => `${path}: ${rule}`);
  expect([...new Set(found)].sort()).toEqual(expected.sort());
});
