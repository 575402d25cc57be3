import { describe, expect, test } from "vitest";
import { compose } from "../../experiments/scenario/compose.ts";
import type { ScenarioInput } from "../../experiments/scenario/schema.ts";
import { loaded, simulated, smallScenario } from "./smallScenario.ts";

/** What a deployment that cannot be is refused with; the scenario's problems have no lines here. */
function refusal(changes: object): string {
  try {
    compose(loaded({ ...smallScenario, ...changes }));
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "accepted";
}

async function engineOf(changes: Partial<ScenarioInput>) {
  return (await simulated({ ...smallScenario, ...changes })).scenario.engine;
}

describe("a network that doesn't fit", () => {
  test("is told how much memory is missing and which tensor_parallel_size would do", () => {
    const message = refusal({ llm: "meta-llama/Llama-3.1-70B" });
    expect(message).toMatch(
      /^cluster\.tensor_parallel_size: meta-llama\/Llama-3\.1-70B does not fit/,
    );
    expect(message).toMatch(/\d+\.\d GiB are missing/);
    const [, size] = /tensor_parallel_size (\d+) makes it fit/.exec(message) ?? [];
    const cluster = { gpu: "H100-SXM", tensor_parallel_size: Number(size) };
    expect(refusal({ llm: "meta-llama/Llama-3.1-70B", cluster })).toBe("accepted");
  });

  test("because its heads can't be divided is told what divides them", () => {
    const message = refusal({ cluster: { gpu: "H100-SXM", tensor_parallel_size: 3 } });
    expect(message).toContain("tensor_parallel_size 3 does not divide the 32 attention heads");
    expect(message).toContain("sizes that do: 1, 2, 4, 8, 16");
  });
});

describe("max_model_len", () => {
  test("is by default what network and KV cache hold, with a warning where the cache cuts it", async () => {
    const roomy = await simulated(smallScenario);
    expect(roomy.scenario.engine.max_model_len).toBe(131072);
    expect(roomy.warnings).toEqual([]);
    const tight = await simulated({ ...smallScenario, cluster: { gpu: "L4" } });
    const { max_model_len } = tight.scenario.engine;
    expect(max_model_len).toBe(tight.kv_cache.tokens_per_replica);
    expect(tight.warnings[0]).toBe(
      `max_model_len was cut from 131072 to ${max_model_len}, what the KV cache holds`,
    );
  });

  test("that doesn't fit is refused, naming the largest that does", () => {
    expect(refusal({ engine: { max_model_len: 131073 } })).toContain("131072 tokens at most");
    const message = refusal({ cluster: { gpu: "L4" }, engine: { max_model_len: 120000 } });
    const [, largest] = /the KV cache holds (\d+) tokens at most/.exec(message) ?? [];
    const engine = { max_model_len: Number(largest) };
    expect(refusal({ cluster: { gpu: "L4" }, engine })).toBe("accepted");
    const longer = { max_model_len: Number(largest) + 1 };
    expect(refusal({ cluster: { gpu: "L4" }, engine: longer })).toContain("does not fit");
  });
});

describe("the engine's limits", () => {
  test("are vLLM's for the GPU, and the resolved scenario says them", async () => {
    expect(await engineOf({})).toMatchObject({
      scheduler: "chunked_prefill",
      dtype: "bfloat16",
      quantization: "none",
      max_num_seqs: 1024,
      max_num_batched_tokens: 8192,
    });
    expect(await engineOf({ cluster: { gpu: "A100-SXM" } })).toMatchObject({
      max_num_seqs: 256,
      max_num_batched_tokens: 2048,
    });
  });

  test("a small token budget alone lowers max_num_seqs, given beside it they must agree", async () => {
    expect(await engineOf({ engine: { max_num_batched_tokens: 100 } })).toMatchObject({
      max_num_seqs: 100,
    });
    const engine = { max_num_batched_tokens: 100, max_num_seqs: 200 };
    expect(refusal({ engine })).toContain("100 is below max_num_seqs (200)");
  });

  test("a stack brings its scheduler; keys of the other scheduler are named in a warning", async () => {
    const engine = { stack: "hf-eager", max_num_seqs: 4 };
    const result = await simulated({ ...smallScenario, engine });
    expect(result.scenario.engine).toMatchObject({ scheduler: "static", max_num_seqs: null });
    expect(result.warnings.join()).toContain("engine.max_num_seqs means nothing to the static");
    const other = await simulated({ ...smallScenario, engine: { batch_wait_ms: 5 } });
    expect(other.warnings.join()).toContain("engine.batch_wait_ms means nothing to the chunked");
  });

  test("a prefix cache that finds nothing is told of", async () => {
    const engine = { enable_prefix_caching: true };
    const told = "enable_prefix_caching changed nothing: no prompt began as one that was cached";
    const unlike = await simulated({ ...smallScenario, engine });
    expect(unlike.warnings).toContain(told);
    const workload = { ...smallScenario.workload, shared_prefix: { groups: 1, tokens: 64 } };
    const alike = await simulated({ ...smallScenario, engine, workload });
    expect(alike.warnings).not.toContain(told);
  });

  test("so are a swap space and a priority that have no effect", async () => {
    const engine = { swap_space: 8, scheduling_policy: "priority" } as const;
    const { warnings } = await simulated({ ...smallScenario, engine });
    expect(warnings.join()).toContain("engine.swap_space means nothing where preemption is not");
    expect(warnings.join()).toContain("scheduling_policy priority is fcfs where workload.classes");
  });

  test("and priorities of classes that the queue does not look at", async () => {
    const classes = [
      { name: "urgent", share: 1, priority: 0 },
      { name: "patient", share: 1, priority: 1 },
    ];
    const workload = { ...smallScenario.workload, classes };
    const told = (scheduling_policy: "fcfs" | "priority") =>
      simulated({ ...smallScenario, workload, engine: { scheduling_policy } });
    expect((await told("fcfs")).warnings.join()).toContain(
      "mean nothing to scheduling_policy fcfs",
    );
    expect((await told("priority")).warnings.join()).not.toContain("mean nothing");
  });

  test("float16 stands in where the GPU lacks bfloat16; asking for bfloat16 there is an error", async () => {
    const cluster = { gpu: "V100-SXM2-32GB" };
    expect(await engineOf({ cluster })).toMatchObject({ dtype: "float16" });
    expect(refusal({ cluster, engine: { dtype: "bfloat16" } })).toMatch(
      /^engine\.dtype: V100-SXM2-32GB has no bfloat16/,
    );
  });
});

describe("names that don't exist", () => {
  test.each([
    [{ cluster: { gpu: "H100" } }, "did you mean H100-NVL, H100-PCIe or H100-SXM?"],
    [{ llm: "meta-lama/Llama-3.1-8b" }, "did you mean meta-llama/Llama-3.1-8B?"],
    [{ engine: { stack: "vlm" } }, "did you mean vllm"],
    [{ workload: { dataset: "azure-con-2023" } }, "did you mean azure-conv-2023"],
  ])("%j: %s", (changes, suggestion) => {
    expect(refusal(changes)).toContain(suggestion);
  });

  test("the chat twin of a network resolves to it", () => {
    expect(refusal({ llm: "meta-llama/Llama-3.1-8B-Instruct" })).toBe("accepted");
  });
});

describe("a workload", () => {
  const { arrivals, lengths } = smallScenario.workload;
  const fixed = { kind: "fixed", tokens: 8 };

  test.each([
    [{}, "workload: missing; expected a trace, a dataset, or arrivals with lengths"],
    [{ arrivals }, "workload.lengths: missing; arrivals say when requests come, not how long"],
    [{ lengths }, "missing; lengths need an arrival process beside them"],
    [{ dataset: "azure-conv-2023", lengths, arrivals }, "says already how long requests are"],
    [{ lengths, arrivals: { kind: "poisson", rate_rps: 0 } }, "expected a number >= 1e-9 and"],
    [
      { arrivals, lengths: { input: fixed, output: { kind: "uniform", min: 9, max: 3 } } },
      "min 9 is above max 3",
    ],
    [
      { arrivals, lengths: { input: fixed, output: { kind: "lognormal", mean: 9 } } },
      "one of p99 and std",
    ],
    [
      { arrivals, lengths: { input: { kind: "lognormal", mean: 9, p99: 900 }, output: fixed } },
      "workload.lengths.input.p99: expected 1 to 14.97 times the mean of 9, found 900",
    ],
    [
      { arrivals, lengths: { input: { kind: "pareto", mean: 9, alpha: 1 }, output: fixed } },
      "expected a number > 1, got 1",
    ],
  ])("%j is refused: %s", (workload, message) => {
    expect(refusal({ workload })).toContain(message);
  });

  test("without a number is 1000 requests, or whatever comes until duration_s", async () => {
    const thousand = await simulated({ ...smallScenario, workload: { arrivals, lengths } });
    expect(thousand.requests.injected).toBe(1000);
    expect(thousand.scenario.workload.num_requests).toBe(1000);
    const timed = await simulated({
      ...smallScenario,
      workload: { arrivals, lengths, duration_s: 5 },
    });
    expect(timed.scenario.workload.num_requests).toBeNull();
    expect(timed.requests.injected).toBeLessThan(100);
  });

  test("whose first request comes after duration_s is a run of nothing, and says so", async () => {
    const late = {
      arrivals: { kind: "poisson", rate_rps: 1e-3 },
      lengths,
      duration_s: 1,
    } as const;
    const { requests, warnings } = await simulated({ ...smallScenario, workload: late });
    expect(requests.injected).toBe(0);
    expect(warnings).toEqual(["no request came: duration_s ends the run before the first arrives"]);
  });

  test("of users who wait can starve a static batch: too few of them are refused", async () => {
    const engine = { stack: "hf-eager", batch_size: 4 } as const;
    const cluster = { gpu: "H100-SXM", replicas: 2 };
    const workload = (concurrency: number) => ({
      arrivals: { kind: "closed_loop", concurrency } as const,
      lengths,
      num_requests: 40,
    });
    const message = refusal({ cluster, engine, workload: workload(6) });
    expect(message).toContain("batch_size 4 on 2 replicas needs 7 of them");
    // Nobody asks twice: what is there starts at once.
    const once = { ...workload(6), num_requests: 6 };
    const ended = await simulated({ ...smallScenario, cluster, engine, workload: once });
    expect(ended.requests.completed).toBe(6);
    expect(refusal({ cluster, engine, workload: { ...once, num_requests: 7 } })).toContain("7 of");
    const timed = { arrivals: once.arrivals, lengths, duration_s: 60 };
    expect(refusal({ cluster, engine, workload: timed })).toContain("needs 7 of them");
    const patient = { ...engine, batch_wait_ms: 10 };
    expect(refusal({ cluster, engine: patient, workload: workload(6) })).toBe("accepted");
    const enough = await simulated({ ...smallScenario, cluster, engine, workload: workload(7) });
    expect(enough.requests.completed).toBe(40);
  });
});
