import { describe, expect, test } from "vitest";
import { compose } from "../../experiments/scenario/compose.ts";
import { stepConfigOf } from "../../experiments/scenario/hardware.ts";
import { engineLimits } from "../../experiments/scenario/limits.ts";
import { scenarioSpec } from "../../experiments/scenario/spec.ts";
import { loaded, smallScenario } from "./smallScenario.ts";

type Block = Readonly<Record<string, unknown>>;

/** What is wrong with the small scenario with these keys in its engine and its workload. */
function complaint({ engine = {}, workload = {} }: { engine?: Block; workload?: Block }): string {
  try {
    const changed = { ...smallScenario.workload, ...workload };
    compose(loaded({ ...smallScenario, engine, workload: changed }));
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "no complaint";
}

const users = { kind: "closed_loop", concurrency: 4 };

describe("a limit of the client's", () => {
  test("is no limit of a closed loop, whose users are it", () => {
    expect(complaint({ workload: { max_concurrency: 8, arrivals: users } })).toBe(
      "workload.max_concurrency: the users of a closed loop are the limit: concurrency 4; " +
        "give one of the two",
    );
  });

  test("that static batches could never fill is refused, as too few users are", () => {
    const engine = { stack: "hf-eager", batch_size: 8 };
    expect(complaint({ engine, workload: { max_concurrency: 7 } })).toContain(
      "workload.max_concurrency: 7 users can all wait in batches that never fill",
    );
    expect(complaint({ engine, workload: { max_concurrency: 8 } })).toBe("no complaint");
  });
});

const draft = "meta-llama/Llama-3.2-1B";
const guessing = { draft, num_speculative_tokens: 4, acceptance_rate: 0.7 };
const { draft: _, ...headless } = guessing;

const contradictions: [string, Block, string][] = [
  [
    "offloading of what is not cached",
    { kv_offload: { space_gib: 8 } },
    "engine.kv_offload: nothing is cached to be offloaded: set enable_prefix_caching to true",
  ],
  [
    "offloading to where no block has room",
    { kv_offload: { space_gib: 1e-9 }, enable_prefix_caching: true },
    "engine.kv_offload.space_gib: holds nothing: a KV block of 16 tokens takes 0.00195 GiB",
  ],
  [
    "offloading beside swapping",
    {
      kv_offload: { space_gib: 8 },
      enable_prefix_caching: true,
      scheduler: "continuous",
      preemption: "swap",
    },
    "engine.kv_offload: what is swapped and what is offloaded would share a link",
  ],
  [
    "swap with chunked_prefill",
    { preemption: "swap" },
    "engine.preemption: swap does not go with chunked_prefill: vLLM swaps in v0 alone",
  ],
  ["swap with orca", { preemption: "swap", scheduler: "orca" }, "swap does not go with orca"],
  [
    "swap with static",
    { preemption: "swap", scheduler: "static" },
    "static: a static batch holds all its blocks to its end",
  ],
  [
    "speculation with static",
    { speculative: guessing, stack: "hf-eager" },
    "engine.speculative: speculation does not go with static batches: its sequences advance in step",
  ],
  [
    "prefix caching with static",
    { enable_prefix_caching: true, scheduler: "static" },
    "engine.enable_prefix_caching: nothing can be reused with static batches: the KV cache of a batch is given back",
  ],
  [
    "speculation with beams",
    { speculative: guessing, sampling: { strategy: "beam", beam_width: 4 } },
    "engine.speculative: speculation does not go with beam search",
  ],
  [
    "static batches that may never fill",
    { scheduler: "static", max_waiting: 7 },
    "engine.max_waiting: 7 never fill a static batch: a batch starts when 8 wait (batch_size)",
  ],
  [
    "several greedy outputs",
    { sampling: { n: 2 } },
    "engine.sampling.n: greedy gives 2 times the same output",
  ],
  [
    "beams without a width",
    { sampling: { strategy: "beam" } },
    "engine.sampling.beam_width: missing",
  ],
  [
    "a width without beams",
    { sampling: { strategy: "top_p", beam_width: 2 } },
    "engine.sampling.beam_width: means nothing to the strategy top_p",
  ],
  [
    "more outputs than beams",
    { sampling: { strategy: "beam", beam_width: 2, n: 3 } },
    "engine.sampling.n: 3 outputs cannot come of 2 beams",
  ],
  [
    "no draft",
    { speculative: headless },
    "engine.speculative.draft: missing; the method draft needs the network that guesses",
  ],
  [
    "a draft of eagle's",
    { speculative: { ...guessing, method: "eagle" } },
    "engine.speculative.draft: the head of eagle is a layer of the target's own shape",
  ],
  [
    "no acceptance",
    { speculative: { draft, num_speculative_tokens: 4 } },
    "engine.speculative.acceptance_rate: missing",
  ],
  [
    "acceptance twice",
    { speculative: { ...guessing, workload: "chat" } },
    "engine.speculative.workload: acceptance_rate says already how many pass",
  ],
  [
    "acceptance that nobody published",
    { speculative: { ...guessing, acceptance_rate: null, workload: "math" } },
    "engine.speculative.workload: no published acceptance rate of the method draft for math",
  ],
  [
    "an acceptance above 1",
    { speculative: { ...guessing, acceptance_rate: 1.2 } },
    "engine.speculative.acceptance_rate: expected a number >= 0 and <= 1 or null, got 1.2",
  ],
  [
    "a draft of another vocabulary",
    { speculative: { ...guessing, draft: "Qwen/Qwen3-0.6B" } },
    "engine.speculative.draft: Qwen/Qwen3-0.6B has a vocabulary of 151936, meta-llama/Llama-3.1-8B",
  ],
  [
    "an unknown draft",
    { speculative: { ...guessing, draft: "meta-llama/Llama-3.2-2B" } },
    'engine.speculative.draft: the catalogue has no LLM "meta-llama/Llama-3.2-2B"; did you mean',
  ],
];

test.each(contradictions)("%s is refused with the reason", (_, engine, message) => {
  expect(complaint({ engine })).toContain(message);
});

const sharing: [string, Block, string][] = [
  [
    "a conversation of an open loop without a time to think",
    { sessions: { turns: 3 } },
    "workload.sessions.think_time_s: missing; only a closed_loop has a think_time_s to fall back on",
  ],
  [
    "a limit at the client who holds conversations",
    { sessions: { turns: 3, think_time_s: 1 }, max_concurrency: 4 },
    "workload.max_concurrency: a client that sends so many requests at once holds no",
  ],
  [
    "stretched times of which only some are known",
    {
      arrivals: { kind: "gamma", rate_rps: 1, rescale: true },
      sessions: { turns: 3, think_time_s: 1 },
    },
    "workload.arrivals.rescale: stretches the times of all requests, but these begin",
  ],
  [
    "a system prompt that fills the context",
    { shared_prefix: { tokens: 131_071 } },
    "workload.shared_prefix.tokens: 131071 tokens leave no room for a prompt and an answer",
  ],
  [
    "two classes of one name",
    { classes: [{ name: "a" }, { name: "b" }, { name: "a" }] },
    'workload.classes.2.name: "a" is the name of two classes',
  ],
  [
    "a class without a share",
    { classes: [{ name: "a", share: 0 }] },
    "workload.classes.0.share: expected a number > 0 and <= 1e12 or null, got 0",
  ],
  [
    "a class with an unknown key",
    { classes: [{ name: "a", prio: 1 }] },
    "workload.classes.0.prio: unknown key; did you mean priority?",
  ],
  [
    "no class",
    { classes: [] },
    "workload.classes: expected a list of 1 or more or null, got an empty list",
  ],
  [
    "classes by name",
    { classes: { a: 1 } },
    "workload.classes: expected a list of 1 or more or null, got a",
  ],
  [
    "half a turn on average",
    { arrivals: users, sessions: { turns: { mean: 0.5 } } },
    "workload.sessions.turns",
  ],
];

test.each(sharing)("%s is refused", (_, workload, message) => {
  expect(complaint({ workload })).toContain(message);
});

describe("limits of the engine", () => {
  const limits = (engine: Block) => {
    const scenario = loaded({ ...smallScenario, engine });
    const spec = scenarioSpec(scenario.scenario);
    return engineLimits(scenario, spec, stepConfigOf(scenario, spec));
  };

  test.each(["continuous", "orca"])("of %s take the longest prompt in one step", (scheduler) => {
    expect(limits({ scheduler, max_model_len: 8192 })).toMatchObject({
      maxSeqs: 256,
      maxBatchedTokens: 8192,
      maxModelLen: 8192,
    });
    expect(limits({ scheduler, max_model_len: 512 })).toMatchObject({
      maxBatchedTokens: 2048,
      maxModelLen: 512,
    });
    expect(() => limits({ scheduler, max_model_len: 8192, max_num_batched_tokens: 8191 })).toThrow(
      `engine.max_num_batched_tokens: 8191 is below max_model_len (8192): the scheduler ${scheduler} computes whole prompts, never chunks`,
    );
  });

  test("find the longest context whose step leaves it the memory", () => {
    const found = limits({ scheduler: "continuous", gpu_memory_utilization: 0.3 });
    const { maxModelLen } = found;
    expect(found.maxBatchedTokens).toBe(Math.max(maxModelLen, 2048));
    expect(maxModelLen).toBeLessThan(131_072);
    expect(found.warnings).toEqual([expect.stringContaining(`cut from 131072 to ${maxModelLen}`)]);
    const given = { scheduler: "continuous", gpu_memory_utilization: 0.3 };
    expect(limits({ ...given, max_model_len: maxModelLen })).toMatchObject({ maxModelLen });
    expect(() => limits({ ...given, max_model_len: maxModelLen + 1 })).toThrow(
      `the KV cache holds ${maxModelLen} tokens at most`,
    );
  });

  test("keep a hundredth of the blocks free with continuous, none with others", () => {
    const watermarks = ["continuous", "orca", "chunked_prefill"].map(
      (scheduler) => limits({ scheduler, max_model_len: 4096 }).watermarkRatio,
    );
    expect(watermarks).toEqual([0.01, 0, 0]);
    expect(limits({ watermark: 0.05 }).watermarkRatio).toBe(0.05);
  });

  test("under which no request could be served are told", () => {
    expect(() =>
      limits({ max_num_seqs: 3, sampling: { strategy: "beam", beam_width: 4 } }),
    ).toThrow("engine.sampling.beam_width: a request of 4 sequences is beyond max_num_seqs (3)");
    expect(() => limits({ max_num_seqs: 1, sampling: { strategy: "top_p", n: 2 } })).toThrow(
      "engine.sampling.n: a request of 2 sequences is beyond max_num_seqs (1)",
    );
    expect(() =>
      limits({ max_num_seqs: 4, max_num_batched_tokens: 4, speculative: guessing }),
    ).toThrow(
      "engine.speculative.num_speculative_tokens: to check them takes 5 tokens a step, max_num_batched_tokens is 4",
    );
  });
});

test("what the engine is asked for reaches it in SI units", () => {
  const { scenario } = loaded({
    ...smallScenario,
    engine: {
      scheduler: "continuous",
      preemption: "swap",
      swap_space: 2,
      max_waiting: 9,
      speculative: { method: "eagle", num_speculative_tokens: 3, workload: "code" },
    },
  });
  expect(scenarioSpec(scenario).engine).toMatchObject({
    swapBytesPerGpu: 2 ** 31,
    maxWaiting: 9,
    speculative: {
      method: "eagle",
      draft: undefined,
      guessedTokens: 3,
      workload: "code",
      acceptance: "sampled",
    },
    sampling: { strategy: "greedy", outputs: 1, beams: undefined },
  });
  const plain = scenarioSpec(loaded(smallScenario).scenario).engine;
  expect(plain).toMatchObject({ swapBytesPerGpu: undefined, speculative: undefined });
});
