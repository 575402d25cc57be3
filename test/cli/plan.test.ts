import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { runScenario } from "../../experiments/run.ts";
import { loadObject } from "../../experiments/scenario/load.ts";
import { command, inOwnFolder } from "./command.ts";
import { base, byIndex, type Choice, choices, planned, slo } from "./planned.ts";

const at = inOwnFolder();

beforeEach(() => writeFileSync(at("plan.yaml"), base + choices + slo));

/** What each number of replicas of each choice comes to, simulated one after the other. */
async function fullGrid(mostReplicas: number) {
  const rows = [];
  for (const gpu of ["H100-SXM", "L40S", "A10"]) {
    for (const maxSeqs of [4, 64]) {
      for (let replicas = 1; replicas <= mostReplicas; replicas++) {
        const scenario = {
          llm: "meta-llama/Llama-3.1-8B",
          cluster: { gpu, replicas },
          engine: { max_num_seqs: maxSeqs },
          workload: {
            arrivals: { kind: "poisson", rate_rps: 40 },
            lengths: {
              input: { kind: "fixed", tokens: 256 },
              output: { kind: "exponential", mean: 60 },
            },
            num_requests: 300,
          },
        };
        const result = await runScenario(loadObject(scenario, "."));
        const { ttft_ms, tpot_ms } = result.latency;
        const keeps = (ttft_ms.p99 ?? 0) <= 400 && (tpot_ms.p99 ?? 0) <= 60;
        const energyJ = (result.energy.gpu_j * 1.2) / result.tokens.output;
        rows.push({ gpu, maxSeqs, replicas, keeps, energyJ });
      }
    }
  }
  return rows;
}

describe("tokenwatt plan", () => {
  test("finds what a full grid finds, in fewer runs", async () => {
    const { plan, code } = await planned(`${base}${choices}${slo}max_replicas: 9\n`);
    expect(code).toBe(0);
    const grid = await fullGrid(9);
    const fewest = ["H100-SXM", "L40S", "A10"].flatMap((gpu) =>
      [4, 64].map((maxSeqs) =>
        grid.find((row) => row.gpu === gpu && row.maxSeqs === maxSeqs && row.keeps),
      ),
    );
    expect(fewest.filter((row) => row === undefined).length).toBeGreaterThan(0);
    // What the search takes for granted: whoever has more replicas than the fewest keeps the slo, too.
    for (const first of fewest) {
      const more = grid.filter(
        ({ gpu, maxSeqs, replicas }) =>
          gpu === first?.gpu && maxSeqs === first.maxSeqs && replicas > first.replicas,
      );
      expect(more.filter(({ keeps }) => !keeps)).toEqual([]);
    }
    for (const [index, choice] of byIndex(plan).entries()) {
      const row = fewest[index];
      const isKept = ["best", "tie", "front", "dearer"].includes(choice.verdict);
      expect(isKept).toBe(row !== undefined);
      if (row === undefined) continue;
      expect(choice.replicas).toBe(row.replicas);
      expect(choice.objective?.value).toBeCloseTo(row.energyJ, 9);
    }
    const least = Math.min(...fewest.map((row) => row?.energyJ ?? Number.POSITIVE_INFINITY));
    expect(plan.choices[0].objective.value).toBeCloseTo(least, 9);
    expect(plan.best).toBe(plan.choices[0].index);
    expect(plan.runs).toBeLessThan(grid.length);
  });

  test("tells the question, the answer and why each other lost", async () => {
    const { code, out, err } = await command("plan", "plan.yaml", "--jobs", "1");
    expect([code, err]).toEqual([0, ""]);
    expect(out).toContain("Least joules within P99 of TTFT 400 ms, TPOT 60 ms, fewest replicas");
    const rows = out.split("\n").filter((line) => /H100-SXM|L40S|A10/.test(line));
    // Each choice once, and the answer.
    expect(rows.length).toBe(7);
    expect(rows.at(-1)).toMatch(/^Best: gpu \S+, max_num_seqs \d+; \d+ replicas?, \d+ GPUs?: /);
    for (const row of rows.slice(1, -1)) expect(row).toMatch(/\+[\d.,]+ %|[A-Z]+ P99 .+ > /);
  });

  test("calls a tie what the range of the next holds, and no other", async () => {
    const sizes = "choices: {cluster.gpu: [H100-SXM, A10], engine.max_num_seqs: [48, 64]}\n";
    const { plan } = await planned(base + sizes + slo);
    const [best, ...others] = plan.choices;
    for (const { verdict, objective } of others) {
      if (objective === null) continue;
      const isTie = objective.interval_80[0] <= best.objective.value;
      expect(verdict === "tie").toBe(isTie);
    }
    expect(plan.ties.length).toBeGreaterThan(0);
    const twins = await planned(`${base}choices:\n  name: [a, b]\n${slo}`);
    expect(twins.plan.choices.map(({ verdict, why }: Choice) => [verdict, why])).toEqual([
      ["best", ""],
      ["tie", "as good"],
    ]);
  });

  test("ends with 1 where no choice keeps the slo, with the reasons", async () => {
    const text = `${base}choices: {cluster.gpu: [A10, L4]}\nslo: {tpot_ms: 5}\n`;
    const { code, err, plan } = await planned(text);
    expect([code, err]).toEqual([1, expect.stringContaining("no choice keeps the slo")]);
    expect([plan.best, plan.runs]).toEqual([null, 0]);
    expect(plan.choices.map(({ why }: Choice) => why)).toEqual(
      Array(2).fill(expect.stringMatching(/^even alone on a replica TPOT P99 is at least/)),
    );
  });
});

