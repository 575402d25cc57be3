/** What is timed: each stresses another part of the engine, and uses none of its options. */
const lengths = (input, output) => ({
  input: { kind: "lognormal", mean: input, std: input },
  output: { kind: "lognormal", mean: output, std: output },
});

export const scenarios = {
  chat: {
    llm: "meta-llama/Llama-3.1-8B",
    cluster: { gpu: "H100-SXM", replicas: 2 },
    workload: {
      arrivals: { kind: "poisson", rate_rps: 20 },
      lengths: lengths(1000, 200),
      num_requests: 60_000,
    },
  },
  full: {
    llm: "meta-llama/Llama-3.1-8B",
    cluster: { gpu: "RTX-A6000" },
    engine: { max_num_seqs: 256 },
    workload: {
      arrivals: { kind: "closed_loop", concurrency: 512 },
      lengths: lengths(500, 200),
      num_requests: 60_000,
    },
  },
  offline: {
    llm: "meta-llama/Llama-3.1-8B",
    cluster: { gpu: "H100-SXM" },
    workload: {
      arrivals: { kind: "all_at_once" },
      lengths: { input: { kind: "fixed", tokens: 512 }, output: { kind: "fixed", tokens: 512 } },
      num_requests: 60_000,
    },
  },
  static: {
    llm: "meta-llama/Llama-3.1-8B",
    cluster: { gpu: "RTX-A6000" },
    engine: { stack: "hf-eager", batch_size: 16 },
    workload: {
      arrivals: { kind: "all_at_once" },
      lengths: lengths(200, 100),
      num_requests: 60_000,
    },
  },
};
