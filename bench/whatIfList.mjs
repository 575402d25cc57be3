import { fleetWhatIfs } from "./whatIfsOfFleets.mjs";

const goodput = (before, after) =>
  `goodput ${before.throughput.goodput_per_s.toFixed(2)} → ${after.throughput.goodput_per_s.toFixed(2)} /s`;
const throughput = (before, after) =>
  `${Math.round(before.throughput.output_tokens_per_s)} → ${Math.round(after.throughput.output_tokens_per_s)} tokens/s`;
const classGoods = (before, after) => {
  const share = ({ requests }) =>
    Math.round(
      (100 * requests.good) / (requests.completed + requests.rejected + requests.timed_out),
    );
  return before.classes
    .map((group, index) => `${group.name} good ${share(group)} → ${share(after.classes[index])} %`)
    .join(", ");
};
const ends = (before, after) =>
  ["completed", "rejected", "timed_out", "cancelled"]
    .filter((end) => before.requests[end] + after.requests[end] > 0)
    .map((end) => `${end} ${before.requests[end]} → ${after.requests[end]}`)
    .join(", ");
const hits = (_, after) => `hit ratio ${after.prefix_cache.hit_ratio.toFixed(3)}`;
const perExample = (before, after) => {
  const ratio = after.energy.per_request_j / before.energy.per_request_j - 1;
  return `J/request ${ratio > 0 ? "+" : ""}${(100 * ratio).toFixed(1)} %`;
};
const users = (count) => [
  `workload.arrivals.concurrency=${count}`,
  `workload.num_requests=${8 * count + 32}`,
];
const alone = "engine.speculative=null";
const figure3 = "arXiv 2504.17674, figure 3";

