const goodput = (before, after) =>
  `goodput ${before.throughput.goodput_per_s.toFixed(2)} → ${after.throughput.goodput_per_s.toFixed(2)} /s`;
const hits = (_, after) => `hit ratio ${after.prefix_cache.hit_ratio.toFixed(3)}`;
const poolJoules = (_, { pools }) =>
  pools
    .map(({ name, per_output_token_j }) => `${name} ${per_output_token_j.toFixed(3)} J/token`)
    .join(", ");
const decodeShare = (before, after) => {
  const share = ({ energy: { by_phase_j: joules } }) =>
    Math.round((100 * joules.decode) / (joules.prefill + joules.decode));
  return `${share(before)} → ${share(after)} % of prefill and decode joules decode`;
};
const transferTimes = (before, after) => {
  const mean = ({ kv_transfer: { transfer_ms } }) => Math.round(transfer_ms.mean);
  return `transfers ${mean(before)} → ${mean(after)} ms`;
};

const failed = (_, { failures, energy }) => {
  const { restarted_requests: restarted, availability, wasted_j } = failures;
  const wasted = ((100 * wasted_j) / energy.gpu_j).toFixed(1);
  return `${restarted} restarted, ${wasted} % of joules in vain, up ${(100 * availability).toFixed(1)} %`;
};

const throughput = (before, after) =>
  `${Math.round(before.throughput.output_tokens_per_s)} → ${Math.round(after.throughput.output_tokens_per_s)} tokens/s`;
const undivided = [
  "cluster.data_parallel_size=1",
  "cluster.tensor_parallel_size=8",
  "cluster.enable_expert_parallel=false",
];
const latency = (before, after) => {
  const [was, is] = [before, after].map(({ latency: { e2e_ms } }) => e2e_ms.mean);
  return `latency ${Math.round(was)} → ${Math.round(is)} ms (${Math.round(100 * (is / was - 1))} %)`;
};
/** Llama-3.1-8B for so many users who wait, prompts of 547 and answers of 64 tokens. */
const spread = (gpu, concurrency, degree) => [
  "llm=meta-llama/Llama-3.1-8B",
  `cluster.gpu=${gpu}`,
  `cluster.tensor_parallel_size=${degree}`,
  `workload.arrivals.concurrency=${concurrency}`,
  "workload.lengths={input: {kind: fixed, tokens: 547}, output: {kind: fixed, tokens: 64}}",
  `workload.num_requests=${4 * concurrency}`,
];
const tensorParallel = [
  ["RTX-6000-Ada", 1, 2, "over PCIe +29 % J, -40 % latency (arXiv 2504.17674)"],
  ["RTX-6000-Ada", 1, 4, "over PCIe +55 % J, -61 % latency (likewise)"],
  ["RTX-6000-Ada", 32, 4, ""],
  ["H100-SXM", 1, 2, ""],
  ["H100-SXM", 32, 2, ""],
].map(([gpu, concurrency, degree, published]) => ({
  option: `tensor parallelism, ${gpu}, ${concurrency === 1 ? "1 user" : `${concurrency} users`}`,
  scenario: "llama-70b-tp4",
  note: `8B, 547 in, 64 out, \`tensor_parallel_size=1\` → \`${degree}\``,
  from: spread(gpu, concurrency, 1),
  to: spread(gpu, concurrency, degree),
  more: latency,
  published,
}));
const users = (count) => [
  `workload.arrivals.concurrency=${count}`,
  `workload.num_requests=${4 * count}`,
];

