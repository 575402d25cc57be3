import { writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();

interface Offline {
  readonly engine?: string;
  readonly input: number;
  readonly output: number;
  readonly requests: number;
}

async function binning({ engine = "{}", input, output, requests }: Offline) {
  writeFileSync(
    at("offline.yaml"),
    `llm: meta-llama/Llama-3.1-8B
cluster: { gpu: RTX-A6000 }
engine: ${engine}
workload:
  arrivals: { kind: all_at_once }
  lengths:
    input: { kind: fixed, tokens: ${input} }
    output: { kind: fixed, tokens: ${output} }
  num_requests: ${requests}
`,
  );
  const { out } = await command("workload", "offline.yaml", "--binning", "--json", "-");
  return JSON.parse(out).binning;
}

describe("tokenwatt workload --binning", () => {
  const most = "{ max_num_seqs: 32 }";

  test("one full batch of the lengths of a bin costs what its simulation does", async () => {
    const full = await binning({ engine: most, input: 128, output: 16, requests: 32 });
    expect(full.bins).toMatchObject([{ input_tokens: 128, output_tokens: 16, batch: 32 }]);
    expect(full.ratio).toBeCloseTo(1, 12);
  });

  test("half a batch counts as half of a full one, which is less than it takes", async () => {
    const half = await binning({ engine: most, input: 128, output: 16, requests: 16 });
    expect(half.gpu_j).toBeCloseTo(half.bins[0].batch_j / 2, 9);
    expect(half.ratio).toBeLessThan(0.9);
  });

  test("lengths are rounded up, which is more than they take", async () => {
    const rounded = await binning({ engine: most, input: 65, output: 9, requests: 32 });
    expect(rounded.bins).toMatchObject([{ input_tokens: 128, output_tokens: 16 }]);
    expect(rounded.ratio).toBeGreaterThan(1.2);
  });

  test("a static batch is what fits the logits of its prompts", async () => {
    const engine = "{ stack: hf-eager, batch_size: 64 }";
    const { bins } = await binning({ engine, input: 2048, output: 2, requests: 8 });
    expect(bins[0].batch).toBeGreaterThan(8);
    expect(bins[0].batch).toBeLessThan(64);
  });

  test("what fits no replica is counted, not priced", async () => {
    const engine = "{ max_model_len: 200 }";
    const unfit = await binning({ engine, input: 129, output: 4, requests: 3 });
    expect(unfit).toMatchObject({ unfit_requests: 3, gpu_j: 0 });
    expect(unfit.bins[0]).toMatchObject({ batch: 0, batch_j: null, gpu_j: null });
  });

  test("prints the bins and the ratio for a reader", async () => {
    await binning({ engine: most, input: 128, output: 16, requests: 32 });
    const { out } = await command("workload", "offline.yaml", "--binning");
    expect(out).toMatch(/128 +16 +32 +32 .* 100 %\n/);
    expect(out).toContain("the estimate is 1.00 times the simulation");
  });

  test("asks for a deployment", async () => {
    const { code, err } = await command("workload", "imdb", "--binning");
    expect(code).toBe(2);
    expect(err).toContain("--binning: prices bins on a deployment, which imdb doesn't say");
  });

  test("is not of ranks that step together", async () => {
    writeFileSync(
      at("ranks.yaml"),
      `llm: Qwen/Qwen3-30B-A3B
cluster: { gpu: H100-SXM, data_parallel_size: 2 }
workload:
  arrivals: { kind: all_at_once }
  lengths: { input: { kind: fixed, tokens: 64 }, output: { kind: fixed, tokens: 8 } }
  num_requests: 8
`,
    );
    const { err } = await command("workload", "ranks.yaml", "--binning", "--json", "-");
    expect(err).toContain("not of ranks that step together");
  });
});
