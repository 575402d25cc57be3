import {
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { pointAt, pointCount } from "../../experiments/sweep/points.ts";
import { loadSweep } from "../../experiments/sweep/sweepFile.ts";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();
const text = (path: string) => readFileSync(at(path), "utf8");

const base = `base:
  llm: meta-llama/Llama-3.1-8B
  cluster: { gpu: H100-SXM }
  workload:
    arrivals: { kind: poisson, rate_rps: 8 }
    lengths: { input: { kind: fixed, tokens: 64 }, output: { kind: fixed, tokens: 4 } }
    num_requests: 4
`;
const lists = `grid:
  cluster.gpu: [H100-SXM, T4]
  engine.max-num-seqs: [1, null]
zip:
  cluster.replicas: [1, 2]
  workload.arrivals.rate_rps: [4, 8.5]
replications: 2
`;

beforeEach(() => writeFileSync(at("sweep.yaml"), base + lists));

const sweep = (out: string, ...words: string[]) =>
  command("sweep", "sweep.yaml", "--jobs", "1", "--out", out, ...words);

const finals = ["manifest.json", "results.csv", "results.parquet"];
const same = (a: string, b: string) =>
  finals.every((file) => readFileSync(at(`${a}/${file}`)).equals(readFileSync(at(`${b}/${file}`))));

function tableOf(out: string): Readonly<Record<string, string>>[] {
  const [header = "", ...rows] = text(`${out}/results.csv`).trimEnd().split("\n");
  const names = header.split(",");
  return rows.map((row) =>
    Object.fromEntries(row.split(",").map((cell, place) => [names[place], cell])),
  );
}

describe("the points of a sweep", () => {
  test("come in lexical order, zip after the grid and replications last", () => {
    const { sweep: loaded } = loadSweep(at("sweep.yaml"));
    const points = Array.from({ length: pointCount(loaded) }, (_, place) => pointAt(loaded, place));
    expect(points.slice(0, 5).map(({ values, replication }) => [...values, replication])).toEqual([
      ["H100-SXM", 1, 1, 4, 1],
      ["H100-SXM", 1, 1, 4, 2],
      ["H100-SXM", 1, 2, 8.5, 1],
      ["H100-SXM", 1, 2, 8.5, 2],
      ["H100-SXM", null, 1, 4, 1],
    ]);
    expect([points.length, new Set(points.map(({ spec }) => spec)).size]).toEqual([16, 16]);
    expect(points[1]?.scenario).toMatchObject({ seed: "42/2", engine: { max_num_seqs: 1 } });
  });
});

describe("tokenwatt sweep", () => {
  test("writes a row for each point, also for those that fail, and says why", async () => {
    const { code, out } = await sweep("o");
    expect([code, out]).toEqual([0, expect.stringContaining("does not fit T4")]);
    expect(readdirSync(at("o")).sort()).toEqual(finals);
    const rows = tableOf("o");
    expect(rows.map(({ status }) => status)).toEqual([
      ...Array(8).fill("ok"),
      ...Array(8).fill("failed"),
    ]);
    expect(rows[8]?.["error"]).toContain("cluster.tensor_parallel_size");
  });

  test("has in a row what a run of its scenario has", async () => {
    await sweep("o");
    const sets = ["cluster.replicas=2", "workload.arrivals.rate_rps=8.5", "engine.max_num_seqs=1"];
    const scenario = base.replace("base:\n", "").replaceAll(/^ {2}/gm, "");
    writeFileSync(at("one.yaml"), scenario);
    const words = sets.flatMap((set) => ["--set", set]);
    const { out } = await command("run", "one.yaml", "--seed", "42/2", ...words, "--json", "-");
    const result = JSON.parse(out);
    expect(tableOf("o")[3]).toMatchObject({
      digest: result.digest,
      "energy.per_output_token_j": String(result.energy.per_output_token_j),
      "latency.ttft_ms.p99": String(result.latency.ttft_ms.p99),
      "energy.interval_80.gpu_j.low": String(result.energy.interval_80.gpu_j[0]),
    });
  });

  test("comes to the same bytes from any number of shards", async () => {
    await sweep("o");
    for (const shards of [1, 3, 20]) {
      for (let shard = shards; shard > 0; shard--) {
        if (shards > 1) await sweep(`s${shards}`, "--shard", `${shard}/${shards}`);
      }
      if (shards === 1) continue;
      expect((await command("merge", `s${shards}`)).code).toBe(0);
      expect(same("o", `s${shards}`)).toBe(true);
    }
    const before = text("s3/shard-2-of-3.csv");
    expect((await sweep("s3", "--shard", "2/3", "--resume")).code).toBe(0);
    expect((await sweep("s3", "--shard", "2/3")).code).toBe(0);
    expect(text("s3/shard-2-of-3.csv")).toBe(before);
  });
});

describe("a sweep of which every point fails", () => {
  test("ends with 1, and so does the merge of its shards, but no shard alone", async () => {
    writeFileSync(at("sweep.yaml"), `${base}grid:\n  cluster.gpu: [T4, RTX-3090]\n`);
    const sets = ["--set", "llm=meta-llama/Llama-3.1-70B"];
    const failed = await sweep("o", ...sets);
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining("every point failed")]);
    for (const shard of ["1/2", "2/2"]) {
      expect((await sweep("s", ...sets, "--shard", shard)).code).toBe(0);
    }
    const merged = await command("merge", "s");
    expect([merged.code, merged.err]).toEqual([1, expect.stringContaining("every point failed")]);
    expect(same("o", "s")).toBe(true);
  });
});

