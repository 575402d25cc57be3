import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { checkerOutput, root } from "./scratchRepository.ts";

const layers = ["sim", "models", "workloads", "experiments", "ui", "cli"];

/** Imports that are as they should be. */
const goodFiles = {
  "sim/units.ts": "export const second = 1;",
  "sim/ports.ts": "export type Port = string;",
  "sim/assert.ts": "export const assert = 1;",
  "sim/random.ts": 'import seedrandom from "seedrandom";\nexport const random = seedrandom;',
  // Half of a cycle, which is reported once: for its other half.
  "sim/hen.ts": 'import "./egg.ts";',
  "sim/calendar.ts":
    'import queue from "fastpriorityqueue";\nimport { second } from "./units.ts";\nexport const calendar = [queue, second];',
  "models/gpu.ts": 'import { second } from "../sim/units.ts";\nexport const gpu = second;',
  "models/catalogue/compile.mjs": 'import "node:fs";\nimport "yaml";',
  "workloads/poisson.ts":
    'import * as d3 from "d3-random";\nimport { random } from "../sim/random.ts";\nexport const poisson = [d3, random];',
  "experiments/run.ts": [
    'import "node:fs";',
    'import "yaml";',
    'import "zod";',
    'import "../sim/calendar.ts";',
    'import "../models/gpu.ts";',
    'import "../workloads/poisson.ts";',
    "export const run = 1;",
  ].join("\n"),
  "experiments/watch/tally.ts": "export const tally = 1;",
  "ui/showRun.ts":
    'import "ink";\nimport "react";\nimport { tally } from "../experiments/watch/tally.ts";\nexport const watch = tally;',
  "cli/watch.ts": 'export const shown = import("../ui/showRun.ts");',
  "cli/main.ts":
    'import "node:process";\nimport "commander";\nimport { run } from "../experiments/run.ts";\nexport const main = run;',
  "test/support.ts": "export const support = 1;",
};

/** Each with the import that is wrong in it, and the rule that says so. */
const badFiles = [
  ["sim/asksModels.ts", "../models/gpu.ts", "sim-arrows"],
  ["sim/asksTests.ts", "../test/support.ts", "sim-arrows"],
  ["sim/asksYaml.ts", "yaml", "sim-packages"],
  ["sim/asksFiles.ts", "node:fs", "no-io-in-the-core"],
  ["models/asksEngine.ts", "../sim/calendar.ts", "models-arrows"],
  ["models/asksRandom.ts", "../sim/random.ts", "models-arrows"],
  ["models/asksWorkloads.ts", "../workloads/poisson.ts", "models-arrows"],
  ["models/asksZod.ts", "zod", "models-packages"],
  ["models/asksFiles.ts", "fs", "no-io-in-the-core"],
  ["workloads/asksEngine.ts", "../sim/calendar.ts", "workloads-arrows"],
  ["workloads/asksModels.ts", "../models/gpu.ts", "workloads-arrows"],
  ["workloads/asksSeedrandom.ts", "seedrandom", "workloads-packages"],
  ["workloads/asksFiles.ts", "node:fs/promises", "no-io-in-the-core"],
  ["experiments/asksCommandLine.ts", "../cli/main.ts", "experiments-arrows"],
  ["experiments/asksCommander.ts", "commander", "experiments-packages"],
  ["experiments/asksTests.ts", "vitest", "experiments-packages"],
  ["ui/asksCommandLine.ts", "../cli/main.ts", "ui-arrows"],
  ["ui/asksYaml.ts", "yaml", "ui-packages"],
  ["cli/asksInk.ts", "ink", "cli-packages"],
  ["cli/asksEngine.ts", "../sim/calendar.ts", "cli-arrows"],
  ["cli/asksModels.ts", "../models/gpu.ts", "cli-arrows"],
  ["cli/asksYaml.ts", "yaml", "cli-packages"],
  ["sim/asksNobody.ts", "./missing.ts", "no-unresolved"],
  ["sim/egg.ts", "./hen.ts", "no-cycles"],
] as const;

const cruised = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

test("each arrow that is drawn wrong is refused by its own rule, and no other arrow is", () => {
  const bad = badFiles.map(([path, target]) => [path, `import type {} from "${target}";`]);
  const output = checkerOutput({ ...goodFiles, ...Object.fromEntries(bad) }, [
    "depcruise",
    "--output-type",
    "json",
    ...layers,
    "test",
  ]);
  const { violations } = cruised.parse(output).summary;
  const found = violations.map(({ from, rule }) => `${from}: ${rule.name}`);
  expect(found.sort()).toEqual(badFiles.map(([path, , rule]) => `${path}: ${rule}`).sort());
});

test("every rule about arrows has a file that breaks it", () => {
  const { forbidden } = z
    .object({ forbidden: z.array(z.object({ name: z.string() })) })
    .parse(createRequire(import.meta.url)(join(root, ".dependency-cruiser.cjs")));
  const broken = new Set<string>(badFiles.map(([, , rule]) => rule));
  expect(forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
});
