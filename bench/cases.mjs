import { drawn, fixed, llama8b, poisson } from "./laws.mjs";

/** Prompts of 512 tokens and answers of 128, 8 a second for each replica. */
function plain(num_requests, replicas = 1, rate_rps = 8 * replicas) {
  return {
    llm: llama8b,
    cluster: { gpu: "H100-SXM", replicas },
    workload: {
      arrivals: poisson(rate_rps),
      lengths: { input: fixed(512), output: fixed(128) },
      num_requests,
    },
  };
}

/** What is timed: each stresses another part of the engine. */
export const cases = {
  "1k": plain(1000),
  "10k": plain(10_000),
  "100k": plain(100_000),
  "1M": plain(1_000_000),
  "azure-conv": {
    llm: llama8b,
    cluster: { gpu: "H100-SXM", replicas: 2 },
    workload: { dataset: "azure-conv-2023", num_requests: 100_000 },
  },
  "70B-TP4": {
    llm: "meta-llama/Llama-3.1-70B",
    cluster: { gpu: "H100-SXM", tensor_parallel_size: 4 },
    workload: {
      arrivals: poisson(4),
      lengths: { input: drawn(1000), output: drawn(200) },
      num_requests: 100_000,
    },
  },
  "64-replicas": plain(100_000, 64),
  "1024-replicas": plain(100_000, 1024),
  "prefix-caching": {
    llm: llama8b,
    cluster: { gpu: "H100-SXM" },
    engine: { enable_prefix_caching: true },
    workload: {
      arrivals: poisson(8),
      lengths: { input: drawn(512), output: drawn(128) },
      shared_prefix: { groups: 8, tokens: 512 },
      num_requests: 100_000,
    },
  },
  overload: {
    llm: llama8b,
    cluster: { gpu: "H100-SXM" },
    workload: {
      arrivals: poisson(80),
      lengths: { input: drawn(500), output: drawn(200) },
      num_requests: 100_000,
    },
  },
  "closed-loop": {
    llm: llama8b,
    cluster: { gpu: "RTX-A6000" },
    engine: { max_num_seqs: 256 },
    workload: {
      arrivals: { kind: "closed_loop", concurrency: 512 },
      lengths: { input: drawn(500), output: drawn(200) },
      num_requests: 100_000,
    },
  },
  offline: {
    llm: llama8b,
    cluster: { gpu: "H100-SXM" },
    workload: {
      arrivals: { kind: "all_at_once" },
      lengths: { input: fixed(512), output: fixed(128) },
      num_requests: 100_000,
    },
  },
  static: {
    llm: llama8b,
    cluster: { gpu: "RTX-A6000" },
    engine: { stack: "hf-eager", batch_size: 16 },
    workload: {
      arrivals: { kind: "all_at_once" },
      lengths: { input: drawn(200), output: drawn(100) },
      num_requests: 100_000,
    },
  },
};

/** What replicas cost: each at 8 requests a second, then 8 a second over all of them. */
const fleetCases = {
  ...Object.fromEntries(
    [1, 16, 64, 256, 512, 1024].map((replicas) => [`fleet-${replicas}`, plain(200_000, replicas)]),
  ),
  "fleet-1024-spread": plain(200_000, 1024, 8),
};

/** A week of a cloud's conversations, 45 a second: minutes, so only where it is asked for. */
export const longCases = {
  ...fleetCases,
  week: {
    llm: llama8b,
    cluster: { gpu: "H100-SXM", replicas: 16 },
    workload: {
      dataset: "azure-conv-2023",
      arrivals: poisson(45),
      num_requests: 27_300_000,
    },
  },
};