describe("tokenwatt sweep --resume", () => {
  test("goes on from a journal that was torn anywhere", async () => {
    await sweep("o");
    const { Journal } = await import("../../experiments/sweep/journal.ts");
    const { sweep: loaded } = loadSweep(at("sweep.yaml"));
    const lines = text("o/results.csv").trimEnd().split("\n").slice(1);
    for (const rows of [0, 1, 7, 15]) {
      rmSync(at("torn"), { recursive: true, force: true });
      await sweep("torn");
      for (const file of ["results.csv", "results.parquet"]) rmSync(at(`torn/${file}`));
      const journal = new Journal(at("torn/journal.log"), {
        count: 16,
        placeOf: (row) => row.index,
      });
      for (const [index, line] of lines.slice(0, rows + 1).entries()) {
        const { spec } = pointAt(loaded, index);
        journal.append({ index, spec, isFailed: false, text: line });
      }
      journal.close();
      const bytes = readFileSync(at("torn/journal.log")).length;
      truncateSync(at("torn/journal.log"), bytes - 11);
      if (rows > 0) {
        const forgotten = await sweep("torn");
        expect([forgotten.code, forgotten.err]).toEqual([
          2,
          expect.stringContaining(`holds ${rows} of 16 points of this sweep`),
        ]);
      }
      const { out } = await sweep("torn", "--resume");
      if (rows > 0) expect(out).toContain(`${rows} of them there before`);
      expect([existsSync(at("torn/journal.log")), same("o", "torn")]).toEqual([false, true]);
    }
  });

  test("starts where nothing is there, and ends at once where all is", async () => {
    expect((await sweep("o", "--resume")).out).not.toContain("before");
    expect((await sweep("o", "--resume")).out).toContain("16 of them there before");
  });
});