describe("what a plan writes", () => {
  test("writes a line for each choice in the order of the file, with a run's figures", async () => {
    const { code } = await command("plan", "plan.yaml", "--jobs", "1", "--csv", "p.csv");
    const [header = "", ...lines] = readFileSync(at("p.csv"), "utf8").trimEnd().split("\n");
    expect([code, lines.length]).toEqual([0, 6]);
    expect(header).toMatch(/^cluster\.gpu,engine\.max_num_seqs,verdict,why,/);
    expect(header).toContain(",energy.per_output_token_j,");
    expect(lines.map((line) => line.split(",").slice(0, 2).join())).toEqual(
      ["H100-SXM", "L40S", "A10"].flatMap((gpu) => [`${gpu},4`, `${gpu},64`]),
    );
  });

  test("writes the best as a scenario, which comes to what the plan tells of it", async () => {
    const { code } = await command("plan", "plan.yaml", "--jobs", "1", "--out", "o/p", "--quiet");
    expect([code, readdirSync(at("o/p")).sort()]).toEqual([
      0,
      ["best.yaml", "plan.csv", "plan.json"],
    ]);
    const told = JSON.parse(readFileSync(at("o/p/plan.json"), "utf8")).choices[0];
    const { out } = await command("run", "o/p/best.yaml", "--json", "-");
    const { energy, latency } = JSON.parse(out);
    expect([energy.per_output_token_j, latency.ttft_ms]).toEqual([
      told.energy.per_output_token_j,
      told.latency.ttft_ms,
    ]);
  });

  test("refuses before any run what can't be written, and leaves nothing behind", async () => {
    for (const [words, message] of [
      [["--csv", "plan.yaml"], "would replace plan.yaml, which is read"],
      [["--out", "o", "--csv", "none/p.csv"], "none/p.csv: cannot be written"],
      [["--json", "-", "--csv", "-"], "stdout can take one"],
    ] as const) {
      const { code, err } = await command("plan", "plan.yaml", "--jobs", "1", ...words);
      expect([code, err]).toEqual([2, expect.stringContaining(message)]);
      expect(readdirSync(at()).sort()).toEqual(["plan.yaml", "replay.yaml", "small.yaml"]);
    }
  });
});