/** Routers, ranks, pools and links, as `whatIfList.mjs` lists what one engine can do. */
export const fleetWhatIfs = [
  {
    option: "router",
    scenario: "routers",
    from: ["cluster.router=random"],
    to: ["cluster.router=power_of_two"],
    more: hits,
    published: "exponentially shorter queues than random (Mitzenmacher, IEEE TPDS 2001)",
  },
  {
    option: "router",
    scenario: "routers",
    from: ["cluster.router=least_loaded"],
    to: ["cluster.router=session"],
    more: hits,
    published: "",
  },
  {
    option: "router",
    scenario: "routers",
    from: ["cluster.router=least_loaded"],
    to: [],
    more: hits,
    published: "1.9 x the throughput, 3.8 x the hits (SGLang 0.4, cache-aware against round robin)",
  },
  {
    option: "old loads",
    scenario: "routers",
    from: ["cluster.router=least_loaded"],
    to: ["cluster.router=least_loaded", "cluster.load_signal_age_s=2"],
    more: hits,
    published: "",
  },
  {
    option: "ranks",
    scenario: "experts-on-ranks",
    from: undivided,
    to: [],
    more: throughput,
    published:
      "up to 1.9 x the throughput of decoding (SGLang 0.4, attention on ranks for DeepSeek)",
  },
  {
    option: "ranks, 8 users",
    scenario: "experts-on-ranks",
    from: [...undivided, ...users(8)],
    to: users(8),
    more: throughput,
    published: "",
  },
  {
    option: "uneven experts",
    scenario: "experts-on-ranks",
    from: users(64),
    to: [...users(64), "cluster.routing_skew=1"],
    more: throughput,
    published: "",
  },
  ...tensorParallel,
  {
    option: "pipeline stages",
    scenario: "llama-70b-tp4",
    from: [],
    to: ["cluster.pipeline_parallel_size=2"],
    more: throughput,
    published: "",
  },
  {
    option: "pools",
    scenario: "mixed-pools",
    from: ["cluster.pools=null", "cluster.replicas=6"],
    to: [],
    more: poolJoules,
    published: "",
  },
  {
    option: "pools",
    scenario: "mixed-pools",
    from: ["cluster.router=round_robin"],
    to: [],
    more: goodput,
    published: "",
  },
  {
    option: "prefill and decode apart",
    scenario: "disaggregated",
    from: ["cluster.pools=null", "cluster.kv_link=null", "cluster.replicas=4"],
    to: [],
    more: decodeShare,
    published: "7.4 x the rate within the SLO at best (DistServe, arXiv 2401.09670)",
  },
  {
    option: "ratio of the pools",
    scenario: "disaggregated",
    from: [],
    to: ["cluster.pools.0.replicas=3", "cluster.pools.1.replicas=1"],
    more: decodeShare,
    published: "",
  },
  {
    option: "prefill and decode apart",
    scenario: "disaggregated",
    from: [
      "workload.lengths={input: {kind: fixed, tokens: 8000}, output: {kind: fixed, tokens: 50}}",
      "workload.arrivals.rate_rps=3",
    ],
    to: [
      "workload.lengths={input: {kind: fixed, tokens: 500}, output: {kind: fixed, tokens: 1000}}",
      "workload.arrivals.rate_rps=3",
    ],
    more: decodeShare,
    published: "decoding takes 50 to 99 % of the joules, by the shape of the workload",
  },
  {
    option: "slow link of all",
    scenario: "disaggregated",
    from: [],
    to: ["cluster.kv_link={bandwidth_gb_per_s: 8, shared_by: fleet}"],
    more: transferTimes,
    published: "",
  },
  {
    option: "a link that degrades for a minute",
    scenario: "disaggregated",
    from: [],
    to: [
      "cluster.kv_link={bandwidth_gb_per_s: 50, degraded: [{from_s: 60, for_s: 60, bandwidth_ratio: 0.02}]}",
    ],
    more: transferTimes,
    published: "",
  },
  {
    option: "KV offload",
    scenario: "kv-offload",
    from: ["engine.kv_offload=null"],
    to: [],
    more: hits,
    published:
      "2 to 22 x faster first tokens, up to 9 x the throughput of prompts that hit, H100 (vLLM's blog, January 2026)",
  },
  {
    option: "KV offload to a disk",
    scenario: "kv-offload",
    from: ["engine.kv_offload=null"],
    to: ["engine.kv_offload.bandwidth_gb_per_s=3"],
    more: hits,
    published: "",
  },
  {
    option: "a replica of four fails",
    scenario: "failures",
    from: ["cluster.failures=null"],
    to: [],
    more: failed,
    published: "",
  },
  {
    option: "weights from a slower disk",
    scenario: "failures",
    from: [],
    to: ["cluster.failures.load_gb_per_s=1"],
    more: failed,
    published: "",
  },
  {
    option: "replicas fail now and then",
    scenario: "failures",
    from: ["cluster.failures=null"],
    to: ["cluster.failures={mtbf_s: 300, mttr_s: 20}"],
    more: failed,
    published: "",
  },
];