describe("what is wrong with a sweep", () => {
  const wrong: readonly (readonly [what: string, file: string, message: string])[] = [
    [
      "an unknown path",
      "grid:\n  cluster.gpus: [T4]\n",
      "sweep.yaml:9:3: grid.cluster.gpus: unknown",
    ],
    [
      "a value of the wrong type",
      "grid:\n  cluster.replicas: [1, 2, two]\n",
      'sweep.yaml:9:28: grid.cluster.replicas: expected a whole number >= 1 and <= 100000, got "two" (value 3 of 3)',
    ],
    [
      "a name that nobody knows",
      "grid:\n  cluster.gpu: [T4, H100-SMX]\n",
      "did you mean H100-SXM? (value 2 of 2)",
    ],
    [
      "a path into a block that doesn't exist",
      "grid:\n  clustr.gpu: [T4, L40S]\n",
      "sweep.yaml:9:3: grid.clustr.gpu: unknown key; did you mean cluster?\n",
    ],
    ["an empty grid", "grid: {}\n", "sweep.yaml:8:1: grid: is empty"],
    [
      "an empty list",
      "grid:\n  cluster.gpu: []\n",
      "sweep.yaml:9:16: grid.cluster.gpu: expected a list of 1 or more, got an empty list",
    ],
    [
      "no list",
      "grid:\n  cluster.gpu: T4\n",
      'grid.cluster.gpu: expected a list of 1 or more, got "T4"',
    ],
    ["nothing to vary", "", "nothing to vary"],
    [
      "lists of two lengths",
      "zip:\n  cluster.gpu: [T4]\n  seed: [1, 2]\n",
      "values: 2; expected 1, as cluster.gpu has",
    ],
    ["one path twice", "grid: {seed: [1]}\nzip: {seed: [2]}\n", "zip.seed: replaces grid.seed"],
    ["a wrong key", "grids: {}\n", "grids: unknown key; did you mean grid?"],
  ];

  test.each(wrong)("%s", async (_, file, message) => {
    writeFileSync(at("sweep.yaml"), base + file);
    const { code, err } = await sweep("o");
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    expect(existsSync(at("o"))).toBe(false);
  });

  test.each(["0/4", "9/8", "1/0", "x", "1/2/3"])("shard %s", async (shard) => {
    const { code, err } = await sweep("o", "--shard", shard);
    expect([code, err]).toEqual([2, expect.stringContaining("expected i/n with i from 1 to n")]);
  });

  test("a folder that holds another sweep", async () => {
    await sweep("o");
    writeFileSync(at("sweep.yaml"), `${base}grid: {seed: [1, 2]}\n`);
    const { code, err } = await sweep("o", "--resume");
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/^error: o: holds another sweep: sweep.yaml, 16 points, digest \w{12}/),
    ]);
  });

  test("what --set gives and the grid varies", async () => {
    const { code, err } = await sweep("o", "--set", "cluster.gpu=T4");
    expect([code, err]).toEqual([2, expect.stringContaining("grid varies cluster.gpu")]);
  });
});

describe("tokenwatt merge", () => {
  test("names what is missing, and refuses two rows for one point", async () => {
    expect((await command("merge", "nowhere")).err).toContain("nowhere: holds no sweep");
    for (const shard of ["1/4", "3/4"]) await sweep("o", "--shard", shard);
    const missing = await command("merge", "o");
    expect([missing.code, missing.err]).toEqual([
      2,
      expect.stringContaining("2 of 4 shards are missing: shard-2-of-4, shard-4-of-4"),
    ]);
    await sweep("o", "--shard", "1/2");
    expect((await command("merge", "o")).err).toContain("two rows for one point");
    rmSync(at("o/shard-1-of-2.csv"));
    for (const shard of ["2/4", "4/4"]) await sweep("o", "--shard", shard);
    const lines = text("o/shard-2-of-4.csv").split("\n");
    writeFileSync(at("o/shard-2-of-4.csv"), lines.toSpliced(2, 0, lines[1] ?? "").join("\n"));
    const twice = await command("merge", "o");
    expect([twice.code, twice.err]).toEqual([
      2,
      expect.stringMatching(
        /shard-2-of-4\.csv:3: a second row for point 2 \(cluster\.gpu=H100-SXM/,
      ),
    ]);
    expect(existsSync(at("o/results.csv"))).toBe(false);
  });
});