/** One for each option: a scenario, what it is compared from and to, and what was published. */
export const whatIfs = [
  {
    option: "scheduler",
    scenario: "schedulers",
    from: ["engine.scheduler=static", "engine.batch_size=32", "engine.batch_wait_ms=200"],
    to: ["engine.scheduler=continuous"],
    more: goodput,
    published: "36.9 x the throughput at equal latency, GPT-3 175B (Orca, OSDI 2022)",
  },
  {
    option: "scheduler",
    scenario: "schedulers",
    from: ["engine.scheduler=continuous"],
    to: ["engine.scheduler=chunked_prefill"],
    more: goodput,
    published: "no stalls of decodes (Sarathi-Serve, arXiv 2403.02310)",
  },
  {
    option: "chunked prefill",
    scenario: "long-prompts",
    from: ["engine.scheduler=orca", "engine.max_num_batched_tokens=null"],
    to: [],
    more: goodput,
    published: "",
  },
  {
    option: "chunked prefill",
    scenario: "long-prompts",
    from: ["engine.scheduler=continuous", "engine.max_num_batched_tokens=null"],
    to: [],
    more: goodput,
    published:
      "2.6 x the capacity under a limit on tail TBT, Mistral-7B on A100 (arXiv 2403.02310)",
  },
  {
    option: "budget",
    scenario: "long-prompts",
    from: ["engine.max_num_batched_tokens=2048"],
    to: [],
    more: goodput,
    published: "smaller chunks: lower TBT, higher TTFT (arXiv 2403.02310)",
  },
  {
    option: "queue",
    scenario: "request-classes",
    from: ["engine.scheduling_policy=fcfs"],
    to: [],
    more: classGoods,
    published: "",
  },
  {
    option: "queue",
    scenario: "request-classes",
    from: ["engine.scheduling_policy=fcfs"],
    to: ["engine.scheduling_policy=shortest_input"],
    more: classGoods,
    published: "",
  },
  {
    option: "admission limit",
    scenario: "request-classes",
    from: ["engine.max_waiting=null"],
    to: ["engine.max_waiting=20"],
    more: ends,
    published: "",
  },
  {
    option: "limit at the client",
    scenario: "request-classes",
    from: [],
    to: ["workload.max_concurrency=80"],
    more: ends,
    published: "",
  },
  {
    option: "timeout",
    scenario: "request-classes",
    from: [],
    to: ["workload.timeout_s=20"],
    more: ends,
    published: "",
  },
  {
    option: "cancellations",
    scenario: "request-classes",
    from: ["workload.cancellations=null"],
    to: ["workload.cancellations={share: 0.2, after_s: {mean: 10}}"],
    more: ends,
    published: "",
  },
  {
    option: "preemption",
    scenario: "preemption-swap",
    from: ["engine.preemption=recompute"],
    to: [],
    more: throughput,
    published: "recomputation is never much dearer than swapping (vLLM, arXiv 2309.06180, 7.3)",
  },
  {
    option: "prefix caching",
    scenario: "system-prompts-prefix-caching",
    from: ["engine.enable_prefix_caching=false"],
    to: [],
    more: hits,
    published: "",
  },
  {
    option: "prefix caching",
    scenario: "conversations",
    from: ["engine.enable_prefix_caching=false"],
    to: [],
    more: hits,
    published: "up to 6.4 x the throughput (SGLang, arXiv 2312.07104)",
  },
  ...[
    [1, "-29.14 %"],
    [8, "+1 %"],
    [32, "+14 %"],
    [128, "+25.65 %"],
  ].map(([count, published]) => ({
    option: `speculation, ${count} users`,
    scenario: "speculative-a6000",
    from: [alone, ...users(count)],
    to: users(count),
    more: perExample,
    published: `J/example ${published} (${figure3})`,
  })),
  {
    option: "EAGLE head, 1 user",
    scenario: "speculative-a6000",
    from: [alone],
    to: ["engine.speculative={method: eagle, num_speculative_tokens: 3, workload: chat}"],
    more: perExample,
    published: "19 % cheaper per token, EAGLE-3 on gpt-oss-120b (Red Hat; another network and GPU)",
  },
  {
    option: "pipeline",
    scenario: "llama-70b-tp4",
    from: ["workload.arrivals.concurrency=512", "workload.num_requests=2000"],
    to: [
      "cluster.pipeline_parallel_size=2",
      "workload.arrivals.concurrency=512",
      "workload.num_requests=2000",
    ],
    more: throughput,
    published: "",
  },
  {
    option: "pipeline, 1 user",
    scenario: "llama-70b-tp4",
    from: users(1),
    to: ["cluster.pipeline_parallel_size=2", ...users(1)],
    more: perExample,
    published: "",
  },
  {
    option: "graphs",
    scenario: "speculative-a6000",
    from: [alone, "engine.stack=vllm-eager"],
    to: [alone],
    more: perExample,
    published: "J/example -2.97 % on A6000 at batch 1 (arXiv 2504.17674)",
  },
  {
    option: "graphs",
    scenario: "speculative-a6000",
    from: [alone, "engine.stack=vllm-eager", "cluster.gpu=A100-PCIe-80GB"],
    to: [alone, "cluster.gpu=A100-PCIe-80GB"],
    more: perExample,
    published: "J/example -25.47 % on A100 at batch 1 (arXiv 2504.17674)",
  },
  {
    option: "sampling",
    scenario: "beam-search",
    from: ["engine.sampling={strategy: greedy}"],
    to: ["engine.sampling={strategy: top_p}"],
    more: perExample,
    published: "no difference but at batch 1 (arXiv 2504.17674)",
  },
  {
    option: "outputs",
    scenario: "beam-search",
    from: ["engine.sampling={strategy: temperature}"],
    to: ["engine.sampling={strategy: temperature, n: 4}"],
    more: perExample,
    published: "",
  },
  {
    option: "sampling",
    scenario: "beam-search",
    from: ["engine.sampling={strategy: greedy}"],
    to: [],
    more: perExample,
    published: "",
  },
  ...fleetWhatIfs,
];
