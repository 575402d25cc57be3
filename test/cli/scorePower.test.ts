import { existsSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";
import { figure, scoredBench } from "./scoredBench.ts";

const at = inOwnFolder();

const { bench, put, score, scored } = scoredBench(at);

/** Every half second from a minute before the benchmark's end on; the load draws 400 W, idleness 100 W. */
const smi = ({ gpus = [0], fromS = -120, toS = 60, hours = 0 } = {}) => {
  const { date, duration } = bench();
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)$/.exec(date) ?? [];
  const endMs = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  const rows = ["timestamp, index, power.draw [W]"];
  for (let offset = fromS; offset <= toS; offset += 0.5) {
    const stamp = new Date(endMs + (offset + hours * 3600) * 1000).toISOString();
    const isBusy = offset >= -duration && offset <= 0;
    for (const gpu of gpus) {
      const watts = isBusy && gpu < 2 ? 400 : 100;
      const time = stamp.replaceAll("-", "/").replace("T", " ").replace("Z", "");
      rows.push(`${time}, ${gpu}, ${watts}.00 W`);
    }
  }
  return rows;
};
const save = (rows: readonly string[]) => put("power.csv", `${rows.join("\n")}\n`);
const watts = async (...words: readonly string[]) =>
  figure(await scored("--power", "power.csv", ...words), "power.gpu_mean_w")?.measured ?? 0;

beforeEach(async () => {
  const slow = ["--set", "workload.arrivals={kind: constant, rate_rps: 1}"];
  await command("run", "small.yaml", ...slow, "--vllm-json", "bench.json", "--quiet");
});

describe("a power log", () => {
  test("is taken where the benchmark ran, with its joules", async () => {
    save(smi());
    const result = await scored("--power", "power.csv");
    const joules = figure(result, "energy.gpu_j")?.measured ?? 0;
    expect((await watts()) / 400).toBeCloseTo(1, 1);
    expect(joules / (400 * bench().duration)).toBeCloseTo(1, 1);
    expect(result.power.coverage_ratio).toBeCloseTo(1, 6);
  });

  test("of a clock in another zone is moved by whole hours", async () => {
    save(smi({ hours: -7 }));
    const { notes } = await scored("--power", "power.csv");
    expect(notes).toContain("power log: its clock is -7 h from the benchmark's");
    expect((await watts()) / 400).toBeCloseTo(1, 1);
  });

  test("with samples that are not available, gaps and a torn end says so", async () => {
    const rows = smi();
    rows[225] = rows[225]?.replace("400.00 W", "[N/A]") ?? "";
    rows.splice(230, 10);
    save([...rows, "2026/11/2"]);
    const gap = await scored("--power", "power.csv");
    const notes = gap.notes.join("\n");
    expect(notes).toMatch(/1 samples are \[N\/A\]/);
    expect(notes).toMatch(/has gaps of 5\.5 s in it/);
    expect(notes).toMatch(/the last, is torn off/);
    expect(gap.power.coverage_ratio).toBeLessThan(0.8);
  });

  test("that ends early is taken as far as it goes, or refused", async () => {
    save(smi({ toS: -5 }));
    expect((await scored("--power", "power.csv")).notes.join()).toMatch(
      /ends \d+\.\d s before the benchmark|aligned by its load/,
    );
    save(smi({ fromS: -bench().duration, toS: -bench().duration + 3 }));
    const { code, err } = await score("--power", "power.csv");
    expect(code).toBe(2);
    expect(err).toMatch(/power\.csv: has samples of \d+ % of the benchmark's/);
  });

  test("of more GPUs gives those that drew most, or those that are named", async () => {
    save(smi({ gpus: [0, 1, 2] }));
    const two = ["--set", "cluster.replicas=2"];
    expect((await scored("--power", "power.csv", ...two)).power.gpus).toEqual(["0", "1"]);
    expect((await watts(...two)) / 800).toBeCloseTo(1, 1);
    const named = [...two, "--power-gpus", "0,2"];
    expect((await watts(...named)) / 500).toBeCloseTo(1, 1);
  });

  test("of GPUs in columns, of dmon, or of CodeCarbon is read as well", async () => {
    const times = Array.from({ length: 60 }, (_, second) => second);
    const rows = times.map((s) => `${1.7e9 + s},250`);
    put("zeus.csv", ["time,0", ...rows].join("\n"));
    put("columns.csv", ["time,gpu0", ...rows].join("\n"));
    put(
      "dmon.txt",
      ["#Entity   POWER", "ID        W", ...times.map(() => "GPU 0  250.0")].join("\n"),
    );
    const { duration } = bench();
    const kwh = (250 * duration) / 3.6e6;
    put("emissions.csv", `duration,gpu_energy,gpu_count\n${duration},${kwh},1\n`);
    for (const file of ["zeus.csv", "columns.csv", "dmon.txt", "emissions.csv"]) {
      const found = figure(await scored("--power", file), "power.gpu_mean_w");
      expect(found?.measured, file).toBeCloseTo(250, 9);
    }
  });
});

describe("a power log", () => {
  test.each([
    ["nothing of power", "time,load\n1,2\n", "the header has no column of watts"],
    ["no times", "index,power.draw [W]\n0,300 W\n", "the header has no column of times"],
    ["text for watts", "timestamp,power\n1,lots\n", "power.csv:2:3: expected watts, as 312.45 W"],
    ["text for a time", "timestamp,power\nnoon,3\n", "power.csv:2:1: expected a time"],
    ["no samples", "timestamp,power\n1,[N/A]\n", "power.csv: has no sample of watts"],
    ["nothing at all", "", "power.csv: is empty"],
  ])("with %s is refused", async (_, text, message) => {
    put("power.csv", text);
    const { code, out, err } = await score("--power", "power.csv", "--json", "score.json");
    expect([code, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(existsSync(at("score.json"))).toBe(false);
  });
});
