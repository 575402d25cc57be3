import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { built } from "../cli/built.ts";
import { command, inOwnFolder } from "../cli/command.ts";
import { root } from "../repository/scratchRepository.ts";
import { faultsOfJobs } from "./jobSchema.ts";

const templates = join(root, "scenarios/cluster");
const textOf = (name: string) => readFileSync(join(templates, name), "utf8");
const at = inOwnFolder();
let executable = "";
beforeAll(() => {
  executable = built();
}, 120_000);

const container = z.object({
  name: z.string(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
  command: z.array(z.string()),
  args: z.array(z.string()).default([]),
});
const jobShape = z.object({
  spec: z.object({
    completionMode: z.string().optional(),
    completions: z.number().optional(),
    podFailurePolicy: z.object({
      rules: z.array(z.looseObject({ action: z.string() })),
    }),
    template: z.object({
      spec: z.object({ restartPolicy: z.string(), containers: z.tuple([container]) }),
    }),
  }),
});
const { spec } = jobShape.parse(parse(textOf("job.yaml")));
const [pod] = spec.template.spec.containers;
const ofPod = Object.fromEntries(pod.env.map(({ name, value }) => [name, value]));

type Environment = Readonly<Record<string, string | number>>;

/** What a template does for one shard of a sweep, as the cluster would start it. */
function started(words: readonly string[], environment: Environment) {
  const path = `${at("bin")}:${process.env["PATH"]}`;
  const texts = Object.entries(environment).map(([name, value]) => [name, String(value)]);
  const env = { PATH: path, ...Object.fromEntries(texts) };
  const [program = "", ...rest] = words;
  const { status, stdout, stderr } = spawnSync(program, rest, { cwd: at(), env, encoding: "utf8" });
  return { status, out: stdout.trim(), err: stderr.trim() };
}

const onKubernetes = (index: number, shards: number) =>
  started([...pod.command, ...pod.args], {
    ...ofPod,
    SHARDS: shards,
    JOB_COMPLETION_INDEX: index,
  });

const slurm = ["bash", join(templates, "slurm.sbatch"), "sweep.yaml", "out"];

/** An array of `shards` tasks that counts from `first`. */
const onSlurm = (index: number, shards: number, first = 1) =>
  started(slurm, {
    SLURM_ARRAY_TASK_ID: index + first,
    SLURM_ARRAY_TASK_COUNT: shards,
    SLURM_ARRAY_TASK_MIN: first,
    SLURM_ARRAY_TASK_MAX: first + shards - 1,
    SLURM_CPUS_PER_TASK: 2,
  });

const clusters = {
  "an indexed Job": onKubernetes,
  "a job array from 1": onSlurm,
  "a job array from 0": (index: number, shards: number) => onSlurm(index, shards, 0),
};

/** What `tokenwatt` is to the template. */
function installed(script: string): void {
  mkdirSync(at("bin"), { recursive: true });
  writeFileSync(at("bin/tokenwatt"), `#!/bin/sh\n${script}\n`);
  chmodSync(at("bin/tokenwatt"), 0o755);
}

const places = (shards: number) => Array.from({ length: shards }, (_, place) => place);

describe.each(Object.entries(clusters))("%s", (_, start) => {
  test.each([1, 2, 8, 13])("gives each of %i tasks a shard of its own", (shards) => {
    installed('echo "$@"');
    const said = places(shards).map((index) => start(index, shards));
    const words = (shard: number) =>
      `sweep sweep.yaml --out out --shard ${shard}/${shards} --resume --jobs 2`;
    expect(said).toEqual(
      places(shards).map((place) => ({ status: 0, out: words(place + 1), err: "" })),
    );
  });

  test("comes to the bytes of a local sweep", async () => {
    installed(`exec "${process.execPath}" "${executable}" "$@" --quiet`);
    writeFileSync(at("sweep.yaml"), sweep);
    await command("sweep", "sweep.yaml", "--out", "local", "--jobs", "1", "--quiet");
    for (const index of places(3)) {
      expect(start(index, 3)).toEqual({ status: 0, out: "", err: "" });
      // Started once more, as after a lost node, it has nothing to do.
      if (index === 1) expect(start(index, 3).status).toBe(0);
    }
    expect((await command("merge", "out")).code).toBe(0);
    for (const file of ["results.csv", "results.parquet", "manifest.json"]) {
      expect(readFileSync(at(`out/${file}`)).equals(readFileSync(at(`local/${file}`)))).toBe(true);
    }
  });
});

const sweep = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload:
    arrivals: { kind: poisson, rate_rps: 8 }
    lengths: { input: { kind: fixed, tokens: 64 }, output: { kind: fixed, tokens: 4 } }
    num_requests: 4
grid:
  cluster.gpu: [H100-SXM, T4, L40S]
  engine.max_num_seqs: [1, null]
`;

test("some tasks of an array alone are told how many there were; with gaps it is refused", () => {
  installed('echo "$@"');
  const task = { SLURM_ARRAY_TASK_COUNT: 2, SLURM_ARRAY_TASK_MIN: 3, SLURM_ARRAY_TASK_MAX: 5 };
  const fifth = { ...task, SLURM_ARRAY_TASK_ID: 5 };
  expect(started(slurm, { ...fifth, SHARDS: 8 }).out).toContain("--shard 5/8 --resume --jobs 1");
  expect(started(slurm, fifth)).toMatchObject({
    status: 2,
    err: expect.stringContaining("set SHARDS"),
  });
  expect(started(slurm.slice(0, 3), fifth).err).toContain("the folder that takes the shards");
});

test("the command may be several words", () => {
  const task = { SLURM_ARRAY_TASK_ID: 2, SLURM_ARRAY_TASK_COUNT: 8, SHARDS: 8 };
  const { out } = started(slurm, { ...task, TOKENWATT: "echo node tokenwatt.js" });
  expect(out).toMatch(/^node tokenwatt\.js sweep sweep\.yaml /);
});

describe("the Jobs of Kubernetes", () => {
  const job = parse(textOf("job.yaml"));
  const merge = parse(textOf("merge.yaml"));

  test("keep to the schema of a Job, which finds what is wrong", () => {
    const wrong = [
      { ...job, spec: { ...job.spec, completion: 8 } },
      { ...job, spec: { ...job.spec, completions: "8" } },
      { ...job, spec: { ...job.spec, template: undefined } },
      { ...job, kind: "CronJob" },
    ];
    const faults = faultsOfJobs([job, merge, ...wrong]);
    expect(faults.slice(0, 2)).toEqual([[], []]);
    expect(faults.slice(2).map((found) => found.join())).toEqual([
      expect.stringContaining(`'"completion"' does not exist`),
      expect.stringContaining("'string' is not assignable to type 'number'"),
      expect.stringContaining("Property 'template' is missing"),
      expect.stringContaining(`"CronJob"' is not assignable to type '"Job"'`),
    ]);
  });

  test("have as many shards as completions, and don't try again what is wrong", () => {
    expect([spec.completionMode, ofPod]).toEqual(["Indexed", { SHARDS: String(spec.completions) }]);
    // A failure policy asks for it.
    expect(spec.template.spec.restartPolicy).toBe("Never");
    expect(spec.podFailurePolicy.rules[0]).toEqual({
      action: "FailJob",
      onExitCodes: { containerName: pod.name, operator: "In", values: [2] },
    });
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    for (const name of ["job.yaml", "merge.yaml"]) {
      expect(textOf(name)).toContain(`image: tokenwatt:${version}\n`);
    }
  });
});
