import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { command, inOwnFolder } from "./command.ts";

const at = inOwnFolder();

describe("run --vllm-args", () => {
  test("serves as the command line says, on the GPU and with the workload of the file", async () => {
    const words = "vllm serve Qwen/Qwen3-8B -tp 2 --max-num-seqs 8 --port 8000";
    const set = ["--set", "engine.max_num_seqs=4"];
    const out = ["--json", "result.json"];
    const ended = await command("run", "small.yaml", "--vllm-args", words, ...set, ...out);
    expect(ended.code).toBe(0);
    expect(ended.err).toContain("no part in the simulation: --port\n");
    const { scenario, requests } = JSON.parse(readFileSync(at("result.json"), "utf8"));
    expect(scenario.llm).toBe("Qwen/Qwen3-8B");
    expect(scenario.cluster).toMatchObject({ gpu: "H100-SXM", tensor_parallel_size: 2 });
    expect(scenario.engine).toMatchObject({ max_num_seqs: 4, enable_prefix_caching: true });
    expect(requests.completed).toBe(20);
  });

  test("without a file runs the quickstart; without either there is nothing to run", async () => {
    const few = ["--set", "workload.num_requests=5", "--json", "-", "--quiet"];
    const { out } = await command("run", "--vllm-args", "--model Qwen/Qwen3-8B", ...few);
    expect(JSON.parse(out)).toMatchObject({
      scenario: { name: "quickstart", llm: "Qwen/Qwen3-8B" },
      requests: { completed: 5 },
    });
    const { code, err } = await command("run");
    expect([code, err]).toEqual([2, "error: missing required argument 'scenario'\n"]);
  });
});
